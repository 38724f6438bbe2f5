kubectl delete job fit-ranker -n train
cat > job.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: fit-ranker
  namespace: train
spec:
  backoffLimit: 2
  template:
    spec:
      restartPolicy: Never
      tolerations:
        - key: nvidia.com/gpu
          operator: Exists
          effect: NoSchedule
      containers:
        - name: trainer
          image: registry.example.com/ranker-trainer:1.3.0
          command: [python, train.py]
          resources:
            limits:
              memory: 16Gi
EOF
kubectl apply -f job.yaml
