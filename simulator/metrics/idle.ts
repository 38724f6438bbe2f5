/**
 * Usage of containers whose program does nothing: one straight line from their start, so nothing is kept of them while
 * they run. Their series are made when somebody reads.
 */

import type { ApiClient } from '../api/client.ts'
import type { Pod } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import { containerLabels, usageSeries } from './resource-metrics.ts'
import type { ImpliedSeries, Labels, Series } from './series.ts'

/** What an idle container takes. */
export const idleUsage = { cpuMillis: 0, memoryBytes: 524_288 } as const

/** The first run of a container with an idle program, running or just ended. */
export interface IdleRun {
  readonly sinceMs: SimTimeMs
  readonly isRunning: boolean
}

/** What the kubelets tell of idle containers. */
export interface IdleSource {
  /** The first run of a container, when its program is idle. */
  idleRun(podKey: string, container: string): IdleRun | undefined
  /** Running containers in their first run with idle programs. */
  idleContainers(): readonly { readonly podKey: string; readonly container: string }[]
}

/** Series of idle containers. */
export class IdleSeries implements ImpliedSeries {
  private readonly api: ApiClient
  private readonly source: IdleSource

  constructor(api: ApiClient, source: IdleSource) {
    this.api = api
    this.source = source
  }

  find(name: string, labels: Labels): Series | undefined {
    const podKey = `${labels['namespace']}/${labels['pod']}`
    const pod = isUsage(name) ? this.api.find<Pod>('pods', podKey) : undefined
    return pod !== undefined && pod.metadata.uid === labels['uid'] ? this.seriesOf(name, podKey, pod, labels['container'] ?? '') : undefined
  }

  list(name: string | undefined): readonly Series[] {
    if (name !== undefined && !isUsage(name)) return []
    const names = name === undefined ? [usageSeries.cpu, usageSeries.memory] : [name]
    const found: Series[] = []
    for (const { podKey, container } of this.source.idleContainers()) {
      const pod = this.api.find<Pod>('pods', podKey)
      if (pod === undefined) continue
      for (const each of names) {
        const series = this.seriesOf(each, podKey, pod, container)
        if (series !== undefined) found.push(series)
      }
    }
    return found
  }

  private seriesOf(name: string, podKey: string, pod: Pod, container: string): Series | undefined {
    const run = this.source.idleRun(podKey, container)
    if (run?.isRunning !== true || !pod.spec.containers.some((other) => other.name === container)) return undefined
    const value = name === usageSeries.cpu ? 0 : idleUsage.memoryBytes
    return { name, labels: containerLabels(pod, container), at: (atMs) => (atMs < run.sinceMs ? undefined : value) }
  }
}

function isUsage(name: string): boolean {
  return name === usageSeries.cpu || name === usageSeries.memory
}
