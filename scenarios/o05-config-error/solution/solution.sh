kubectl describe pod -n prod -l app=pricing | tail -5
kubectl patch deployment pricing -n prod -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","env":[{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"pricing-db","key":"passwd"}}}]}]}}}}'
kubectl rollout status deployment/pricing -n prod --timeout=120s
