kubectl rollout undo deployment/sentiment-inference -n serving --to-revision=1
kubectl rollout status deployment/sentiment-inference -n serving --timeout=240s
