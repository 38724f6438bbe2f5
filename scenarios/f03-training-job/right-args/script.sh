cat > j.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: ml-train
  namespace: train
spec:
  activeDeadlineSeconds: 1800
  backoffLimit: 3
  template:
    metadata:
      labels:
        team: ranking
    spec:
      restartPolicy: Never
      containers:
        - name: trainer
          image: ml-image:latest
          command: ["python"]
          args: ["train.py"]
EOF
kubectl apply -f j.yaml
