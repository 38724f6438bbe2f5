kubectl set resources deployment/fraud-model -n serving -c server --requests=cpu=500m,memory=1Gi --limits=cpu=500m,memory=1Gi
kubectl rollout status deployment/fraud-model -n serving --timeout=120s
