echo gamma > ~/answer.txt
kubectl set resources deployment/gamma -n prod --limits=memory=900Mi
