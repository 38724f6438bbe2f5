kubectl get service features -n reco-prod -o yaml > svc.yaml
sed -i 's/app: features$/app: features-v2/' svc.yaml
kubectl apply -f svc.yaml
