echo 404 > ~/answer.txt
kubectl rollout undo deployment/sentiment -n prod
kubectl rollout status deployment/sentiment -n prod --timeout=240s
