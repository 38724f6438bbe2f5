cat > patch.yaml <<'EOF'
spec:
  template:
    spec:
      containers:
        - name: token-proxy
          image: registry.example.com/token-proxy:1.1.0
          startupProbe:
            tcpSocket:
              port: 9090
EOF
kubectl patch deployment fraud-model -n serving --patch-file patch.yaml
