kubectl top pod -A --sort-by=memory --no-headers | grep -v '^kube-system' | head -1 | awk '{print $1 "/" $2}' > answer.txt
