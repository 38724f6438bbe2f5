kubectl get events -n hardened --field-selector reason=FailedCreate
cat > patch.yaml <<'EOF'
spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      volumes:
        - name: tmp
          emptyDir: {}
        - name: cache
          emptyDir: {}
      containers:
        - name: server
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            - name: cache
              mountPath: /cache
EOF
kubectl patch deployment reco-api -n hardened --patch-file patch.yaml
kubectl rollout status deployment/reco-api -n hardened --timeout=360s
