kubectl label namespace hardened pod-security.kubernetes.io/enforce=baseline --overwrite
cat > patch.yaml <<'EOF'
spec:
  template:
    spec:
      volumes:
        - name: tmp
          emptyDir: {}
        - name: cache
          emptyDir: {}
      containers:
        - name: server
          securityContext:
            readOnlyRootFilesystem: true
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            - name: cache
              mountPath: /cache
EOF
kubectl patch deployment reco-api -n hardened --patch-file patch.yaml
kubectl rollout status deployment/reco-api -n hardened --timeout=360s
