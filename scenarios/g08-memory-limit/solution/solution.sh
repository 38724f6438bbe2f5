kubectl patch deployment ocr-api -n serving -p '{"spec":{"template":{"spec":{"containers":[{"name":"server","env":[{"name":"MAX_BODY_KB","value":"2000"}],"resources":{"requests":{"memory":"640Mi"},"limits":{"memory":"1200Mi"}}}]}}}}'
kubectl rollout status deployment/ocr-api -n serving --timeout=180s
