kubectl set env deployment/reco-api -n reco-dev FEATURE_URL=http://features.shared-features.svc.cluster.local
kubectl rollout status deployment/reco-api -n reco-dev --timeout=120s
