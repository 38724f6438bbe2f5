kubectl run reco-api -n reco-dev --image=registry.example.com/reco-api:1.4.2 --labels=app=reco-api --port=8080
