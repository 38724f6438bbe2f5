kubectl patch serviceaccount default -n fraud-prod -p '{"automountServiceAccountToken":false}'
kubectl rollout restart deployment/fraud-model -n fraud-prod
kubectl rollout status deployment/fraud-model -n fraud-prod --timeout=120s
