kubectl label deployment intent-api -n serving app.kubernetes.io/version=3.0.1
kubectl annotate deployment intent-api -n serving ml.example.com/model-version=2.4.0
kubectl set env deployment/intent-api -n serving MODEL_VERSION=2.4.0
kubectl rollout status deployment/intent-api -n serving --timeout=120s
