kubectl create cronjob nightly-score -n batch --image=registry.example.com/batch-scorer:0.7.0 --schedule='* 2 * * *'
kubectl patch cronjob nightly-score -n batch -p '{"spec":{"timeZone":"Europe/Zurich","startingDeadlineSeconds":600,"successfulJobsHistoryLimit":2,"failedJobsHistoryLimit":1}}'
