kubectl taint nodes -l accelerator nvidia.com/gpu=true:NoSchedule
kubectl drain -l accelerator --ignore-daemonsets --delete-emptydir-data
kubectl uncordon -l accelerator
