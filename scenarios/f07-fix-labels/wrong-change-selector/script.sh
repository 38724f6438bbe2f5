sed -i 's/      app: sentiment-inference$/      app: sentiment/; s/        app: sentiment$/        app: sentiment\n        tier: online/' sentiment.yaml
kubectl apply -f sentiment.yaml
kubectl rollout status deployment/sentiment-inference -n serving --timeout=120s
