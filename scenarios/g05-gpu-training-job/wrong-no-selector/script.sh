cat > job.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: embedding-trainer
  namespace: train
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: trainer
          image: registry.example.com/embedding-trainer:v1.8.0
          command: ["python", "train.py"]
          resources:
            limits:
              nvidia.com/gpu: 1
              cpu: '8'
              memory: 48Gi
      tolerations:
        - key: nvidia.com/gpu
          operator: Exists
          effect: NoSchedule
EOF
kubectl apply -f job.yaml
