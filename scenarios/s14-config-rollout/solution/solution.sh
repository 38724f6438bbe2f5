kubectl get configmap fraud-config-v1 -n serving -o json | jq '{apiVersion, kind, metadata: {name: "fraud-config-v2", namespace: "serving"}, immutable: true, data: (.data + {THRESHOLD: "0.70"})}' > v2.json
kubectl apply -f v2.json
kubectl patch deployment fraud-model -n serving --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/envFrom/0/configMapRef/name","value":"fraud-config-v2"}]'
kubectl rollout status deployment/fraud-model -n serving --timeout=180s
