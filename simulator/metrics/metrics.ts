/** Usage, workload state and load as series; the resource metrics API and PromQL over them. */

import type { Deployment, KubeObject, Pod } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Component, ComponentContext, StoreChange } from '../store/component.ts'
import type { Usage } from '../workloads/program.ts'
import { IdleSeries, idleUsage } from './idle.ts'
import type { IdleSource } from './idle.ts'
import { containerLabels, isMetricsServerServing, listMetrics, podSample, usageSeries } from './resource-metrics.ts'
import type { MetricsParts, PodSample } from './resource-metrics.ts'
import { SeriesStore } from './series.ts'
import type { Labels, Series } from './series.ts'
import { evaluatePromql } from './promql/evaluate.ts'
import { parsePromql } from './promql/parse.ts'
import type { PromqlValue, Sample, SampledSeries } from './promql/value.ts'

/** What metrics need from the kubelets. */
export interface UsageSource extends IdleSource {
  /** Usage of the running containers of a pod whose program can change. */
  usageOf(podKey: string): readonly { readonly container: string; readonly usage: Usage }[]
}

/** Samples of a range are bounded, so that a query over a month does not hang. */
const samplesMax = 100_000

/**
 * The component behind kubectl top, the HPA and PromQL. The kubelets tell it when usage changes (`observe`); the
 * resource metrics API answers only while a metrics-server pod is ready.
 */
export class Metrics implements Component {
  readonly handlers = {}
  readonly series: SeriesStore
  private readonly context: ComponentContext
  private readonly usage: UsageSource
  private readonly parts: MetricsParts

  constructor(context: ComponentContext, usage: UsageSource) {
    this.context = context
    this.usage = usage
    this.series = new SeriesStore(context.table('series'), context.table('blocks'), () => context.clock.nowMs, new IdleSeries(context.api, usage))
    this.parts = { api: context.api, clock: context.clock, series: this.series, scrapeMs: context.timings.metricsScrapeMs }
  }

  /** Records the usage of a pod's containers as it is from now on. */
  observe(podKey: string): void {
    const pod = this.context.api.find<Pod>('pods', podKey)
    if (pod === undefined) return
    let running: ReturnType<UsageSource['usageOf']> | undefined
    for (const { name } of pod.spec.containers) {
      if (this.usage.idleRun(podKey, name)?.isRunning === true) continue
      running ??= this.usage.usageOf(podKey)
      const found = running.find(({ container }) => container === name)
      if (found === undefined) this.endUsage(podKey, pod, name)
      else this.recordUsage(containerLabels(pod, name), found.usage)
    }
  }

  onChange(change: StoreChange): void {
    const { before, after } = change
    if (change.resource === 'pods') {
      if (after === undefined && before !== undefined) this.forgetPod(before as Pod)
      else if (after !== undefined) this.recordRestarts(before as Pod | undefined, after as Pod)
    } else if (change.resource === 'deployments.apps' && after !== undefined) this.recordDeployment(before, after as Deployment)
  }

  /** NodeMetrics or PodMetrics, or undefined while nobody serves them. */
  list(resource: 'nodes' | 'pods', namespace: string | undefined): readonly KubeObject[] | undefined {
    return listMetrics(this.parts, resource, namespace)
  }

  /** Samples of pods, or undefined while nobody serves them. */
  podSamples(namespace: string, passes: (pod: Pod) => boolean): readonly PodSample[] | undefined {
    if (!isMetricsServerServing(this.context.api)) return undefined
    const samples: PodSample[] = []
    for (const pod of this.context.api.list<Pod>('pods', { namespace })) {
      if (pod.status?.phase !== 'Running' || !passes(pod)) continue
      const sample = podSample(this.parts, pod)
      if (sample !== undefined) samples.push(sample)
    }
    return samples
  }

  /**
   * The values of a custom metric by pod, as custom.metrics.k8s.io has them; an error in the API's words.
   * Undefined: the API is not served. Nothing in a cluster serves it; a host may.
   */
  customPodValues(_metric: string, _namespace: string, _passes: (pod: Pod) => boolean): ReadonlyMap<string, number> | { readonly error: string } | undefined {
    return undefined
  }

  /** Evaluates a PromQL query now. @throws PromqlError with a sentence for what does not parse or fit */
  query(promql: string, atMs: SimTimeMs = this.context.clock.nowMs): PromqlValue {
    const expression = parsePromql(promql)
    return evaluatePromql(expression, { series: (name) => this.series.select(name, () => true).map((series) => this.sampled(series)) }, atMs)
  }

  private sampled(series: Series): SampledSeries {
    const { scrapeMs } = this.parts
    return {
      name: series.name,
      labels: series.labels,
      samples: (fromMs, toMs) => samplesOf(series, scrapeMs, fromMs, toMs),
      last: (fromMs, toMs) => {
        // Scrapes are looked at backwards: the last one nearly always has a value.
        for (let atMs = Math.floor(toMs / scrapeMs) * scrapeMs; atMs > fromMs; atMs -= scrapeMs) {
          const value = series.at(atMs)
          if (value !== undefined) return { atMs, value }
        }
        return undefined
      },
    }
  }

  private recordUsage(labels: Labels, usage: Usage): void {
    this.series.grow(usageSeries.cpu, labels, usage.cpuMillis / 1000)
    this.series.set(usageSeries.memory, labels, usage.memoryBytes, usage.memoryBytesPerSecond)
    if (usage.throttledShare > 0) this.series.set('container_cpu_throttled_share', labels, usage.throttledShare, 0)
    if (usage.gpuMemoryBytes > 0) this.series.set('DCGM_FI_DEV_GPU_UTIL', labels, usage.gpuUtilization * 100, 0)
  }

  private endUsage(podKey: string, pod: Pod, container: string): void {
    const labels = containerLabels(pod, container)
    const idle = this.usage.idleRun(podKey, container)
    if (idle !== undefined) {
      this.series.keep(usageSeries.cpu, labels, idleUsage.cpuMillis, idle.sinceMs)
      this.series.keep(usageSeries.memory, labels, idleUsage.memoryBytes, idle.sinceMs)
    }
    for (const name of [usageSeries.cpu, usageSeries.memory, 'container_cpu_throttled_share', 'DCGM_FI_DEV_GPU_UTIL']) this.series.end(name, labels)
  }

  private forgetPod(pod: Pod): void {
    for (const { name } of pod.spec.containers) this.endUsage(`${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`, pod, name)
  }

  private recordRestarts(before: Pod | undefined, after: Pod): void {
    const statuses = after.status?.containerStatuses
    if (statuses === undefined || statuses === before?.status?.containerStatuses) return
    for (const status of statuses) {
      const old = before?.status?.containerStatuses?.find((candidate) => candidate.name === status.name)
      const labels = { namespace: after.metadata.namespace ?? '', pod: after.metadata.name ?? '', container: status.name }
      if (status.restartCount !== (old?.restartCount ?? 0)) this.series.set('kube_pod_container_status_restarts_total', labels, status.restartCount, 0)
      const isOom = status.lastState?.terminated?.reason === 'OOMKilled' || status.state?.terminated?.reason === 'OOMKilled'
      const finished = status.state?.terminated?.finishedAt ?? status.lastState?.terminated?.finishedAt
      const oldFinished = old?.state?.terminated?.finishedAt ?? old?.lastState?.terminated?.finishedAt
      if (!isOom || finished === oldFinished) continue
      const perOwner = { namespace: labels.namespace, container: status.name }
      this.series.set('container_oom_events_total', perOwner, this.series.valueNow('container_oom_events_total', perOwner) + 1, 0)
    }
  }

  private recordDeployment(before: KubeObject | undefined, deployment: Deployment): void {
    const { status, spec, metadata } = deployment
    const old = before as Deployment | undefined
    const labels = { namespace: metadata.namespace ?? '', deployment: metadata.name ?? '' }
    if (old === undefined || old.spec.replicas !== spec.replicas) this.series.set('kube_deployment_spec_replicas', labels, spec.replicas ?? 1, 0)
    if (old !== undefined && old.status?.readyReplicas === status?.readyReplicas) return
    this.series.set('kube_deployment_status_replicas_ready', labels, status?.readyReplicas ?? 0, 0)
  }
}

function samplesOf(series: Series, scrapeMs: number, fromMs: SimTimeMs, toMs: SimTimeMs): Sample[] {
  const samples: Sample[] = []
  for (let atMs = (Math.floor(fromMs / scrapeMs) + 1) * scrapeMs; atMs <= toMs && samples.length < samplesMax; atMs += scrapeMs) {
    const value = series.at(atMs)
    if (value !== undefined) samples.push({ atMs, value })
  }
  return samples
}
