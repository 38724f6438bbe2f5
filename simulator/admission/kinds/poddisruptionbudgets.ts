/** PodDisruptionBudget. Models pkg/registry/policy/poddisruptionbudget and pkg/apis/policy/validation (v1.35). */

import type { PodDisruptionBudget } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import { shownSelector, validateAtMost100Percent, validateCounters, validateIntOrPercent } from '../pod/template.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsPathSegment, validateLabelSelector, validateObjectMeta, validateObjectMetaUpdate, validateConditions } from '../validation/meta.ts'

type Spec = NonNullable<PodDisruptionBudget['spec']>

const policies = ['AlwaysAllow', 'IfHealthyBudget']

function specOf(object: AdmittedObject): Spec {
  return (object['spec'] ?? {}) as Spec
}

function validateSpec(spec: Spec, errors: ErrorList): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = { MinAvailable: minAvailable, Selector: selector === undefined ? null : shownSelector(selector), MaxUnavailable: maxUnavailable, UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null }
    errors.invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set')
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[field]
    if (value === undefined) continue
    validateIntOrPercent(value, `spec.${field}`, errors)
    validateAtMost100Percent(value, `spec.${field}`, errors)
  }
  validateLabelSelector(selector, 'spec.selector', errors)
  if (unhealthyPodEvictionPolicy !== undefined && !policies.includes(unhealthyPodEvictionPolicy)) errors.notSupported('spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, policies)
}

export const poddisruptionbudgets: KindRules = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  prepareCreate(object) {
    object['status'] = {}
    object.metadata.generation = 1
  },
  validateCreate(object, errors) {
    validateSpec(specOf(object), errors)
    if (errors.size === 0) validateObjectMeta(object.metadata, true, nameIsPathSegment, errors, false)
  },
  prepareUpdate(object, old) {
    object['status'] = old['status']
    countGeneration(object, old, ['spec'])
  },
  validateUpdate: (object, _old, errors) => validateSpec(specOf(object), errors),
  allowsUnconditionalUpdate: false,
  subresources: {
    status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      const { conditions } = (object['status'] ?? {}) as { conditions?: Parameters<typeof validateConditions>[0] }
      validateConditions(conditions, 'status.conditions', errors)
      validateCounters((object['status'] ?? {}) as { [field: string]: unknown }, ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'], [], errors)
    }),
  },
}
