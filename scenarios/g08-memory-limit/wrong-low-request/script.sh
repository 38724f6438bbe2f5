kubectl set resources deployment/ocr-api -n serving --requests=memory=512Mi --limits=memory=1160Mi
kubectl set env deployment/ocr-api -n serving MAX_BODY_KB=2000
kubectl rollout status deployment/ocr-api -n serving --timeout=180s
