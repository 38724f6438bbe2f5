kubectl create serviceaccount fraud-infer-sa -n fraud-prod
kubectl create role fraud-infer-view -n fraud-prod --verb=get,list --resource=pods
kubectl create rolebinding fraud-infer-view -n fraud-prod --role=fraud-infer-view --serviceaccount=fraud-prod:fraud-infer-sa
kubectl patch deployment fraud-model -n fraud-prod -p '{"spec":{"template":{"spec":{"serviceAccountName":"fraud-infer-sa","automountServiceAccountToken":false}}}}'
kubectl rollout status deployment/fraud-model -n fraud-prod --timeout=120s
