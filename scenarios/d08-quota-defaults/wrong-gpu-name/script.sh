cat > budget.yaml <<'EOF'
apiVersion: v1
kind: ResourceQuota
metadata:
  name: ml-team-quota
  namespace: ml-team-a
spec:
  hard:
    requests.cpu: "8"
    requests.memory: 16Gi
    limits.cpu: "16"
    limits.memory: 32Gi
    nvidia.com/gpu: "2"
    pods: "20"
---
apiVersion: v1
kind: LimitRange
metadata:
  name: ml-defaults
  namespace: ml-team-a
spec:
  limits:
    - type: Container
      defaultRequest: {cpu: 100m, memory: 256Mi}
      default: {cpu: 500m, memory: 512Mi}
      max: {memory: 8Gi}
EOF
kubectl apply -f budget.yaml
