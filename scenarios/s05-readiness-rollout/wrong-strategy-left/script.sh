kubectl patch deployment sentiment-inference -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"model-server","image":"registry.example.com/sentiment-inference:v2.1.0","readinessProbe":{"httpGet":{"path":"/ready"}}}]}}}}'
kubectl rollout status deployment/sentiment-inference -n serving --timeout=300s
