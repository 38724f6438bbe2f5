kubectl patch secret pricing-db -n prod -p '{"stringData":{"password":"s3cr3t-of-the-exam"}}'
kubectl rollout restart deployment/pricing -n prod
kubectl rollout status deployment/pricing -n prod --timeout=120s
