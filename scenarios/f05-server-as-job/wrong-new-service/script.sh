kubectl create deployment embed-api -n search --image=registry.example.com/embed-api:2.0.0 --replicas=2
kubectl delete job embed-api -n search
kubectl delete service embed-api -n search
kubectl expose deployment embed-api -n search --port=80 --target-port=8080
