sed -i 's/        app: sentiment$/        app: sentiment-inference/' sentiment.yaml
kubectl apply -f sentiment.yaml
kubectl rollout status deployment/sentiment-inference -n serving --timeout=120s
kubectl label pods -n serving --all tier=online
