kubectl set resources deployment/ocr-api -n serving --requests=memory=512Mi --limits=memory=2Gi
