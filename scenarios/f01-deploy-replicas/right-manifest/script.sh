cat > deploy.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reco-api
  namespace: reco-dev
spec:
  replicas: 3
  selector:
    matchLabels:
      app: reco-api
  template:
    metadata:
      labels:
        app: reco-api
        tier: online
    spec:
      containers:
        - name: server
          image: registry.example.com/reco-api:1.4.2
          ports:
            - name: http
              containerPort: 8080
EOF
kubectl apply -f deploy.yaml
