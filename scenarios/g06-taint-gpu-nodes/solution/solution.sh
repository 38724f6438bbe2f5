kubectl taint nodes -l accelerator nvidia.com/gpu=true:NoSchedule
kubectl rollout restart deployment/preprocess -n data
kubectl rollout status deployment/preprocess -n data --timeout=180s
