cat > svc.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: vector-cache
  namespace: rag
spec:
  clusterIP: None
  selector:
    app: vector-cache
  ports:
    - name: http
      port: 6333
EOF
kubectl replace --force -f svc.yaml
