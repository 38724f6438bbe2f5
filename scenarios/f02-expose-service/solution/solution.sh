kubectl expose deployment ranker -n reco-dev --port=80 --target-port=8080
