sed 's/        app: sentiment$/        app: sentiment-inference\n        tier: online/' sentiment.yaml > fixed.yaml
kubectl apply -f fixed.yaml
kubectl rollout status deployment/sentiment-inference -n serving --timeout=120s
