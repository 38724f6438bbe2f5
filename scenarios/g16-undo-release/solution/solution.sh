kubectl rollout history deployment/sentiment-inference -n serving
kubectl rollout undo deployment/sentiment-inference -n serving --to-revision=2
kubectl rollout status deployment/sentiment-inference -n serving --timeout=180s
