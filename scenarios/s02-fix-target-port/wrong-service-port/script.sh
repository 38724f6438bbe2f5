kubectl patch service ranker -n reco-prod --type=json -p '[{"op":"replace","path":"/spec/ports/0/port","value":8000}]'
