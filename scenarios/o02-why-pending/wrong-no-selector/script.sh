echo 1 > ~/answer.txt
kubectl patch deployment indexer -n search -p '{"spec":{"template":{"spec":{"nodeSelector":null,"containers":[{"name":"indexer","resources":{"requests":{"cpu":"500m"}}}]}}}}'
kubectl rollout status deployment/indexer -n search --timeout=120s
