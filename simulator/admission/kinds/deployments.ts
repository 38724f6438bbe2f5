/** Deployment. Models pkg/registry/apps/deployment and pkg/apis/apps/validation (v1.35). */

import type { DeploymentSpec, DeploymentStatus } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration } from '../kind-rules.ts'
import type { FullPodTemplate } from '../pod/pod-types.ts'
import {
  defaultTemplate, dropDisabledTemplateFields, intOrPercentValue, validateAtMost100Percent, validateCollisionCount, validateCounters, validateFixedSelector, validateForeverTemplate, validateIntOrPercent,
  validateSelected, validateWorkloadSelector, workloadWarnings,
} from '../pod/template.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

type Spec = Omit<DeploymentSpec, 'template'> & { template: FullPodTemplate }

const strategyTypes = ['Recreate', 'RollingUpdate']

function specOf(object: AdmittedObject): Spec {
  return object['spec'] as Spec
}

function statusOf(object: AdmittedObject): DeploymentStatus {
  return (object['status'] ?? {}) as DeploymentStatus
}

function validateStrategy(strategy: NonNullable<Spec['strategy']>, path: string, errors: ErrorList): void {
  const rolling = strategy.rollingUpdate
  if (!strategyTypes.includes(strategy.type ?? '')) {
    const shown = rolling && { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 }
    return errors.notSupported(path, { Type: strategy.type ?? '', RollingUpdate: shown ?? null }, strategyTypes)
  }
  if (strategy.type === 'Recreate') {
    if (rolling !== undefined) errors.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")
    return
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rolling ?? {}
  validateIntOrPercent(maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors)
  validateIntOrPercent(maxSurge, `${path}.rollingUpdate.maxSurge`, errors)
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) errors.invalid(`${path}.rollingUpdate.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')
  validateAtMost100Percent(maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors)
}

function validateSpec(spec: Spec, errors: ErrorList): void {
  validateNonNegative(spec.replicas, 'spec.replicas', errors)
  validateWorkloadSelector(spec.selector, 'deployment', 'spec.selector', errors)
  const isReadable = validateSelected(spec.selector, spec.template, 'spec.template', errors, 'invalid label selector')
  if (isReadable) validateForeverTemplate(spec.template, 'ReplicaSet', 'spec.template', errors)
  validateStrategy(spec.strategy ?? {}, 'spec.strategy', errors)
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors)
  validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors)
  const deadline = spec.progressDeadlineSeconds
  if (deadline === undefined) return
  validateNonNegative(deadline, 'spec.progressDeadlineSeconds', errors)
  if (deadline <= (spec.minReadySeconds ?? 0)) errors.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')
}

const counters = ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'terminatingReplicas', 'collisionCount']
const bounds = [
  ['updatedReplicas', 'replicas', 'cannot be greater than status.replicas'], ['readyReplicas', 'replicas', 'cannot be greater than status.replicas'],
  ['availableReplicas', 'replicas', 'cannot be greater than status.replicas'], ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
] as const

export const deployments: KindRules = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  applyDefaults(object) {
    const spec = (object['spec'] ??= {}) as Spec
    spec.template ??= {}
    defaultTemplate(spec.template)
    spec.replicas ??= 1
    const strategy = (spec.strategy ??= {})
    strategy.type ||= 'RollingUpdate'
    if (strategy.type === 'RollingUpdate') strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate }
    spec.revisionHistoryLimit ??= 10
    spec.progressDeadlineSeconds ??= 600
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
    const annotations = { ...object, annotations: object.metadata.annotations }
    countGeneration(annotations, { ...old, annotations: old.metadata.annotations }, ['spec', 'annotations'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateSpec(specOf(object), errors)
    validateFixedSelector(specOf(object).selector, specOf(old).selector, 'spec.selector', errors)
  },
  warnOnUpdate: (object, old) => (object.metadata.generation === old.metadata.generation ? [] : workloadWarnings('x', specOf(object).template)),
  allowsUnconditionalUpdate: true,
  subresources: {
    status: {
      prepareUpdate(object, old) {
        object['spec'] = old['spec']
        object.metadata.labels = old.metadata.labels
      },
      validateUpdate(object, old, errors) {
        validateObjectMetaUpdate(object.metadata, old.metadata, errors)
        validateCounters({ ...statusOf(object) }, counters, bounds, errors)
        validateCollisionCount(statusOf(object).collisionCount, statusOf(old).collisionCount, errors)
      },
    },
  },
}
