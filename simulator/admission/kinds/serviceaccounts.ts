/** ServiceAccount. Models pkg/registry/core/serviceaccount (v1.35). */

import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { nameIsDnsSubdomain, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

const mountableKey = 'kubernetes.io/enforce-mountable-secrets'

function warnings(object: AdmittedObject): string[] {
  if (object.metadata.annotations?.[mountableKey] === undefined) return []
  return [`metadata.annotations[${mountableKey}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`]
}

/** References to secrets keep their names only. */
function keepSecretNames(object: AdmittedObject): void {
  const secrets = object['secrets'] as readonly { name?: string }[] | undefined
  if (secrets !== undefined) object['secrets'] = secrets.map(({ name }) => (name === undefined ? {} : { name }))
}

export const serviceaccounts: KindRules = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  prepareCreate: keepSecretNames,
  prepareUpdate: keepSecretNames,
  validateCreate: (object, errors) => validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors),
  warnOnCreate: warnings,
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
  },
  warnOnUpdate: (object, old) => (warnings(old).length > 0 ? [] : warnings(object)),
  allowsUnconditionalUpdate: true,
}
