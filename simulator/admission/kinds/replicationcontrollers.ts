/** ReplicationController and PodTemplate. Models pkg/registry/core/{replicationcontroller,podtemplate} and pkg/apis/core/validation (v1.35). */

import { matchesLabelSelector } from '../../api/selector.ts'
import { sortKeys } from '../../api/go-text.ts'
import type { StringMap } from '../../api/types.ts'
import type { FullPodTemplate } from '../pod/pod-types.ts'
import { defaultTemplate, dropDisabledTemplateFields, validateCounters, validateForeverTemplate, workloadWarnings } from '../pod/template.ts'
import { validatePodTemplate } from '../pod/validate-spec.ts'
import { podWarnings } from '../pod/warnings.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { validateNonNegative } from '../validation/meta.ts'
import { smallKind, specAs } from './small-kind.ts'

interface Spec { replicas?: number; minReadySeconds?: number; selector?: StringMap; template?: FullPodTemplate }

const counters = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']
const bounds = [
  ['fullyLabeledReplicas', 'replicas', 'cannot be greater than status.replicas'], ['readyReplicas', 'replicas', 'cannot be greater than status.replicas'],
  ['availableReplicas', 'replicas', 'cannot be greater than status.replicas'], ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
] as const

function isEmpty(map: StringMap | undefined): boolean {
  return map === undefined || Object.keys(map).length === 0
}

function validate(object: AdmittedObject, errors: ErrorList): void {
  const { minReadySeconds, selector, replicas, template } = specAs<Spec>(object)
  validateNonNegative(minReadySeconds, 'spec.minReadySeconds', errors)
  if (isEmpty(selector)) errors.required('spec.selector')
  if (replicas === undefined) errors.required('spec.replicas')
  else validateNonNegative(replicas, 'spec.replicas', errors)
  if (template === undefined) {
    errors.required('spec.template')
    return
  }
  const labels = template.metadata?.labels
  if (!isEmpty(selector) && !matchesLabelSelector({ matchLabels: selector! }, labels)) errors.invalid('spec.template.metadata.labels', sortKeys(labels ?? null), '`selector` does not match template `labels`')
  validateForeverTemplate(template, 'ReplicationController', 'spec.template', errors)
}

const base = smallKind({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  isNamespaced: true,
  checksNameOnly: true,
  counted: ['spec'],
  hasStatus: true,
  applyDefaults(object) {
    const spec = specAs<Spec>(object)
    if (spec.template !== undefined) defaultTemplate(spec.template)
    const labels = spec.template?.metadata?.labels
    if (labels !== undefined) {
      if (isEmpty(spec.selector)) spec.selector = { ...labels }
      if (isEmpty(object.metadata.labels)) object.metadata.labels = { ...labels }
    }
    spec.replicas ??= 1
  },
  validate,
  validateStatus: (object, _old, errors) => validateCounters((object['status'] ?? {}) as { [field: string]: unknown }, counters, bounds, errors),
  allowsUnconditionalUpdate: true,
})

export const replicationcontrollers: KindRules = {
  ...base,
  prepareCreate(object, identity, warnings) {
    base.prepareCreate?.(object, identity, warnings)
    object['status'] = { replicas: 0 }
    dropDisabledTemplateFields(specAs<Spec>(object).template)
  },
  warnOnCreate: (object) => workloadWarnings(object.metadata.name ?? '', specAs<Spec>(object).template ?? {}),
  warnOnUpdate: (object, old) => (object.metadata.generation === old.metadata.generation ? [] : workloadWarnings('x', specAs<Spec>(object).template ?? {})),
}

function templateOf(object: AdmittedObject): FullPodTemplate {
  return (object['template'] ??= {}) as FullPodTemplate
}

export const podtemplates: KindRules = {
  ...smallKind({
    apiVersion: 'v1',
    kind: 'PodTemplate',
    isNamespaced: true,
    applyDefaults: (object) => defaultTemplate(templateOf(object)),
    validate: (object, errors) => validatePodTemplate(templateOf(object), 'template', errors),
    allowsUnconditionalUpdate: true,
  }),
  prepareCreate(object) {
    object.metadata.generation = 1
    dropDisabledTemplateFields(templateOf(object))
  },
  prepareUpdate(object, old) {
    dropDisabledTemplateFields(templateOf(object))
    countGeneration(object, old, ['template'])
  },
  warnOnCreate: (object) => podWarnings(templateOf(object).spec ?? {}, templateOf(object).metadata, 'template.'),
}
