kubectl patch deployment fraud-model -n scale -p '{"spec":{"template":{"spec":{"initContainers":[{"name":"token-proxy","resources":{"requests":{"cpu":"400m"}}}]}}}}'
kubectl rollout status deployment/fraud-model -n scale --timeout=120s
