kubectl logs deployment/ranker -n prod --previous
echo fast > ~/answer.txt
kubectl get configmap ranker-config -n prod -o yaml > cm.yaml
sed -i 's/batch_timeout: fast/batch_timeout: 50ms/' cm.yaml
kubectl apply -f cm.yaml
kubectl rollout restart deployment/ranker -n prod
kubectl rollout status deployment/ranker -n prod --timeout=180s
