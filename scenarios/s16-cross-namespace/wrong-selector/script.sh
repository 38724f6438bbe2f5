kubectl create service clusterip features -n reco-dev --tcp=80:8080
