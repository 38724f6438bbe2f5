kubectl describe hpa fraud-model -n scale | tail -4
kubectl set resources deployment/fraud-model -n scale -c server --requests=cpu=400m
kubectl rollout status deployment/fraud-model -n scale --timeout=120s
