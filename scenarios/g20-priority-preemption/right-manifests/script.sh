cat > classes.yaml <<'EOF'
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: online-serving
value: 100000
globalDefault: false
description: Models that answer users
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: experiments
value: 1000
preemptionPolicy: Never
EOF
kubectl apply -f classes.yaml
kubectl patch deployment fraud-model -n serving -p '{"spec":{"template":{"spec":{"priorityClassName":"online-serving"}}}}'
kubectl patch deployment sweep -n lab -p '{"spec":{"template":{"spec":{"priorityClassName":"experiments"}}}}'
