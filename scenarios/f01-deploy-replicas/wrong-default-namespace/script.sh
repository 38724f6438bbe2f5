kubectl create deployment reco-api -n default --image=registry.example.com/reco-api:1.4.2 --replicas=3 --port=8080
