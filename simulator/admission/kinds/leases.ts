/** Lease. Models pkg/registry/coordination/lease and pkg/apis/coordination/validation (v1.35). */

import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Spec { leaseDurationSeconds?: number; leaseTransitions?: number; strategy?: string; preferredHolder?: string }

function validateSpec(object: AdmittedObject, errors: ErrorList): void {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = (object['spec'] ?? {}) as Spec
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) errors.invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0')
  if (leaseTransitions !== undefined && leaseTransitions < 0) errors.invalid('spec.leaseTransitions', leaseTransitions, 'must be greater than or equal to 0')
  if (preferredHolder && !strategy) errors.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined')
}

export const leases: KindRules = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  prepareCreate(object) {
    // Coordinated leader election is off in a 1.35 cluster, so its fields are dropped.
    const spec = object['spec'] as { [field: string]: unknown } | undefined
    delete spec?.['strategy']
    delete spec?.['preferredHolder']
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors, false)
    validateSpec(object, errors)
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors, false)
    validateSpec(object, errors)
  },
  allowsUnconditionalUpdate: false,
  allowsCreateOnUpdate: true,
}
