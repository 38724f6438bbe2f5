cat > patch.yaml <<'EOF'
spec:
  template:
    spec:
      volumes:
        - name: scratch
          emptyDir: {}
      containers:
        - name: server
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
            seccompProfile: {type: RuntimeDefault}
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: ["ALL"]}
          volumeMounts:
            - {name: scratch, mountPath: /tmp, subPath: tmp}
            - {name: scratch, mountPath: /cache, subPath: cache}
EOF
kubectl patch deployment reco-api -n hardened --patch-file patch.yaml
