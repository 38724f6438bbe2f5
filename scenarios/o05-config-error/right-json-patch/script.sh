kubectl patch deployment pricing -n prod --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/env/1/valueFrom/secretKeyRef/key","value":"passwd"}]'
