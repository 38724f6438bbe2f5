kubectl patch deployment fraud-model -n scale -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","resources":{"requests":{"cpu":"0.4"}}}]}}}}'
