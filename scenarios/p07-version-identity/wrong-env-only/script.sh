kubectl set env deployment/intent-api -n serving MODEL_VERSION=2.4.0
kubectl rollout status deployment/intent-api -n serving --timeout=120s
