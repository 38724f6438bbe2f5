kubectl get job fit-ranker -n train -o json > job.json
jq 'del(.status, .metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.generation, .spec.selector, .spec.template.metadata.labels) | .spec.template.spec.containers[0].resources.limits."nvidia.com/gpu" = "1" | .spec.template.spec.containers[0].resources.requests."nvidia.com/gpu" = "1"' job.json > new.json
kubectl replace --force -f new.json
