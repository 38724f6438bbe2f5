cat > patch.yaml <<'EOF'
spec:
  template:
    metadata:
      labels:
        app.kubernetes.io/version: 3.0.1
      annotations:
        ml.example.com/model-version: 2.4.0
    spec:
      containers:
        - name: server
          env:
            - name: MODEL_VERSION
              value: 2.4.0
EOF
kubectl patch deployment intent-api -n serving --patch-file patch.yaml
kubectl rollout status deployment/intent-api -n serving --timeout=120s
