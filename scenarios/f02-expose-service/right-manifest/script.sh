cat > svc.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: ranker
  namespace: reco-dev
spec:
  selector:
    app: ranker
  ports:
    - name: http
      port: 80
      targetPort: 8080
EOF
kubectl apply -f svc.yaml
