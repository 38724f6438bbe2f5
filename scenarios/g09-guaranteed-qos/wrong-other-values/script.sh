kubectl set resources deployment/fraud-model -n serving -c server --requests=cpu=1,memory=1Gi --limits=cpu=1,memory=1Gi
kubectl set resources deployment/fraud-model -n serving -c exporter --requests=cpu=50m,memory=64Mi --limits=cpu=50m,memory=64Mi
kubectl rollout status deployment/fraud-model -n serving --timeout=120s
