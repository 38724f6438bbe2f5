cat > patch.yaml <<'EOF'
spec:
  template:
    spec:
      initContainers:
        - name: token-proxy
          image: registry.example.com/token-proxy:1.1.0
          restartPolicy: Always
          startupProbe:
            tcpSocket:
              port: 9090
            periodSeconds: 2
EOF
kubectl patch deployment fraud-model -n serving --patch-file patch.yaml
kubectl rollout status deployment/fraud-model -n serving --timeout=180s
