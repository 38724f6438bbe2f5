kubectl set resources deployment/fraud-model -n scale -c server --requests=memory=400Mi
kubectl rollout status deployment/fraud-model -n scale --timeout=120s
