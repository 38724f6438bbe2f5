/** Chooses the controllers of a cluster and gives the autoscaler its metrics. */

import { isSelectorError, matchesSelector, parseSelector } from './api/selector.ts'
import type { ClusterConfig } from './cluster-config.ts'
import type { MetricsError, ResourceMetricsReader } from './controllers/hpa/ports.ts'
import { resourceMetricsClient } from './controllers/hpa/resource-metrics.ts'
import { addOnControllers, makeControllers } from './controllers/registry.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Controller } from './store/component.ts'

/** The controllers that a configuration asks for, in running order. */
export function bindControllers(config: ClusterConfig, metrics: Metrics): readonly Controller[] {
  const builtIn = makeControllers({ flags: config.controllerFlags, metrics: resourceMetricsClient(readerOf(metrics, config.addOns?.includes('metrics-server') === true)) })
  const all = [...builtIn, ...(config.addOns ?? []).flatMap((addOn) => addOnControllers[addOn] ?? [])]
  return config.controllers === undefined ? all : all.filter((controller) => controller.isOfServer === true || config.controllers?.includes(controller.name))
}

/** The resource metrics API as the autoscaler reads it. */
function readerOf(metrics: Metrics, isInstalled: boolean): ResourceMetricsReader {
  const problem = isInstalled ? 'the server is currently unable to handle the request' : 'the server could not find the requested resource'
  return {
    podMetrics: (namespace, text) => {
      const selector = parseSelector(text)
      if (isSelectorError(selector)) return { error: selector.error }
      const samples = metrics.podSamples(namespace, (pod) => matchesSelector(selector, pod.metadata.labels))
      if (samples === undefined) return { error: `${problem} (get pods.metrics.k8s.io)` }
      return samples.map(({ pod, containers, timestampMs, windowMs }) => ({ pod: pod.metadata.name ?? '', containers, timestampMs, windowMs }))
    },
    customPodMetrics: (metric, namespace, text) => {
      const selector = parseSelector(text)
      if (isSelectorError(selector)) return { error: selector.error }
      const values = metrics.customPodValues(metric, namespace, (pod) => matchesSelector(selector, pod.metadata.labels))
      if (values === undefined || 'error' in values) return values as MetricsError | undefined
      return new Map([...values].map(([pod, value]) => [pod, { milli: Math.round(value * 1000), timestampMs: 0, windowMs: 0 }]))
    },
  }
}
