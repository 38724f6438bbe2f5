kubectl patch deployment text-large -n serving --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/livenessProbe"}]'
kubectl rollout status deployment/text-large -n serving --timeout=480s
