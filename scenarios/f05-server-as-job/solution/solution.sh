kubectl create deployment embed-api -n search --image=registry.example.com/embed-api:2.0.0 --replicas=2
kubectl rollout status deployment/embed-api -n search --timeout=120s
kubectl delete job embed-api -n search
