kubectl label pods -n reco-prod -l app=features-v2 app=features --overwrite
