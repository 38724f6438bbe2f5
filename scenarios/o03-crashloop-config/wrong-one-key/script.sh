echo fast > ~/answer.txt
kubectl delete configmap ranker-config -n prod
kubectl create configmap ranker-config -n prod --from-literal=config.yaml='batch_timeout: 50ms'
kubectl rollout restart deployment/ranker -n prod
