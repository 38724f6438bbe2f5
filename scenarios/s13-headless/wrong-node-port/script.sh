kubectl patch service vector-cache -n rag -p '{"spec":{"type":"NodePort"}}'
