kubectl create serviceaccount fraud-infer-sa -n fraud-prod
kubectl patch deployment fraud-model -n fraud-prod -p '{"spec":{"template":{"spec":{"serviceAccountName":"fraud-infer-sa","automountServiceAccountToken":false}}}}'
kubectl rollout status deployment/fraud-model -n fraud-prod --timeout=120s
