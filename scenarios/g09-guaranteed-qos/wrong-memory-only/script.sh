kubectl set resources deployment/fraud-model -n serving -c server --requests=cpu=250m,memory=1Gi --limits=cpu=1,memory=1Gi
kubectl set resources deployment/fraud-model -n serving -c exporter --requests=memory=64Mi --limits=memory=64Mi
kubectl rollout status deployment/fraud-model -n serving --timeout=120s
