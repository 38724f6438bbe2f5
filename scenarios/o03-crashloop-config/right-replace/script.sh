printf 'fast' > answer.txt
kubectl patch configmap ranker-config -n prod --type=merge -p '{"data":{"config.yaml":"model_name: ranker-large\nbatch_size: 32\nbatch_timeout: \"50ms\"\n"}}'
kubectl delete pods -n prod -l app=ranker
