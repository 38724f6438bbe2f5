kubectl patch deployment pricing -n prod --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/env/1","value":{"name":"DB_PASSWORD","value":"s3cr3t-of-the-exam"}}]'
kubectl rollout status deployment/pricing -n prod --timeout=120s
