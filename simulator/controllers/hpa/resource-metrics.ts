/** The metrics that a cluster with only a metrics-server has. Models kubernetes/pkg/controller/podautoscaler/metrics (v1.35). */

import type { MetricsClient, MetricsError, PodMetric, PodUsage, ResourceMetricsReader } from './ports.ts'

const missingCustom: MetricsError = { error: 'unable to fetch metrics from custom metrics API: the server could not find the requested resource' }
const missingExternal: MetricsError = { error: 'unable to fetch metrics from external metrics API: the server could not find the requested resource' }

function milliOf(usage: { readonly cpuMilli: number; readonly memoryBytes: number }, resource: string): number | undefined {
  if (resource === 'cpu') return Math.round(usage.cpuMilli)
  return resource === 'memory' ? Math.round(usage.memoryBytes) * 1000 : undefined
}

/** A pod's usage, of one container or of all; undefined when it is not measured. */
function usageOf({ containers }: PodUsage, resource: string, container: string): number | undefined {
  const counted = container === '' ? containers : containers.filter(({ name }) => name === container)
  let sum = 0
  for (const usage of counted) {
    const milli = milliOf(usage, resource)
    if (milli === undefined) return undefined
    sum += milli
  }
  return counted.length === 0 ? undefined : sum
}

/** Resource metrics from a reader, and custom ones of pods where it has them; other custom and external metrics are not served. */
export function resourceMetricsClient(reader: ResourceMetricsReader): MetricsClient {
  return {
    resourceMetric(resource, namespace, selector, container) {
      const items = reader.podMetrics(namespace, selector)
      if ('error' in items) return { error: `unable to fetch metrics from resource metrics API: ${items.error}` }
      if (items.length === 0) return { error: 'no metrics returned from resource metrics API' }
      const metrics = new Map<string, PodMetric>()
      for (const item of items) {
        const milli = usageOf(item, resource, container)
        if (milli !== undefined) metrics.set(item.pod, { milli, timestampMs: item.timestampMs, windowMs: item.windowMs })
      }
      return metrics
    },
    podsMetric(name, namespace, selector) {
      const values = reader.customPodMetrics?.(name, namespace, selector)
      if (values === undefined) return missingCustom
      return 'error' in values ? { error: `unable to fetch metrics from custom metrics API: ${String(values.error)}` } : values
    },
    objectMetric: () => missingCustom,
    externalMetric: () => missingExternal,
  }
}
