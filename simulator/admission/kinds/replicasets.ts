/** ReplicaSet. Models pkg/registry/apps/replicaset and pkg/apis/apps/validation (v1.35). */

import type { ReplicaSetSpec } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import type { FullPodTemplate } from '../pod/pod-types.ts'
import { defaultTemplate, dropDisabledTemplateFields, validateCounters, validateFixedSelector, validateForeverTemplate, validateSelected, validateWorkloadSelector, workloadWarnings } from '../pod/template.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

type Spec = Omit<ReplicaSetSpec, 'template'> & { template: FullPodTemplate }

function specOf(object: AdmittedObject): Spec {
  return object['spec'] as Spec
}

function validateSpec(spec: Spec, errors: ErrorList): void {
  validateNonNegative(spec.replicas, 'spec.replicas', errors)
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors)
  validateWorkloadSelector(spec.selector, 'deployment', 'spec.selector', errors)
  const isReadable = validateSelected(spec.selector, spec.template, 'spec.template', errors, 'invalid label selector')
  if (isReadable) validateForeverTemplate(spec.template, 'ReplicaSet', 'spec.template', errors)
}

const counters = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas']
const bounds = [
  ['fullyLabeledReplicas', 'replicas', 'cannot be greater than status.replicas'], ['readyReplicas', 'replicas', 'cannot be greater than status.replicas'],
  ['availableReplicas', 'replicas', 'cannot be greater than status.replicas'], ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
] as const

export const replicasets: KindRules = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  applyDefaults(object) {
    const spec = (object['spec'] ??= {}) as Spec
    spec.template ??= {}
    defaultTemplate(spec.template)
    spec.replicas ??= 1
  },
  prepareCreate(object) {
    object['status'] = {}
    object.metadata.generation = 1
    dropDisabledTemplateFields(specOf(object).template)
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
    validateSpec(specOf(object), errors)
  },
  warnOnCreate: (object) => workloadWarnings(object.metadata.name ?? '', specOf(object).template),
  prepareUpdate(object, old) {
    object['status'] = old['status']
    dropDisabledTemplateFields(specOf(object).template)
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateSpec(specOf(object), errors)
    validateFixedSelector(specOf(object).selector, specOf(old).selector, 'spec.selector', errors)
  },
  warnOnUpdate: (object, old) => (object.metadata.generation === old.metadata.generation ? [] : workloadWarnings('x', specOf(object).template)),
  allowsUnconditionalUpdate: true,
  subresources: {
    status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      validateCounters((object['status'] ?? {}) as { [field: string]: unknown }, counters, bounds, errors)
    }),
  },
}
