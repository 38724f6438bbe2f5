kubectl taint nodes -l accelerator nvidia.com/gpu=true:NoSchedule
