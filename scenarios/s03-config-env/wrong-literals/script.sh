kubectl create configmap fraud-config -n serving --from-literal=LOG_LEVEL=debug --from-literal=THRESHOLD=0.70
kubectl set env deployment/fraud-model -n serving LOG_LEVEL=debug THRESHOLD=0.70
kubectl rollout status deployment/fraud-model -n serving --timeout=120s
