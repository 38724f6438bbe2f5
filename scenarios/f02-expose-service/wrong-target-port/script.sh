kubectl expose deployment ranker -n reco-dev --port=80 --target-port=80
