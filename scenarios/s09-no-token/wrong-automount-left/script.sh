kubectl create serviceaccount fraud-infer-sa -n fraud-prod
kubectl set serviceaccount deployment/fraud-model fraud-infer-sa -n fraud-prod
kubectl rollout status deployment/fraud-model -n fraud-prod --timeout=120s
