kubectl create role log-reader -n fraud-prod --verb=get,list,watch --resource=pods
kubectl create rolebinding dana-log-reader -n fraud-prod --role=log-reader --user=dana
