/** PriorityClass. Models pkg/registry/scheduling/priorityclass and pkg/apis/scheduling/validation (v1.35). */

import type { PriorityClass } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { nameIsDnsSubdomain, validateImmutable, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

const userValueMax = 1_000_000_000
const systemClasses: { readonly [name: string]: number } = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }

function classOf(object: AdmittedObject): PriorityClass {
  return object as unknown as PriorityClass
}

function systemClassError(name: string, value: number, isDefault: boolean): string | undefined {
  const known = systemClasses[name]
  if (known === undefined) return `${name} is not a known system priority class`
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

export const priorityclasses: KindRules = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  refuseDelete: ({ metadata }) => (metadata.name !== undefined && metadata.name in systemClasses ? 'this is a system priority class and cannot be deleted' : undefined),
  applyDefaults(object) {
    classOf(object).preemptionPolicy ??= 'PreemptLowerPriority'
  },
  prepareCreate(object) {
    object.metadata.generation = 1
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, false, nameIsDnsSubdomain, errors)
    const { name = '' } = object.metadata
    const { value = 0, globalDefault = false, preemptionPolicy } = classOf(object)
    if (name.startsWith('system-')) {
      const error = systemClassError(name, value, globalDefault)
      if (error !== undefined) errors.forbidden('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${error}`)
    } else if (value > userValueMax) errors.forbidden('value', `maximum allowed value of a user defined priority is ${userValueMax}`)
    if (preemptionPolicy !== undefined) errors.oneOf('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    if ((classOf(object).value ?? 0) !== (classOf(old).value ?? 0)) errors.forbidden('value', 'may not be changed in an update.')
    validateImmutable(classOf(object).preemptionPolicy, classOf(old).preemptionPolicy, 'preemptionPolicy', errors)
  },
  allowsUnconditionalUpdate: true,
}
