cat > policy.yaml <<'EOF'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: require-digest
spec:
  matchConstraints:
    resourceRules:
      - apiGroups: [apps]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [deployments]
  variables:
    - name: loose
      expression: "object.spec.template.spec.containers.filter(c, !c.image.contains('@sha256:'))"
  validations:
    - expression: "size(variables.loose) == 0"
      messageExpression: "'by tag: ' + variables.loose.map(c, c.name).join(', ')"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: require-digest-prod
spec:
  policyName: require-digest
  validationActions: [Deny, Audit]
  matchResources:
    namespaceSelector:
      matchExpressions:
        - { key: env, operator: In, values: [prod] }
EOF
kubectl apply -f policy.yaml
