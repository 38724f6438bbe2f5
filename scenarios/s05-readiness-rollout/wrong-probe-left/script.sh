kubectl patch deployment sentiment-inference -n serving -p '{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1}},"template":{"spec":{"containers":[{"name":"model-server","image":"registry.example.com/sentiment-inference:v2.1.0"}]}}}}'
kubectl rollout status deployment/sentiment-inference -n serving --timeout=300s
