/** HorizontalPodAutoscaler. Models pkg/registry/autoscaling/horizontalpodautoscaler, pkg/apis/autoscaling and its v1 conversion (v1.35). */

import type { HorizontalPodAutoscalerSpec, HpaMetricSpec, HpaMetricTarget, HpaScalingRules, LabelSelector } from '../../api/types.ts'
import { checkDns1123Label } from '../../api/names.ts'
import { compareQuantities } from '../../api/quantity.ts'
import type { AdmittedObject, KindRules } from '../kind-rules.ts'
import { statusOnly } from '../kind-rules.ts'
import type { ErrorList } from '../validation/error-list.ts'
import { nameIsDnsSubdomain, nameIsPathSegment, validateNonNegative, validateObjectMeta, validateObjectMetaUpdate } from '../validation/meta.ts'
import { validateContainerResourceName, validateNonNegativeQuantity } from '../validation/resources.ts'

interface Reference { apiVersion?: string; kind?: string; name?: string }
interface MetricSource { metric?: { name?: string; selector?: LabelSelector }; target?: HpaMetricTarget; describedObject?: Reference }
interface Metric extends Omit<HpaMetricSpec, 'pods' | 'object' | 'external'> { pods?: MetricSource; object?: MetricSource; external?: MetricSource }
type Spec = Omit<HorizontalPodAutoscalerSpec, 'metrics'> & { metrics?: Metric[]; targetCPUUtilizationPercentage?: number }

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
const sourceOfType: { readonly [type: string]: keyof Metric } = { ContainerResource: 'containerResource', External: 'external', Object: 'object', Pods: 'pods', Resource: 'resource' }
const sourceOrder = ['object', 'external', 'pods', 'resource', 'containerResource'] as const
const targetTexts = {
  both: 'may not set both a target raw value and a target utilization',
  neither: 'must set either a target raw value or a target utilization',
} as const

function specOf(object: AdmittedObject): Spec {
  return (object['spec'] ??= {}) as Spec
}

function apiVersionError(reference: Reference, allowsEmptyGroup: boolean): string | undefined {
  const parts = (reference.apiVersion ?? '').split('/')
  if (parts.length > 2) return `unexpected GroupVersion string: ${reference.apiVersion}`
  return parts.length === 1 && !allowsEmptyGroup ? 'apiVersion must specify API group' : undefined
}

function validateReference(reference: Reference, allowsEmptyGroup: boolean, path: string, errors: ErrorList): void {
  for (const field of ['kind', 'name'] as const) {
    const value = reference[field] ?? ''
    if (value === '') errors.required(`${path}.${field}`)
    else errors.invalidEach(`${path}.${field}`, value, nameIsPathSegment(value, false))
  }
  const error = apiVersionError(reference, allowsEmptyGroup)
  if (error !== undefined) errors.invalid(`${path}.apiVersion`, reference.apiVersion ?? '', error)
}

function validateTarget(target: HpaMetricTarget, path: string, errors: ErrorList): void {
  const type = target.type ?? ''
  if (type === '') errors.required(`${path}.type`, 'must specify a metric target type')
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) errors.invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue')
  for (const field of ['value', 'averageValue'] as const) {
    const quantity = target[field]
    if (quantity !== undefined && compareQuantities(quantity, '0') <= 0) errors.invalid(`${path}.${field}`, quantity, 'must be positive')
  }
  if (target.averageUtilization !== undefined && target.averageUtilization < 1) errors.invalid(`${path}.averageUtilization`, target.averageUtilization, 'must be greater than 0')
}

function validateIdentifier(source: MetricSource, path: string, errors: ErrorList): void {
  const name = source.metric?.name ?? ''
  if (name === '') errors.required(`${path}.metric.name`, 'must specify a metric name')
  else errors.invalidEach(`${path}.metric.name`, name, nameIsPathSegment(name, false))
}

function validateUtilization(target: HpaMetricTarget, path: string, errors: ErrorList): void {
  validateTarget(target, path, errors)
  const { averageUtilization, averageValue } = target
  if (averageUtilization === undefined && averageValue === undefined) errors.required(`${path}.averageUtilization`, targetTexts.neither)
  if (averageUtilization !== undefined && averageValue !== undefined) errors.forbidden(`${path}.averageValue`, targetTexts.both)
}

function validateSource(metric: Metric, source: (typeof sourceOrder)[number], path: string, errors: ErrorList): void {
  const empty = {} as HpaMetricTarget
  if (source === 'resource' || source === 'containerResource') {
    const resource = metric[source]!
    if (!resource.name) errors.required(`${path}.name`, 'must specify a resource name')
    else if (source === 'containerResource') validateContainerResourceName(resource.name, `${path}.name`, errors)
    if (source === 'containerResource') {
      const { container } = metric.containerResource!
      if (!container) errors.required(`${path}.container`, 'must specify a container')
      else errors.invalidEach(`${path}.container`, container, checkDns1123Label(container))
    }
    return validateUtilization(resource.target ?? empty, `${path}.target`, errors)
  }
  const given = metric[source]!
  const target = given.target ?? empty
  if (source === 'object') validateReference(given.describedObject ?? {}, true, `${path}.describedObject`, errors)
  validateIdentifier(given, path, errors)
  validateTarget(target, `${path}.target`, errors)
  const hasNone = target.value === undefined && target.averageValue === undefined
  if (source === 'object' && hasNone) errors.required(`${path}.target.averageValue`, 'must set either a target value or averageValue')
  if (source === 'external' && hasNone) errors.required(`${path}.target.averageValue`, 'must set either a target value for metric or a per-pod target')
  if (source === 'external' && target.value !== undefined && target.averageValue !== undefined) errors.forbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target')
  if (source === 'pods' && target.averageValue === undefined) errors.required(`${path}.target.averageValue`, 'must specify a positive target averageValue')
}

function validateMetric(metric: Metric, path: string, errors: ErrorList): void {
  const type = metric.type ?? ''
  if (type === '') errors.required(`${path}.type`, 'must specify a metric source type')
  if (!metricTypes.includes(type)) errors.notSupported(`${path}.type`, type, metricTypes)
  const present = sourceOrder.filter((source) => metric[source] !== undefined)
  if (present.length > 0) validateSource(metric, present[0]!, `${path}.${present[0]}`, errors)
  const expected = sourceOfType[type]
  if (expected === undefined) errors.notSupported(`${path}.type`, type, metricTypes)
  else if (metric[expected] === undefined) errors.required(`${path}.${expected}`, 'must populate information for the given metric source')
  if (present.length === 1) return
  for (const source of present) if (source !== expected) errors.forbidden(`${path}.${source}`, 'must populate the given metric source only')
}

function validateRules(rules: HpaScalingRules | undefined, path: string, errors: ErrorList): void {
  if (rules === undefined) return
  const { stabilizationWindowSeconds: windowSeconds, selectPolicy, policies = [] } = rules
  if (windowSeconds !== undefined && windowSeconds < 0) errors.invalid(`${path}.stabilizationWindowSeconds`, windowSeconds, 'must be greater than or equal to zero')
  if (windowSeconds !== undefined && windowSeconds > 3600) errors.invalid(`${path}.stabilizationWindowSeconds`, windowSeconds, 'must be less than or equal to 3600')
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy)) errors.notSupported(`${path}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min'])
  if (policies.length === 0) errors.required(`${path}.policies`, 'must specify at least one Policy')
  policies.forEach(({ type = '', value = 0, periodSeconds = 0 }, index) => {
    const at = `${path}.policies[${index}]`
    if (type !== 'Pods' && type !== 'Percent') errors.notSupported(`${at}.type`, type, ['Percent', 'Pods'])
    if (value <= 0) errors.invalid(`${at}.value`, value, 'must be greater than zero')
    if (periodSeconds <= 0) errors.invalid(`${at}.periodSeconds`, periodSeconds, 'must be greater than zero')
    if (periodSeconds > 1800) errors.invalid(`${at}.periodSeconds`, periodSeconds, 'must be less than or equal to 1800')
  })
  if (rules.tolerance !== undefined) validateNonNegativeQuantity(rules.tolerance, `${path}.tolerance`, errors)
}

function validateSpec(spec: Spec, old: Spec | undefined, errors: ErrorList): void {
  const { minReplicas, maxReplicas = 0 } = spec
  const lowerBound = old?.minReplicas === 0 ? 0 : 1
  if (minReplicas !== undefined && minReplicas < lowerBound) errors.invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${lowerBound}`)
  if (maxReplicas < 1) errors.invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0')
  if (minReplicas !== undefined && maxReplicas < minReplicas) errors.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')
  const reference: Reference = spec.scaleTargetRef ?? {}
  const before: Reference | undefined = old?.scaleTargetRef
  const isKept = before !== undefined && before.apiVersion === reference.apiVersion && before.kind === reference.kind
  validateReference(isKept ? { ...reference, apiVersion: 'kept/v1' } : reference, reference.kind === 'ReplicationController', 'spec.scaleTargetRef', errors)
  spec.metrics?.forEach((metric, index) => validateMetric(metric, `spec.metrics[${index}]`, errors))
  const scalesFromZero = spec.metrics?.some((metric) => metric.type === 'Object' || metric.type === 'External') ?? false
  if (minReplicas === 0 && !scalesFromZero) errors.forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas')
  validateRules(spec.behavior?.scaleUp, 'spec.behavior.scaleUp', errors)
  validateRules(spec.behavior?.scaleDown, 'spec.behavior.scaleDown', errors)
}

const scaleUpRules: HpaScalingRules = { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }] }
const scaleDownRules: HpaScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }

function withRules(rules: HpaScalingRules | undefined, defaults: HpaScalingRules): HpaScalingRules {
  const given = Object.fromEntries(Object.entries(rules ?? {}).filter(([, value]) => value !== undefined))
  return { ...defaults, ...given }
}

function applyDefaults(object: AdmittedObject): void {
  const spec = specOf(object)
  spec.minReplicas ??= 1
  if ((spec.metrics ?? []).length === 0) spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
  if (spec.behavior !== undefined) spec.behavior = { scaleUp: withRules(spec.behavior.scaleUp, scaleUpRules), scaleDown: withRules(spec.behavior.scaleDown, scaleDownRules) }
}

function validateStatus(object: AdmittedObject, old: AdmittedObject, errors: ErrorList): void {
  validateObjectMetaUpdate(object.metadata, old.metadata, errors)
  const { currentReplicas, desiredReplicas } = (object['status'] ?? {}) as { currentReplicas?: number; desiredReplicas?: number }
  validateNonNegative(currentReplicas, 'status.currentReplicas', errors)
  validateNonNegative(desiredReplicas, 'status.desiredReplicas', errors)
}

export const horizontalpodautoscalers: KindRules = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  applyDefaults,
  prepareCreate(object) {
    object['status'] = {}
  },
  validateCreate(object, errors) {
    validateObjectMeta(object.metadata, true, nameIsDnsSubdomain, errors)
    validateSpec(specOf(object), undefined, errors)
  },
  prepareUpdate(object, old) {
    object['status'] = old['status']
  },
  validateUpdate(object, old, errors) {
    validateObjectMetaUpdate(object.metadata, old.metadata, errors)
    validateSpec(specOf(object), specOf(old), errors)
  },
  allowsUnconditionalUpdate: true,
  subresources: { status: statusOnly(validateStatus) },
}

/** The version of before metrics: one target for CPU. It is stored as v2. */
export const horizontalpodautoscalersV1: KindRules = {
  ...horizontalpodautoscalers,
  apiVersion: 'autoscaling/v1',
  applyDefaults(object) {
    specOf(object).minReplicas ??= 1
  },
  storedAs: { rules: horizontalpodautoscalers, toStored: autoscalerToV2, toServed: autoscalerToV1 },
}

type Autoscaler = { apiVersion: string; kind: string; metadata: object; spec?: unknown; status?: unknown }

/** An autoscaler of v1 as v2 says it. */
function autoscalerToV2<T extends Autoscaler>(object: T): T {
  const { targetCPUUtilizationPercentage: percent, ...spec } = (object.spec ?? {}) as Spec
  const { currentCPUUtilizationPercentage: current, ...status } = (object.status ?? {}) as { currentCPUUtilizationPercentage?: number }
  const cpu: Metric[] = percent === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } } }]
  const currentMetrics = current === undefined ? {} : { currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }] }
  return { ...object, apiVersion: 'autoscaling/v2', spec: { ...spec, ...(cpu.length === 0 ? {} : { metrics: cpu }) }, status: { ...status, ...currentMetrics } }
}

interface CurrentMetric { type?: string; resource?: { name?: string; current?: { averageUtilization?: number } } }

/** An autoscaler of v2 as v1 shows it; what v1 has no field for is left out. Differs: upstream keeps it in annotations. */
function autoscalerToV1<T extends Autoscaler>(object: T): T {
  const { metrics, behavior: _behavior, ...spec } = (object.spec ?? {}) as Spec
  const { currentMetrics, conditions: _conditions, ...status } = (object.status ?? {}) as { currentMetrics?: CurrentMetric[]; conditions?: unknown }
  const percent = metrics?.find((metric) => metric.type === 'Resource' && metric.resource?.name === 'cpu')?.resource?.target.averageUtilization
  const current = currentMetrics?.find((metric) => metric.type === 'Resource' && metric.resource?.name === 'cpu')?.resource?.current?.averageUtilization
  return {
    ...object, apiVersion: 'autoscaling/v1', spec: { ...spec, ...(percent === undefined ? {} : { targetCPUUtilizationPercentage: percent }) },
    status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  }
}
