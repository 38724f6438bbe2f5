kubectl describe pod -n search -l app=indexer
echo 1 > ~/answer.txt
kubectl set resources deployment/indexer -n search --requests=cpu=500m
kubectl rollout status deployment/indexer -n search --timeout=120s
