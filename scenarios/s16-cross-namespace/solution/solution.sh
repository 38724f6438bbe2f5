kubectl create service externalname features -n reco-dev --external-name features.shared-features.svc.cluster.local
