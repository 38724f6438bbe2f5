kubectl scale deployment sweep -n lab --replicas=5
kubectl rollout status deployment/fraud-model -n serving --timeout=240s
