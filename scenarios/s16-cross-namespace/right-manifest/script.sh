cat > svc.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: features
  namespace: reco-dev
spec:
  type: ExternalName
  externalName: features.shared-features.svc.cluster.local
EOF
kubectl apply -f svc.yaml
