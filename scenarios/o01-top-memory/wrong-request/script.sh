echo batch/$(kubectl get pods -n batch -l app=feature-export -o jsonpath='{.items[0].metadata.name}') > ~/answer.txt
