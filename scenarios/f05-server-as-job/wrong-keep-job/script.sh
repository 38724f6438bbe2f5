kubectl create deployment embed-api -n search --image=registry.example.com/embed-api:2.0.0 --replicas=2
