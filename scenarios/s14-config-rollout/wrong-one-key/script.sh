cat > v2.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: fraud-config-v2
  namespace: serving
immutable: true
data:
  THRESHOLD: "0.70"
EOF
kubectl apply -f v2.yaml
kubectl patch deployment fraud-model -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","envFrom":[{"configMapRef":{"name":"fraud-config-v2"}}]}]}}}}'
kubectl rollout status deployment/fraud-model -n serving --timeout=180s
