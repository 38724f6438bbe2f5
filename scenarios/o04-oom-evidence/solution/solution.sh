kubectl get pods -n prod -o jsonpath='{range .items[*]}{.metadata.name}{" "}{.status.containerStatuses[0].lastState.terminated.reason}{" "}{.status.containerStatuses[0].lastState.terminated.exitCode}{"\n"}{end}'
echo beta > ~/answer.txt
kubectl set resources deployment/beta -n prod --limits=memory=900Mi
kubectl rollout status deployment/beta -n prod --timeout=120s
