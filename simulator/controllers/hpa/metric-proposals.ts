/** What each metric of an autoscaler proposes, in the words of its conditions and Events. Models kubernetes/pkg/controller/podautoscaler/horizontal.go (v1.35). */

import { formatQuantity, quantityMilli } from '../../api/quantity.ts'
import type { HpaMetricSpec, HpaMetricTarget, LabelSelector } from '../../api/types.ts'
import type { Json } from '../../kernel/json.ts'
import { goSelector } from '../../api/go-selector.ts'
import type { DescribedObject, MetricsClient, MetricsError } from './ports.ts'
import { averageValueReplicas, perPodValueReplicas, utilizationReplicas, valueReplicas } from './replica-calculator.ts'
import type { Calculated, CalculatorInput, ReplicaProposal } from './replica-calculator.ts'

/** A metric's proposal: replicas, its name, and its line of the status. */
export interface MetricProposal { readonly replicas: number; readonly name: string; readonly status: Json }
/** Why a metric proposes nothing: for the Event and condition, and for the summary of all metrics. */
export interface MetricFailure { readonly reason: string; readonly error: string; readonly summary: string }

interface MetricIdentifier { readonly name: string; readonly selector?: LabelSelector }
interface PodsSource { readonly metric: MetricIdentifier; readonly target: HpaMetricTarget }
interface ObjectSource extends PodsSource { readonly describedObject: DescribedObject }

/** The surroundings of one metric. */
export interface MetricContext {
  readonly client: MetricsClient
  readonly namespace: string
  /** Label selector of the target's pods, as text. */
  readonly selector: string
  readonly statusReplicas: number
  readonly input: CalculatorInput
}

function milliText(milli: bigint, isBinary = false): string {
  return formatQuantity({ value: milli, scale: -3, isBig: false, format: isBinary ? 'BinarySI' : 'DecimalSI' })
}

function failure(reason: string, error: string, prefix: string): MetricFailure {
  return { reason, error, summary: `${prefix}: ${error}` }
}

function identifier({ name, selector }: MetricIdentifier): Json {
  return (selector === undefined ? { name } : { name, selector }) as unknown as Json
}

/** What one metric proposes. */
export function proposeReplicas(spec: HpaMetricSpec, context: MetricContext): MetricProposal | MetricFailure {
  switch (spec.type) {
    case 'Resource': return fromResource(spec, context)
    case 'ContainerResource': return fromContainerResource(spec, context)
    case 'Pods': return fromPods(spec.pods as unknown as PodsSource, context)
    case 'Object': return fromObject(spec.object as unknown as ObjectSource, context)
    case 'External': return fromExternal(spec.external as unknown as PodsSource, context)
    default: {
      const error = `unknown metric source type "${spec.type}"`
      return { reason: 'InvalidMetricSourceType', error, summary: error }
    }
  }
}

interface ResourceResult { readonly replicas: number; readonly name: string; readonly current: Json }

function resourceReplicas(resource: string, target: HpaMetricTarget, container: string, { client, namespace, selector, input }: MetricContext): ResourceResult | MetricsError {
  const isAverage = target.averageValue !== undefined
  if (!isAverage && target.averageUtilization === undefined) return { error: 'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set' }
  const failed = (error: string): MetricsError => ({ error: `failed to get ${resource} ${isAverage ? 'usage' : 'utilization'}: ${error}` })
  const metrics = client.resourceMetric(resource, namespace, selector, container)
  if ('error' in metrics) return failed(`unable to get metrics for resource ${resource}: ${String(metrics.error)}`)
  const result = isAverage ? averageValueReplicas(input, metrics, resource, quantityMilli(target.averageValue!)) : utilizationReplicas(input, metrics, resource, container, target.averageUtilization!)
  if ('error' in result) return failed(result.error)
  const averageValue = milliText(result.usageMilli, resource === 'memory')
  if (isAverage) return { replicas: result.replicas, name: `${resource} resource`, current: { averageValue } }
  const words = container === '' ? 'resource utilization' : 'container resource utilization'
  return { replicas: result.replicas, name: `${resource} ${words} (percentage of request)`, current: { averageUtilization: result.utilization, averageValue } }
}

function fromResource(spec: HpaMetricSpec, context: MetricContext): MetricProposal | MetricFailure {
  const { name, target } = spec.resource!
  const result = resourceReplicas(name, target, '', context)
  if ('error' in result) return failure('FailedGetResourceMetric', result.error, `failed to get ${name} resource metric value`)
  return { replicas: result.replicas, name: result.name, status: { type: 'Resource', resource: { name, current: result.current } } }
}

function fromContainerResource(spec: HpaMetricSpec, context: MetricContext): MetricProposal | MetricFailure {
  const { name, container, target } = spec.containerResource!
  const result = resourceReplicas(name, target, container, context)
  if ('error' in result) return failure('FailedGetContainerResourceMetric', result.error, `failed to get ${container} container metric value`)
  return { replicas: result.replicas, name: result.name, status: { type: 'ContainerResource', containerResource: { name, container, current: result.current } } }
}

function fromPods({ metric, target }: PodsSource, { client, namespace, selector, input }: MetricContext): MetricProposal | MetricFailure {
  const metrics = client.podsMetric(metric.name, namespace, selector, metric.selector)
  const result: Calculated = 'error' in metrics ? { error: `unable to get metric ${metric.name}: ${String(metrics.error)}` } : averageValueReplicas(input, metrics, '', quantityMilli(target.averageValue ?? '0'))
  if ('error' in result) return failure('FailedGetPodsMetric', result.error, 'failed to get pods metric value')
  const current = { averageValue: milliText(result.usageMilli) }
  return { replicas: result.replicas, name: `pods metric ${metric.name}`, status: { type: 'Pods', pods: { metric: identifier(metric), current } } }
}

function fromObject(source: ObjectSource, { client, namespace, input, statusReplicas }: MetricContext): MetricProposal | MetricFailure {
  const { describedObject, metric, target } = source
  const failed = (error: string): MetricFailure => failure('FailedGetObjectMetric', error, 'failed to get object metric value')
  const isValue = target.type === 'Value' && target.value !== undefined
  const isAverage = target.type === 'AverageValue' && target.averageValue !== undefined
  if (!isValue && !isAverage) return failed('invalid object metric source: neither a value target nor an average value target was set')
  const usage = client.objectMetric(metric.name, namespace, describedObject, metric.selector)
  if (typeof usage !== 'number') {
    const error = `unable to get metric ${metric.name}: ${describedObject.kind} on ${namespace} ${describedObject.name}/${usage.error}`
    return isValue ? failed(error) : averageFailure('FailedGetObjectMetric', error, `failed to get ${metric.name} object metric`, 'failed to get object metric value')
  }
  const result = isValue ? valueReplicas(input, usage, quantityMilli(target.value!)) : perPodValueReplicas(statusReplicas, input.tolerances, usage, quantityMilli(target.averageValue!))
  if ('error' in result) return failed(result.error)
  const name = isValue ? `${describedObject.kind} metric ${metric.name}` : `external metric ${metric.name}(${goSelector(metric.selector)})`
  return { replicas: result.replicas, name, status: { type: 'Object', object: { describedObject: { ...describedObject }, metric: identifier(metric), current: currentOf(result, isValue) } } }
}

function currentOf({ usageMilli }: ReplicaProposal, isValue: boolean): { readonly [field: string]: string } {
  return isValue ? { value: milliText(usageMilli) } : { averageValue: milliText(usageMilli) }
}

/** The condition tells the bare error, the summary says once more what was wanted. */
function averageFailure(reason: string, error: string, middle: string, prefix: string): MetricFailure {
  return { reason, error, summary: `${prefix}: ${middle}: ${error}` }
}

function fromExternal({ metric, target }: PodsSource, { client, namespace, input, statusReplicas }: MetricContext): MetricProposal | MetricFailure {
  const prefix = `failed to get ${metric.name} external metric value`
  const isAverage = target.averageValue !== undefined
  if (!isAverage && target.value === undefined) return failure('FailedGetExternalMetric', 'invalid external metric source: neither a value target nor an average value target was set', prefix)
  const values = client.externalMetric(metric.name, namespace, metric.selector)
  const usage = 'error' in values ? 0 : values.reduce((sum, value) => sum + value, 0)
  const result: Calculated = 'error' in values ? { error: `unable to get external metric ${namespace}/${metric.name}/${goSelector(metric.selector)}: ${String(values.error)}` }
    : isAverage ? perPodValueReplicas(statusReplicas, input.tolerances, usage, quantityMilli(target.averageValue!)) : valueReplicas(input, usage, quantityMilli(target.value!))
  if ('error' in result) return averageFailure('FailedGetExternalMetric', result.error, isAverage ? `failed to get ${metric.name} external metric` : `failed to get external metric ${metric.name}`, prefix)
  return { replicas: result.replicas, name: `external metric ${metric.name}(${goSelector(metric.selector)})`, status: { type: 'External', external: { metric: identifier(metric), current: currentOf(result, !isAverage) } } }
}
