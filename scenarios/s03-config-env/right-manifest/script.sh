cat > cm.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: fraud-config
  namespace: serving
data:
  LOG_LEVEL: debug
  THRESHOLD: "0.70"
EOF
kubectl apply -f cm.yaml
kubectl patch deployment fraud-model -n serving --type=json -p '[{"op":"add","path":"/spec/template/spec/containers/0/envFrom","value":[{"configMapRef":{"name":"fraud-config"}}]}]'
