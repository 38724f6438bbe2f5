cat > sentiment.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: sentiment-inference
  namespace: serving
spec:
  replicas: 2
  selector:
    matchLabels: {app: sentiment-inference}
  template:
    metadata:
      labels: {app: sentiment-inference, tier: "online"}
    spec:
      containers:
        - name: model-server
          image: registry.example.com/sentiment-inference:v2.1.0
EOF
kubectl apply -f sentiment.yaml
