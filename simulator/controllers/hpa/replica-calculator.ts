/** How many replicas a metric asks for. Models kubernetes/pkg/controller/podautoscaler/replica_calculator.go (v1.35). */

import { quantityMilli } from '../../api/quantity.ts'
import type { Pod } from '../../api/types.ts'
import { isPodReady, podCondition } from '../pods.ts'
import type { ParseTime } from '../pods.ts'
import type { MetricsError, PodMetric } from './ports.ts'

/** How far from the target a ratio may be without a change. */
export interface Tolerances { readonly down: number; readonly up: number }

/** What a calculation needs besides the metric. Times in ms. */
export interface CalculatorInput {
  readonly pods: readonly Pod[]
  readonly currentReplicas: number
  readonly tolerances: Tolerances
  readonly cpuInitializationMs: number
  readonly initialReadinessDelayMs: number
  readonly nowMs: number
  readonly parse: ParseTime
}

/** The wanted replicas and the usage that led there, in milli-units (a 64-bit integer). */
export interface ReplicaProposal { readonly replicas: number; readonly usageMilli: bigint; readonly utilization?: number }

export type Calculated = ReplicaProposal | MetricsError

const noPods: MetricsError = { error: 'no pods returned by selector while calculating replica count' }
const noMetrics: MetricsError = { error: 'did not receive metrics for targeted pods (pods might be unready)' }
const int64Min = -(2n ** 63n)
const int32Max = 2147483647

/** A float as int64, as amd64 converts it: what does not fit becomes the smallest number. */
function toInt64(value: number): bigint {
  return Number.isFinite(value) && Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : int64Min
}

function isWithin(tolerances: Tolerances, ratio: number): boolean {
  return 1 - tolerances.down <= ratio && ratio <= 1 + tolerances.up
}

interface PodGroups { readonly readyCount: number; readonly unready: readonly string[]; readonly missing: readonly string[]; readonly ignored: readonly string[] }

/** Sorts pods into ready, not ready yet, without a metric, and those that do not count. */
function groupPods(input: CalculatorInput, metrics: ReadonlyMap<string, PodMetric>, resource: string): PodGroups {
  const groups = { readyCount: 0, unready: [] as string[], missing: [] as string[], ignored: [] as string[] }
  for (const pod of input.pods) {
    const name = pod.metadata.name!
    const metric = metrics.get(name)
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === 'Failed') groups.ignored.push(name)
    else if (pod.status?.phase === 'Pending') groups.unready.push(name)
    else if (metric === undefined) groups.missing.push(name)
    else if (resource === 'cpu' && isCpuUnready(pod, metric, input)) groups.unready.push(name)
    else groups.readyCount++
  }
  return groups
}

/** The CPU usage of a starting pod says nothing about its load. */
function isCpuUnready(pod: Pod, metric: PodMetric, { cpuInitializationMs, initialReadinessDelayMs, nowMs, parse }: CalculatorInput): boolean {
  const ready = podCondition(pod, 'Ready')
  if (ready === undefined || pod.status?.startTime === undefined) return true
  const startMs = parse(pod.status.startTime)
  const changedMs = ready.lastTransitionTime === undefined ? Number.NEGATIVE_INFINITY : parse(ready.lastTransitionTime)
  if (startMs + cpuInitializationMs > nowMs) return ready.status === 'False' || metric.timestampMs < changedMs + metric.windowMs
  return ready.status === 'False' && startMs + initialReadinessDelayMs > changedMs
}

/** Milli-requests by pod. @param container '' for the whole pod */
function requestsOf(pods: readonly Pod[], container: string, resource: string): ReadonlyMap<string, number> | MetricsError {
  const requests = new Map<string, number>()
  for (const pod of pods) {
    const request = podLevelRequest(pod, container, resource) ?? containerRequest(pod, container, resource)
    if (typeof request !== 'number') return request
    requests.set(pod.metadata.name!, request)
  }
  return requests
}

const podLevelResources: ReadonlySet<string> = new Set(['cpu', 'memory'])

/** The request of a pod that has requests of its own; without one for this resource its containers' sum counts. */
function podLevelRequest(pod: Pod, container: string, resource: string): number | MetricsError | undefined {
  const own = pod.spec.resources?.requests
  if (container !== '' || own === undefined || !Object.keys(own).some((name) => podLevelResources.has(name) || name.startsWith('hugepages-'))) return undefined
  if (own[resource] !== undefined) return quantityMilli(own[resource])
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')]
  const requests = all.map(({ resources }) => resources?.requests?.[resource]).filter((request) => request !== undefined)
  return requests.length === 0 ? { error: `missing pod-level request for ${resource} in Pod ${pod.metadata.name!}` } : requests.reduce((sum, request) => sum + quantityMilli(request), 0)
}

function containerRequest(pod: Pod, container: string, resource: string): number | MetricsError {
  const name = pod.metadata.name!
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  let sum = 0
  for (const candidate of [...pod.spec.containers, ...sidecars]) {
    if (container !== '' && container !== candidate.name) continue
    const request = candidate.resources?.requests?.[resource]
    if (request === undefined) return { error: `missing request for ${resource} in container ${candidate.name} of Pod ${name}` }
    sum += quantityMilli(request)
    if (container === candidate.name) return sum
  }
  return container === '' ? sum : { error: `container ${container} not found in Pod ${name}` }
}

/** A ratio of usage to target with what it was computed from. */
interface Ratio { readonly ratio: number; readonly usageMilli: bigint; readonly utilization?: number }

/** Usage of all metered pods against their requests, in whole percent. */
function utilizationRatio(metrics: ReadonlyMap<string, PodMetric>, requests: ReadonlyMap<string, number>, target: number): Ratio | MetricsError {
  let usage = 0n
  let requested = 0n
  let count = 0n
  for (const [pod, { milli }] of metrics) {
    const request = requests.get(pod)
    if (request === undefined) continue
    usage += BigInt(Math.trunc(milli))
    requested += BigInt(request)
    count++
  }
  if (requested === 0n) return { error: 'no metrics returned matched known pods' }
  const utilization = Number((usage * 100n) / requested)
  return { ratio: utilization / target, usageMilli: usage / count, utilization }
}

function usageRatio(metrics: ReadonlyMap<string, PodMetric>, target: number): Ratio {
  let usage = 0n
  for (const { milli } of metrics.values()) usage += BigInt(Math.trunc(milli))
  const average = usage / BigInt(metrics.size)
  return { ratio: Number(average) / target, usageMilli: average }
}

/** A metric per pod, and what to assume for pods without one. */
interface PerPod {
  readonly metrics: ReadonlyMap<string, PodMetric>
  readonly resource: string
  ratioOf(metrics: ReadonlyMap<string, PodMetric>): Ratio | MetricsError
  /** Milli-usage assumed for a pod without a metric when scaling down. */
  assumedMilli(pod: string): number
}

/** The common course: ratio of the ready pods, then a cautious second look with the others. */
function fromPods(input: CalculatorInput, perPod: PerPod, prepare: () => MetricsError | undefined): Calculated {
  const { currentReplicas, tolerances } = input
  if (input.pods.length === 0) return noPods
  const groups = groupPods(input, perPod.metrics, perPod.resource)
  const metrics = new Map(perPod.metrics)
  for (const pod of [...groups.ignored, ...groups.unready]) metrics.delete(pod)
  if (metrics.size === 0) return noMetrics
  const problem = prepare()
  if (problem !== undefined) return problem
  const first = perPod.ratioOf(metrics)
  if ('error' in first) return first
  const keep: ReplicaProposal = { replicas: currentReplicas, usageMilli: first.usageMilli, utilization: first.utilization }
  const countsUnready = groups.unready.length > 0 && first.ratio > 1
  if (!countsUnready && groups.missing.length === 0) return isWithin(tolerances, first.ratio) ? keep : { ...keep, replicas: Math.ceil(first.ratio * groups.readyCount) }
  const assume = (pod: string, milli: number): unknown => metrics.set(pod, { milli, timestampMs: 0, windowMs: 0 })
  if (first.ratio !== 1) for (const pod of groups.missing) assume(pod, first.ratio < 1 ? perPod.assumedMilli(pod) : 0)
  if (countsUnready) for (const pod of groups.unready) assume(pod, 0)
  const second = perPod.ratioOf(metrics)
  if ('error' in second) return second
  if (isWithin(tolerances, second.ratio) || (first.ratio < 1 && second.ratio > 1) || (first.ratio > 1 && second.ratio < 1)) return keep
  const replicas = Math.ceil(second.ratio * metrics.size)
  const isContrary = (second.ratio < 1 && replicas > currentReplicas) || (second.ratio > 1 && replicas < currentReplicas)
  return isContrary ? keep : { ...keep, replicas }
}

/** Replicas for an average utilization of requests. @param target percent */
export function utilizationReplicas(input: CalculatorInput, metrics: ReadonlyMap<string, PodMetric>, resource: string, container: string, target: number): Calculated {
  let requests: ReadonlyMap<string, number> = new Map()
  const perPod: PerPod = {
    metrics,
    resource,
    ratioOf: (counted) => utilizationRatio(counted, requests, target),
    assumedMilli: (pod) => Math.trunc(((requests.get(pod) ?? 0) * Math.max(100, target)) / 100),
  }
  return fromPods(input, perPod, () => {
    const found = requestsOf(input.pods, container, resource)
    if ('error' in found) return found as MetricsError
    requests = found
    return undefined
  })
}

/** Replicas for an average value per pod. @param resource '' for a metric that is no resource; @param targetMilli milli-units */
export function averageValueReplicas(input: CalculatorInput, metrics: ReadonlyMap<string, PodMetric>, resource: string, targetMilli: number): Calculated {
  return fromPods(input, { metrics, resource, ratioOf: (counted) => usageRatio(counted, targetMilli), assumedMilli: () => targetMilli }, () => undefined)
}

/** Replicas for one value of the whole target: the ready pods times the ratio. @param usageMilli and targetMilli in milli-units */
export function valueReplicas(input: CalculatorInput, usageMilli: number, targetMilli: number): Calculated {
  const ratio = usageMilli / targetMilli
  const proposal = (replicas: number): ReplicaProposal => ({ replicas: Math.min(replicas, int32Max), usageMilli: toInt64(usageMilli) })
  if (input.currentReplicas === 0) return proposal(Math.ceil(ratio))
  if (isWithin(input.tolerances, ratio)) return proposal(input.currentReplicas)
  if (input.pods.length === 0) return { error: `unable to calculate ready pods: ${noPods.error}` }
  const readyCount = input.pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length
  return proposal(Math.ceil(ratio * readyCount))
}

/** Replicas for a value that is shared by all pods. @param statusReplicas pods that share it now */
export function perPodValueReplicas(statusReplicas: number, tolerances: Tolerances, usageMilli: number, targetMilli: number): ReplicaProposal {
  const ratio = usageMilli / (targetMilli * statusReplicas)
  const replicas = isWithin(tolerances, ratio) ? statusReplicas : Math.min(Math.ceil(usageMilli / targetMilli), int32Max)
  return { replicas, usageMilli: toInt64(Math.ceil(usageMilli / statusReplicas)) }
}
