/** StatefulSet. Models pkg/registry/apps/statefulset and pkg/apis/apps/validation (v1.35). */

import { checkDns1123Label } from '../../api/names.ts'
import type { IntOrString, LabelSelector, ObjectMeta } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import { defaultClaimSpec } from '../pod/claim-defaults.ts'
import type { ClaimSpec, FullPodTemplate } from '../pod/pod-types.ts'
import {
  defaultTemplate, dropDisabledTemplateFields, intOrPercentValue, validateAtMost100Percent, validateCollisionCount, validateCounters, validateForever, validateIntOrPercent, validateSelected, validateWorkloadSelector, workloadWarnings,
} from '../pod/template.ts'
import { validateClaimSpec, warningsForClaimSpec } from '../pod/validate-claim.ts'
import { validatePodTemplate, validateTemplateMetadata } from '../pod/validate-spec.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsLabel, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Claim { apiVersion?: string; kind?: string; metadata?: ObjectMeta; spec?: ClaimSpec; status?: { phase?: string } }
interface Spec {
  replicas?: number
  selector?: LabelSelector
  template: FullPodTemplate
  volumeClaimTemplates?: Claim[]
  serviceName?: string
  podManagementPolicy?: string
  updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: IntOrString } }
  revisionHistoryLimit?: number
  minReadySeconds?: number
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string }
  ordinals?: { start?: number }
}
const mutableFields = ['replicas', 'template', 'updateStrategy', 'minReadySeconds', 'ordinals', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy']
const immutableText = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

function specOf(object: AdmittedObject): Spec {
  return object['spec'] as Spec
}

function shownRolling(rolling: NonNullable<Spec['updateStrategy']>['rollingUpdate']): unknown {
  return rolling === undefined ? null : { Partition: rolling.partition ?? 0, MaxUnavailable: rolling.maxUnavailable ?? null }
}

function validateStrategy(strategy: NonNullable<Spec['updateStrategy']>, path: string, errors: ErrorList): void {
  const rolling = strategy.rollingUpdate
  if (strategy.type === 'OnDelete') {
    if (rolling !== undefined) errors.invalid(`${path}.rollingUpdate`, shownRolling(rolling), "only allowed for updateStrategy 'RollingUpdate'")
    return
  }
  if (strategy.type !== 'RollingUpdate') return errors.invalid(path, { Type: strategy.type ?? '', RollingUpdate: shownRolling(rolling) }, "must be 'RollingUpdate' or 'OnDelete'")
  if (rolling === undefined) return
  validateNonNegative(rolling.partition, `${path}.rollingUpdate.partition`, errors)
  const { maxUnavailable } = rolling
  if (maxUnavailable === undefined) return
  validateIntOrPercent(maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors)
  if (intOrPercentValue(maxUnavailable) === 0) errors.invalid(`${path}.rollingUpdate.maxUnavailable`, maxUnavailable, 'cannot be 0')
  validateAtMost100Percent(maxUnavailable, `${path}.rollingUpdate.maxUnavailable`, errors)
}

function validateRetention(policy: Spec['persistentVolumeClaimRetentionPolicy'], path: string, errors: ErrorList): void {
  if (policy === undefined) return
  for (const field of ['whenDeleted', 'whenScaled'] as const) if (!['Retain', 'Delete'].includes(policy[field] ?? '')) errors.notSupported(`${path}.${field}`, policy[field] ?? '', ['Retain', 'Delete'])
}

/** The template as its pods get it: without names of its own, with a volume per claim. */
function completedTemplate(spec: Spec): FullPodTemplate {
  const claims = spec.volumeClaimTemplates ?? []
  const { hostname: _hostname, subdomain: _subdomain, volumes = [], ...rest } = spec.template.spec ?? {}
  const claimed = claims.map((claim) => ({ name: claim.metadata?.name ?? '', persistentVolumeClaim: { claimName: claim.metadata?.name ?? '' } }))
  const others = volumes.filter((volume) => !claimed.some((each) => each.name === volume.name))
  return { ...spec.template, spec: { ...rest, volumes: [...claimed, ...others] } }
}

function validateSpec(spec: Spec, isUpdate: boolean, errors: ErrorList): void {
  const policy = spec.podManagementPolicy ?? ''
  if (policy === '') errors.required('spec.podManagementPolicy')
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') errors.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")
  validateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', errors)
  validateRetention(spec.persistentVolumeClaimRetentionPolicy, 'spec.persistentVolumeClaimRetentionPolicy', errors)
  if (!isUpdate) spec.volumeClaimTemplates?.forEach((claim, index) => validateClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}].spec`, errors))
  validateNonNegative(spec.replicas, 'spec.replicas', errors)
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors)
  validateNonNegative(spec.ordinals?.start, 'spec.ordinals.start', errors)
  if (!isUpdate && spec.serviceName) errors.invalidEach('spec.serviceName', spec.serviceName, checkDns1123Label(spec.serviceName))
  validateWorkloadSelector(spec.selector, 'statefulset', 'spec.selector', errors)
  const isReadable = validateSelected(spec.selector, spec.template, 'spec.template', errors, '')
  if (isReadable) {
    validatePodTemplate(completedTemplate(spec), 'spec.template', errors)
    // The real one looks at them once more.
    validateTemplateMetadata(spec.template, 'spec.template', errors)
  }
  validateForever(spec.template, 'StatefulSet', 'spec.template', errors)
}

const counters = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount']
const bounds = [
  ...['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'].map((field) => [field, 'replicas', 'cannot be greater than status.replicas'] as const),
  ['availableReplicas', 'readyReplicas', 'cannot be greater than status.readyReplicas'] as const,
]

function applyDefaults(spec: Spec): void {
  defaultTemplate((spec.template ??= {}))
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion ||= 'v1'
    claim.kind ||= 'PersistentVolumeClaim'
    defaultClaimSpec((claim.spec ??= {}))
    claim.status ??= {}
    claim.status.phase ||= 'Pending'
  }
  spec.podManagementPolicy ||= 'OrderedReady'
  const strategy = (spec.updateStrategy ??= {})
  if (!strategy.type) {
    strategy.type = 'RollingUpdate'
    strategy.rollingUpdate ??= {}
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate !== undefined) strategy.rollingUpdate.partition ??= 0
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {})
  retention.whenDeleted ||= 'Retain'
  retention.whenScaled ||= 'Retain'
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
}

function warnings(object: AdmittedObject): string[] {
  const spec = specOf(object)
  const list = workloadWarnings('x', spec.template)
  spec.volumeClaimTemplates?.forEach((claim, index) => list.push(...warningsForClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}].spec`)))
  if ((spec.revisionHistoryLimit ?? 0) < 0) list.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended')
  return list
}

export const statefulsets: KindRules = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  applyDefaults: (object) => applyDefaults((object['spec'] ??= {}) as Spec),
  prepareCreate(object) {
    object['status'] = {}
    object.metadata.generation = 1
    dropDisabledTemplateFields(specOf(object).template)
    delete specOf(object).updateStrategy?.rollingUpdate?.maxUnavailable
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsLabel, errors)
    validateSpec(specOf(object), false, errors)
  },
  warnOnCreate: warnings,
  prepareUpdate(object, old) {
    object['status'] = old['status']
    dropDisabledTemplateFields(specOf(object).template)
    delete specOf(object).updateStrategy?.rollingUpdate?.maxUnavailable
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateSpec(specOf(object), true, errors)
    const kept: { [field: string]: unknown } = { ...specOf(object) }
    for (const field of mutableFields) kept[field] = (specOf(old) as unknown as { [field: string]: unknown })[field]
    if (!equalSemantic(kept, specOf(old))) errors.forbidden('spec', immutableText)
  },
  warnOnUpdate: warnings,
  allowsUnconditionalUpdate: true,
  subresources: {
    status: statusOnly((object, old, errors) => {
      const status = (object['status'] ?? {}) as { collisionCount?: number }
      validateCounters({ ...status }, counters, bounds, errors)
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      validateCollisionCount(status.collisionCount, (old['status'] as { collisionCount?: number } | undefined)?.collisionCount, errors)
    }),
  },
}
