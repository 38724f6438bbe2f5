kubectl get events -n search --field-selector reason=FailedScheduling
kubectl patch deployment indexer -n search -p '{"spec":{"template":{"spec":{"containers":[{"name":"indexer","resources":{"requests":{"cpu":"0.5"}}}]}}}}'
printf 1 > answer.txt
