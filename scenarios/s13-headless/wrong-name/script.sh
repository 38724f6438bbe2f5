cat > svc.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: vector-cache-headless
  namespace: rag
spec:
  clusterIP: None
  selector:
    app: vector-cache
  ports:
    - port: 6333
EOF
kubectl apply -f svc.yaml
