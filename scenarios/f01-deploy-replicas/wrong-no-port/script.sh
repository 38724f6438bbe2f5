kubectl create deployment reco-api -n reco-dev --image=registry.example.com/reco-api:1.4.2 --replicas=3
