echo 503 > ~/answer.txt
kubectl patch deployment sentiment -n prod --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/ready"}]'
kubectl rollout status deployment/sentiment -n prod --timeout=240s
