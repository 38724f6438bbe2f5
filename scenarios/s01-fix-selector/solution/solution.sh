kubectl patch service features -n reco-prod -p '{"spec":{"selector":{"app":"features-v2"}}}'
