kubectl create deployment reco-api -n reco-dev --image=registry.example.com/reco-api:1.4.2 --replicas=3 --port=8080
kubectl rollout status deployment/reco-api -n reco-dev --timeout=300s
