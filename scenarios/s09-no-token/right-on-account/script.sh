cat > sa.yaml <<'EOF'
apiVersion: v1
kind: ServiceAccount
metadata:
  name: fraud-infer-sa
  namespace: fraud-prod
automountServiceAccountToken: false
EOF
kubectl apply -f sa.yaml
kubectl set serviceaccount deployment/fraud-model fraud-infer-sa -n fraud-prod
kubectl rollout status deployment/fraud-model -n fraud-prod --timeout=120s
