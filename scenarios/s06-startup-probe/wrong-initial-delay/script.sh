kubectl patch deployment text-large -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","livenessProbe":{"initialDelaySeconds":180}}]}}}}'
kubectl rollout status deployment/text-large -n serving --timeout=480s
