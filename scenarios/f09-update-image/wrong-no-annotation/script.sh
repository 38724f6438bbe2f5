kubectl set image deployment/sentiment-inference -n serving model-server=registry.example.com/sentiment-inference:v2.1.0
kubectl rollout status deployment/sentiment-inference -n serving --timeout=240s
