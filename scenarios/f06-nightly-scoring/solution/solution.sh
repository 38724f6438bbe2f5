cat > cron.yaml <<'EOF'
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly-score
  namespace: batch
spec:
  schedule: "0 2 * * *"
  timeZone: Europe/Zurich
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 600
  successfulJobsHistoryLimit: 2
  failedJobsHistoryLimit: 1
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: score
              image: registry.example.com/batch-scorer:0.7.0
EOF
kubectl apply -f cron.yaml
