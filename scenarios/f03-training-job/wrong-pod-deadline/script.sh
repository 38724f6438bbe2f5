cat > j.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: ml-train
  namespace: train
spec:
  backoffLimit: 3
  template:
    spec:
      restartPolicy: Never
      activeDeadlineSeconds: 1800
      containers:
        - name: trainer
          image: ml-image:latest
          command: [python, train.py]
EOF
kubectl apply -f j.yaml
