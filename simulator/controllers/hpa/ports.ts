/** What the horizontal pod autoscaler needs from its neighbors. */

import type { LabelSelector } from '../../api/types.ts'

/** Usage of a pod's containers over a window that ends at a time. */
export interface PodUsage {
  readonly pod: string
  readonly containers: readonly { readonly name: string; readonly cpuMilli: number; readonly memoryBytes: number }[]
  readonly timestampMs: number
  readonly windowMs: number
}

/** Why there are no metrics, in the API's words. */
export interface MetricsError { readonly error: string }

/** Reads the resource metrics API (metrics.k8s.io). */
export interface ResourceMetricsReader {
  /** @param selector label selector in its text form */
  podMetrics(namespace: string, selector: string): readonly PodUsage[] | MetricsError
  /** Reads the custom metrics API (custom.metrics.k8s.io) for pods: milli-values of a metric. Undefined when it is not served. */
  customPodMetrics?(metric: string, namespace: string, selector: string): ReadonlyMap<string, PodMetric> | MetricsError | undefined
}

/** The object that an Object metric describes. */
export interface DescribedObject { readonly apiVersion?: string; readonly kind: string; readonly name: string }

/** A milli-value of one pod. */
export interface PodMetric { readonly milli: number; readonly timestampMs: number; readonly windowMs: number }

/** Metrics as the autoscaler asks for them: per pod, per object, or for something outside of the cluster. */
export interface MetricsClient {
  /** @param container only this container; '' for all of the pod */
  resourceMetric(resource: string, namespace: string, selector: string, container: string): ReadonlyMap<string, PodMetric> | MetricsError
  podsMetric(name: string, namespace: string, selector: string, metricSelector: LabelSelector | undefined): ReadonlyMap<string, PodMetric> | MetricsError
  objectMetric(name: string, namespace: string, object: DescribedObject, metricSelector: LabelSelector | undefined): number | MetricsError
  externalMetric(name: string, namespace: string, metricSelector: LabelSelector | undefined): readonly number[] | MetricsError
}
