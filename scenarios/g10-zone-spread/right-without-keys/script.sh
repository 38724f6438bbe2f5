cat > patch.yaml <<'EOF'
spec:
  template:
    spec:
      nodeSelector: null
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: fraud-model}}}
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: fraud-model}}}
EOF
kubectl scale deployment fraud-model -n serving --replicas=0
kubectl wait --for=delete pod -l app=fraud-model -n serving --timeout=60s
kubectl patch deployment fraud-model -n serving --patch-file patch.yaml
kubectl scale deployment fraud-model -n serving --replicas=6
