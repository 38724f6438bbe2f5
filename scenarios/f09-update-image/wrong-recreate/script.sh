kubectl get deployment sentiment-inference -n serving -o yaml > d.yaml
sed -i 's/sentiment-inference:v2.0.0/sentiment-inference:v2.1.0/; s/change-cause: model v2.0.0/change-cause: model v2.1.0/; /resourceVersion:/d; /uid:/d; /kubectl.kubernetes.io/,+1d' d.yaml
kubectl delete deployment sentiment-inference -n serving
kubectl create -f d.yaml
kubectl rollout status deployment/sentiment-inference -n serving --timeout=240s
