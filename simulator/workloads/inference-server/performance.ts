/**
 * Latency and CPU of an inference server under a steady flow: workers as servers of a queue (M/G/c approximation),
 * slowed by oversubscription and by the CPU quota. Modelling assumptions of the curriculum.
 */

import type { FlowOutcome, LoadOnContainer } from '../program.ts'
import { pow } from '../../kernel/math.ts'
import type { ServerSettings } from './settings.ts'

/** How a server copes with a rate. */
export interface Performance {
  /** Requests per second that it can finish at most. */
  readonly capacity: number
  readonly servedPerSecond: number
  readonly serviceMs: number
  readonly waitMs: number
  readonly cpuMillis: number
  readonly throttledShare: number
}

/** Time that more threads than cores cost, as a factor on CPU time. */
function oversubscription(settings: ServerSettings): number {
  return 1 + 0.03 * Math.max(0, (settings.workers * settings.threads) / settings.cores - 1)
}

/** How the server copes with so many accepted requests per second. */
export function performanceAt(settings: ServerSettings, requestsPerSecond: number): Performance {
  const cpuMs = settings.cpuMsPerRequest * oversubscription(settings)
  const parallel = Math.min(settings.workers, settings.cores)
  const capacity = (parallel * 1000) / cpuMs
  const utilization = requestsPerSecond / capacity
  const speed = Math.min(1, settings.cores / Math.min(settings.workers, Math.max(1, utilization * settings.workers)))
  const serviceMs = cpuMs / speed + (settings.needsGpu ? settings.gpuMsPerRequest : 0)
  const servedPerSecond = Math.min(requestsPerSecond, capacity)
  const busy = Math.min(utilization, 0.99)
  const waitMs = (serviceMs * pow(busy, Math.max(1, Math.sqrt(2 * (settings.workers + 1)) - 1))) / (settings.workers * (1 - busy)) / 2
  const demandCores = (servedPerSecond * cpuMs) / 1000
  const throttledShare = Math.max(0, Math.min(1, (demandCores / settings.cores - 0.6) / 0.4))
  return { capacity, servedPerSecond, serviceMs, waitMs, cpuMillis: Math.min(demandCores, settings.cores) * 1000, throttledShare }
}

/** What becomes of a flow. Requests beyond the capacity get no answer in time. */
export function flowOutcome(settings: ServerSettings, load: LoadOnContainer, status: (kilobytes: number) => string): FlowOutcome {
  const perStatus: { [status: string]: number } = {}
  let accepted = 0
  for (const { share, kilobytes } of payloadsOf(load)) {
    const code = status(kilobytes)
    const perSecond = load.requestsPerSecond * share
    perStatus[code] = (perStatus[code] ?? 0) + perSecond
    if (code === '200') accepted += perSecond
  }
  const performance = performanceAt(settings, accepted)
  const failedPerSecond = accepted - performance.servedPerSecond
  if (accepted > 0) perStatus['200'] = performance.servedPerSecond
  const { serviceMs, waitMs } = performance
  return {
    okPerSecond: performance.servedPerSecond,
    perStatus,
    failedPerSecond,
    p50Ms: serviceMs + waitMs * 0.7,
    p95Ms: serviceMs + waitMs * 3,
    p99Ms: serviceMs + waitMs * 4.6,
    inFlight: (performance.servedPerSecond * (serviceMs + waitMs)) / 1000,
  }
}

/** The payload mix of a load; 1 KB each when it states none. */
export function payloadsOf(load: LoadOnContainer): LoadOnContainer['payloads'] {
  return load.payloads.length === 0 ? [{ share: 1, kilobytes: 1 }] : load.payloads
}
