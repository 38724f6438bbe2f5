kubectl create rolebinding dana-log-reader -n fraud-prod --clusterrole=edit --user=dana
