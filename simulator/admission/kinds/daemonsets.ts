/** DaemonSet. Models pkg/registry/apps/daemonset and pkg/apis/apps/validation (v1.35). */

import type { IntOrString, LabelSelector } from '../../api/types.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { countGeneration, statusOnly } from '../kind-rules.ts'
import type { FullPodTemplate } from '../pod/pod-types.ts'
import {
  defaultTemplate, dropDisabledTemplateFields, intOrPercentValue, validateAtMost100Percent, validateCollisionCount, validateCounters, validateFixedSelector, validateForeverTemplate, validateIntOrPercent,
  shownSelector, validateSelected, workloadWarnings,
} from '../pod/template.ts'
import { equalSemantic } from '../validation/equal.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, validateLabelSelector, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'

interface Spec {
  selector?: LabelSelector
  template: FullPodTemplate
  minReadySeconds?: number
  revisionHistoryLimit?: number
  updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } }
}
const templateGenerationKey = 'deprecated.daemonset.template.generation'
const strategyTypes = ['RollingUpdate', 'OnDelete']

function specOf(object: AdmittedObject): Spec {
  return object['spec'] as Spec
}

function validateStrategy(strategy: NonNullable<Spec['updateStrategy']>, path: string, errors: ErrorList): void {
  if (!strategyTypes.includes(strategy.type ?? '')) {
    const rolling = strategy.rollingUpdate
    return errors.notSupported(path, { Type: strategy.type ?? '', RollingUpdate: rolling === undefined ? null : { MaxUnavailable: rolling.maxUnavailable ?? 0, MaxSurge: rolling.maxSurge ?? 0 } }, strategyTypes)
  }
  if (strategy.type === 'OnDelete') return
  const { maxUnavailable = 0, maxSurge = 0 } = strategy.rollingUpdate ?? {}
  const at = `${path}.rollingUpdate`
  validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`, errors)
  validateIntOrPercent(maxSurge, `${at}.maxSurge`, errors)
  validateAtMost100Percent(maxUnavailable, `${at}.maxUnavailable`, errors)
  validateAtMost100Percent(maxSurge, `${at}.maxSurge`, errors)
  const [hasUnavailable, hasSurge] = [intOrPercentValue(maxUnavailable) !== 0, intOrPercentValue(maxSurge) !== 0]
  if (hasUnavailable && hasSurge) errors.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')
  if (!hasUnavailable && !hasSurge) errors.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')
}

function validateSpec(spec: Spec, errors: ErrorList): void {
  validateLabelSelector(spec.selector, 'spec.selector', errors)
  validateSelected(spec.selector, spec.template, 'spec.template', errors)
  const { selector } = spec
  if (selector !== undefined && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0) errors.invalid('spec.selector', shownSelector(selector), 'empty selector is invalid for daemonset')
  validateForeverTemplate(spec.template, 'DaemonSet', 'spec.template', errors)
  validateNonNegative(spec.minReadySeconds, 'spec.minReadySeconds', errors)
  validateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy', errors)
  validateNonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', errors)
}

function setTemplateGeneration(object: AdmittedObject, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [templateGenerationKey]: String(generation) }
}

const counters = ['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'collisionCount']

export const daemonsets: KindRules = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  applyDefaults(object) {
    const spec = (object['spec'] ??= {}) as Spec
    spec.template ??= {}
    defaultTemplate(spec.template)
    const strategy = (spec.updateStrategy ??= {})
    strategy.type ||= 'RollingUpdate'
    if (strategy.type === 'RollingUpdate') strategy.rollingUpdate = { ...strategy.rollingUpdate, maxUnavailable: strategy.rollingUpdate?.maxUnavailable ?? 1, maxSurge: strategy.rollingUpdate?.maxSurge ?? 0 }
    else if (strategy.rollingUpdate !== undefined) strategy.rollingUpdate = { ...strategy.rollingUpdate, maxUnavailable: strategy.rollingUpdate.maxUnavailable ?? 0, maxSurge: strategy.rollingUpdate.maxSurge ?? 0 }
    spec.revisionHistoryLimit ??= 10
  },
  prepareCreate(object) {
    object['status'] = {}
    object.metadata.generation = 1
    setTemplateGeneration(object, Number(object.metadata.annotations?.[templateGenerationKey] ?? 0) || 1)
    dropDisabledTemplateFields(specOf(object).template)
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
    validateSpec(specOf(object), errors)
  },
  warnOnCreate: (object) => workloadWarnings('x', specOf(object).template),
  prepareUpdate(object, old) {
    object['status'] = old['status']
    dropDisabledTemplateFields(specOf(object).template)
    const before = Number(old.metadata.annotations?.[templateGenerationKey] ?? 0)
    setTemplateGeneration(object, equalSemantic(specOf(object).template, specOf(old).template) ? before : before + 1)
    countGeneration(object, old, ['spec'])
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateFixedSelector(specOf(object).selector, specOf(old).selector, 'spec.selector', errors)
    validateSpec(specOf(object), errors)
  },
  warnOnUpdate: (object) => workloadWarnings('x', specOf(object).template),
  allowsUnconditionalUpdate: true,
  subresources: {
    status: statusOnly((object, old, errors) => {
      validateObjectMetaUpdate(object.metadata, old.metadata, errors)
      const status = (object['status'] ?? {}) as { collisionCount?: number }
      validateCounters({ ...status }, counters, [], errors)
      validateCollisionCount(status.collisionCount, (old['status'] as { collisionCount?: number } | undefined)?.collisionCount, errors)
    }),
  },
}
