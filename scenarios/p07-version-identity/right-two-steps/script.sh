kubectl set env deployment/intent-api -n serving MODEL_VERSION=2.4.0
kubectl patch deployment intent-api -n serving -p '{"spec":{"template":{"metadata":{"labels":{"app.kubernetes.io/version":"3.0.1"},"annotations":{"ml.example.com/model-version":"2.4.0"}}}}}'
