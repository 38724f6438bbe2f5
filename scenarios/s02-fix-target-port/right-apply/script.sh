kubectl get service ranker -n reco-prod -o yaml > svc.yaml
sed -i 's/targetPort: 8080/targetPort: http/' svc.yaml
kubectl apply -f svc.yaml
