kubectl cordon -l accelerator
kubectl rollout restart deployment/preprocess -n data
kubectl rollout status deployment/preprocess -n data --timeout=180s
