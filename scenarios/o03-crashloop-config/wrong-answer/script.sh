echo 50ms > ~/answer.txt
kubectl get configmap ranker-config -n prod -o yaml | sed 's/batch_timeout: fast/batch_timeout: 50ms/' | kubectl apply -f -
kubectl rollout restart deployment/ranker -n prod
