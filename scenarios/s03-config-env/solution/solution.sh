kubectl create configmap fraud-config -n serving --from-literal=LOG_LEVEL=debug --from-literal=THRESHOLD=0.70
kubectl patch deployment fraud-model -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","envFrom":[{"configMapRef":{"name":"fraud-config"}}]}]}}}}'
kubectl rollout status deployment/fraud-model -n serving --timeout=120s
