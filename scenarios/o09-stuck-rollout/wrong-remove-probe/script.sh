echo 404 > ~/answer.txt
kubectl patch deployment sentiment -n prod --type=json -p '[{"op":"remove","path":"/spec/template/spec/containers/0/readinessProbe"}]'
kubectl rollout status deployment/sentiment -n prod --timeout=240s
