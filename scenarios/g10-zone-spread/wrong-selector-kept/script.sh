cat > patch.yaml <<'EOF'
spec:
  template:
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          labelSelector:
            matchLabels:
              app: fraud-model
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app: fraud-model
EOF
kubectl patch deployment fraud-model -n serving --patch-file patch.yaml
kubectl rollout status deployment/fraud-model -n serving --timeout=240s
