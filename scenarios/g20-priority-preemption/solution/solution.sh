kubectl create priorityclass online-serving --value=100000
kubectl create priorityclass experiments --value=1000 --preemption-policy=Never
kubectl patch deployment sweep -n lab -p '{"spec":{"template":{"spec":{"priorityClassName":"experiments"}}}}'
kubectl patch deployment fraud-model -n serving -p '{"spec":{"template":{"spec":{"priorityClassName":"online-serving"}}}}'
kubectl rollout status deployment/fraud-model -n serving --timeout=240s
