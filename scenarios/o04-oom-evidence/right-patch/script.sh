printf 'beta\n' > answer.txt
kubectl patch deployment beta -n prod -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","resources":{"limits":{"memory":"900Mi"}}}]}}}}'
