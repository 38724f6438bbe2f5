kubectl create cronjob nightly-score -n batch --image=registry.example.com/batch-scorer:0.7.0 --schedule='0 2 * * *' --restart=Never
kubectl patch cronjob nightly-score -n batch -p '{"spec":{"timeZone":"Europe/Zurich","concurrencyPolicy":"Forbid","startingDeadlineSeconds":600,"successfulJobsHistoryLimit":2,"failedJobsHistoryLimit":1}}'
