kubectl create configmap fraud-config -n default --from-literal=LOG_LEVEL=debug --from-literal=THRESHOLD=0.70
kubectl patch deployment fraud-model -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","envFrom":[{"configMapRef":{"name":"fraud-config"}}]}]}}}}'
