kubectl delete service vector-cache -n rag
kubectl create service clusterip vector-cache -n rag --clusterip=None --tcp=6333:6333
