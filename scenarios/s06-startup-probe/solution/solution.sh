kubectl patch deployment text-large -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","startupProbe":{"httpGet":{"path":"/live","port":8000},"periodSeconds":10,"failureThreshold":18}}]}}}}'
kubectl rollout status deployment/text-large -n serving --timeout=480s
