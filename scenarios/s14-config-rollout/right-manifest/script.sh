cat > v2.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: fraud-config-v2
  namespace: serving
immutable: true
data:
  LOG_LEVEL: info
  MAX_BODY_KB: "512"
  THRESHOLD: "0.70"
EOF
kubectl apply -f v2.yaml
kubectl patch deployment fraud-model -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","envFrom":[{"configMapRef":{"name":"fraud-config-v2"}}]}]}}}}'
