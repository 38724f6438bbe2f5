kubectl set resources deployment/fraud-model -n scale -c server --requests=cpu=400m
kubectl patch hpa fraud-model -n scale --type=merge -p '{"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]}}'
