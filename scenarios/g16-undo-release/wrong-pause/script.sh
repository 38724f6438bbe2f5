kubectl rollout pause deployment/sentiment-inference -n serving
