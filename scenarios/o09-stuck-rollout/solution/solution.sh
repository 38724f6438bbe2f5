kubectl describe pod -n prod -l app=sentiment | grep -o "statuscode: [0-9]*" | head -1
echo 404 > ~/answer.txt
kubectl patch deployment sentiment -n prod --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"/ready"}]'
kubectl rollout status deployment/sentiment -n prod --timeout=240s
