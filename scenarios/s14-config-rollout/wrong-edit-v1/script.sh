kubectl patch configmap fraud-config-v1 -n serving -p '{"data":{"THRESHOLD":"0.70"}}'
kubectl rollout restart deployment/fraud-model -n serving
kubectl rollout status deployment/fraud-model -n serving --timeout=180s
