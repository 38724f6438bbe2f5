echo fast > ~/answer.txt
kubectl patch deployment ranker -n prod -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","command":["python","serve.py","--ignore-config"]}]}}}}'
kubectl rollout status deployment/ranker -n prod --timeout=180s
