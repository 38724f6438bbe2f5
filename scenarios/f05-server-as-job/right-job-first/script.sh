kubectl delete job embed-api -n search
cat > deploy.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: embed-api
  namespace: search
spec:
  replicas: 2
  selector:
    matchLabels:
      app: embed-api
  template:
    metadata:
      labels:
        app: embed-api
    spec:
      containers:
        - name: server
          image: registry.example.com/embed-api:2.0.0
          ports:
            - containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
EOF
kubectl apply -f deploy.yaml
