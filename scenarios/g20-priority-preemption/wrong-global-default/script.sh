cat > class.yaml <<'EOF'
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: online-serving
value: 100000
globalDefault: true
EOF
kubectl apply -f class.yaml
kubectl patch deployment fraud-model -n serving -p '{"spec":{"template":{"spec":{"priorityClassName":"online-serving"}}}}'
kubectl rollout status deployment/fraud-model -n serving --timeout=240s
