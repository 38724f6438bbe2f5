/**
 * The resource metrics API as metrics-server serves it: usage averaged over the last scrape window.
 * Models metrics-server 0.8: scrape every 15 s, a pod is listed when two scrapes saw it.
 */

import type { KubeObject, Node, Pod } from '../api/types.ts'
import type { ApiClient } from '../api/client.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Clock } from '../store/component.ts'
import type { SeriesStore } from './series.ts'

/** Usage of one container in one scrape window. */
export interface ContainerSample {
  readonly name: string
  readonly cpuMilli: number
  readonly memoryBytes: number
}
/** Usage of one pod: the moment of the scrape, and its window. */
export interface PodSample {
  readonly pod: Pod
  readonly timestampMs: SimTimeMs
  readonly windowMs: number
  readonly containers: readonly ContainerSample[]
}

/** Names of the series that kubelets record per container. */
export const usageSeries = { cpu: 'container_cpu_usage_seconds_total', memory: 'container_memory_working_set_bytes' } as const

const systemCpuMilli = 60
const systemMemoryBytes = 400 * 1024 * 1024

export interface MetricsParts {
  readonly api: ApiClient
  readonly clock: Clock
  readonly series: SeriesStore
  readonly scrapeMs: number
}

/** The last scrape of a running pod, or undefined while there are not two of them. */
export function podSample(parts: MetricsParts, pod: Pod): PodSample | undefined {
  const { series, scrapeMs, clock } = parts
  const scrape = Math.floor(clock.nowMs / scrapeMs) * scrapeMs
  const containers: ContainerSample[] = []
  for (const container of pod.spec.containers) {
    const labels = containerLabels(pod, container.name)
    const cpu = series.find(usageSeries.cpu, labels)
    const first = cpu?.at(scrape - scrapeMs)
    const last = cpu?.at(scrape)
    const memory = series.find(usageSeries.memory, labels)?.at(scrape)
    if (first === undefined || last === undefined || memory === undefined) return undefined
    containers.push({ name: container.name, cpuMilli: Math.max(0, ((last - first) * 1_000_000) / scrapeMs), memoryBytes: memory })
  }
  return { pod, timestampMs: scrape, windowMs: scrapeMs, containers }
}

/** Labels of a container's series. */
export function containerLabels(pod: Pod, container: string): { readonly [label: string]: string } {
  return { container, namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' }
}

/** True while a pod of metrics-server is ready to serve. */
export function isMetricsServerServing(api: ApiClient): boolean {
  return api.list<Pod>('pods', { namespace: 'kube-system', selector: { matchLabels: { 'k8s-app': 'metrics-server' } } })
    .some((pod) => pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true)
}

/** NodeMetrics or PodMetrics, or undefined while nobody serves them. */
export function listMetrics(parts: MetricsParts, resource: 'nodes' | 'pods', namespace: string | undefined): readonly KubeObject[] | undefined {
  if (!isMetricsServerServing(parts.api)) return undefined
  return resource === 'pods' ? podMetrics(parts, namespace) : nodeMetrics(parts)
}

function podMetrics(parts: MetricsParts, namespace: string | undefined): KubeObject[] {
  const found: KubeObject[] = []
  for (const pod of parts.api.list<Pod>('pods', namespace === undefined ? {} : { namespace })) {
    if (pod.status?.phase !== 'Running') continue
    const sample = podSample(parts, pod)
    if (sample === undefined) continue
    found.push({
      kind: 'PodMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace, labels: pod.metadata.labels, creationTimestamp: parts.clock.timestamp(parts.clock.nowMs) },
      timestamp: parts.clock.timestamp(sample.timestampMs),
      window: `${parts.scrapeMs / 1000}s`,
      containers: sample.containers.map((container) => ({ name: container.name, usage: usageOf(container.cpuMilli, container.memoryBytes) })),
    } as KubeObject)
  }
  return found
}

function nodeMetrics(parts: MetricsParts): KubeObject[] {
  return parts.api.list<Node>('nodes').map((node) => {
    let cpuMilli = systemCpuMilli
    let memoryBytes = systemMemoryBytes
    for (const pod of parts.api.listPodsOnNode(node.metadata.name ?? '')) {
      for (const container of podSample(parts, pod)?.containers ?? []) {
        cpuMilli += container.cpuMilli
        memoryBytes += container.memoryBytes
      }
    }
    const timestampMs = Math.floor(parts.clock.nowMs / parts.scrapeMs) * parts.scrapeMs
    return {
      kind: 'NodeMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: node.metadata.name, labels: node.metadata.labels, creationTimestamp: parts.clock.timestamp(parts.clock.nowMs) },
      timestamp: parts.clock.timestamp(timestampMs),
      window: `${parts.scrapeMs / 1000}s`,
      usage: usageOf(cpuMilli, memoryBytes),
    } as KubeObject
  })
}

/** CPU in nanocores and memory in Ki, as metrics-server writes them. */
function usageOf(cpuMilli: number, memoryBytes: number): { cpu: string; memory: string } {
  return { cpu: `${Math.round(cpuMilli * 1_000_000)}n`, memory: `${Math.round(memoryBytes / 1024)}Ki` }
}
