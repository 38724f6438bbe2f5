/**
 * Steady load as flows: between two changes every rate is constant, so counters are straight lines and nothing ticks.
 * A flow is worked out again when its profile steps, a proxy learns something, or a program changes.
 */

import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { FlowOutcome, FlowRequest, LoadOnContainer } from '../workloads/program.ts'
import type { Backend } from './proxy.ts'

/** A flow in cluster state. */
export interface Flow {
  readonly id: string
  readonly namespace: string
  /** The pod that sends it; a scenario's own load has none. */
  readonly podKey?: string
  readonly request: FlowRequest
  readonly startMs: SimTimeMs
}

/** Totals of a flow up to a moment, and how they grow from there. */
export interface FlowTotals {
  readonly atMs: SimTimeMs
  readonly sent: number
  readonly ok: number
  readonly failed: number
  /** Answers by status code. */
  readonly perStatus: { readonly [status: string]: number }
  readonly rates: FlowRates
}

/** What a flow does per second now. */
export interface FlowRates {
  readonly sent: number
  readonly ok: number
  /** Without an answer, or with a status of 500 and above. */
  readonly failed: number
  readonly perStatus: { readonly [status: string]: number }
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly inFlight: number
  /** Answered requests per second by pod. */
  readonly perPod: { readonly [podKey: string]: number }
}

export const noRates: FlowRates = { sent: 0, ok: 0, failed: 0, perStatus: {}, p50Ms: 0, p95Ms: 0, p99Ms: 0, inFlight: 0, perPod: {} }

/** Requests per second of a flow at a moment. */
export function rateAt(flow: Flow, nowMs: SimTimeMs): number {
  let rate = 0
  for (const step of flow.request.steps) if (flow.startMs + step.afterMs <= nowMs) rate = step.requestsPerSecond
  return rate
}

/** The next moment at which a flow's profile steps, if any. */
export function nextStepMs(flow: Flow, nowMs: SimTimeMs): SimTimeMs | undefined {
  let next: SimTimeMs | undefined
  for (const step of flow.request.steps) {
    const atMs = flow.startMs + step.afterMs
    if (atMs > nowMs && (next === undefined || atMs < next)) next = atMs
  }
  return next
}

/** The part of a flow that each of its backends gets. */
export function shareOf(flow: Flow, path: string, rate: number, backendCount: number): LoadOnContainer {
  return { requestsPerSecond: rate / backendCount, path, payloads: flow.request.payloads }
}

/** Several flows at one port as one. Payload mixes are weighted by rate; the path is the larger flow's. */
export function combineLoads(loads: readonly LoadOnContainer[]): LoadOnContainer | undefined {
  const active = loads.filter((load) => load.requestsPerSecond > 0)
  if (active.length === 0) return undefined
  if (active.length === 1) return active[0]
  const total = active.reduce((sum, load) => sum + load.requestsPerSecond, 0)
  const largest = active.reduce((best, load) => (load.requestsPerSecond > best.requestsPerSecond ? load : best))
  const payloads = active.flatMap((load) => load.payloads.map(({ share, kilobytes }) => ({ share: (share * load.requestsPerSecond) / total, kilobytes })))
  return { requestsPerSecond: total, path: largest.path, payloads }
}

/** A backend's answer to its whole load, and the part of it that belongs to the flow. */
export interface BackendOutcome {
  readonly backend: Backend
  /** Share of the backend's load that this flow sends, 0 to 1. */
  readonly part: number
  readonly requestsPerSecond: number
  /** undefined: nothing listens, each request is refused. */
  readonly outcome: FlowOutcome | undefined
}

/** What a flow does, from the outcomes of its backends. */
export function ratesOf(rate: number, outcomes: readonly BackendOutcome[], timeoutMs: number): FlowRates {
  if (outcomes.length === 0) return { ...noRates, sent: rate, failed: rate }
  const perStatus: { [status: string]: number } = {}
  const perPod: { [podKey: string]: number } = {}
  const sums = { ok: 0, failed: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, inFlight: 0, weight: 0 }
  for (const { backend, part, requestsPerSecond, outcome } of outcomes) {
    if (outcome === undefined) {
      sums.failed += requestsPerSecond
      continue
    }
    let answered = 0
    for (const status of Object.keys(outcome.perStatus)) {
      const perSecond = outcome.perStatus[status] * part
      perStatus[status] = (perStatus[status] ?? 0) + perSecond
      answered += perSecond
      if (Number(status) >= 500) sums.failed += perSecond
      else if (Number(status) < 400) sums.ok += perSecond
    }
    sums.failed += outcome.failedPerSecond * part
    perPod[backend.podKey] = (perPod[backend.podKey] ?? 0) + answered
    sums.p50Ms += outcome.p50Ms * requestsPerSecond
    sums.p95Ms += outcome.p95Ms * requestsPerSecond
    sums.p99Ms += outcome.p99Ms * requestsPerSecond
    sums.inFlight += outcome.inFlight * part
    sums.weight += requestsPerSecond
  }
  const mean = (sum: number): number => (sums.weight === 0 ? 0 : Math.min(sum / sums.weight, timeoutMs))
  return {
    sent: rate, ok: sums.ok, failed: sums.failed, perStatus, perPod, inFlight: sums.inFlight,
    p50Ms: mean(sums.p50Ms), p95Ms: mean(sums.p95Ms), p99Ms: mean(sums.p99Ms),
  }
}

/** Totals carried forward to a moment. */
export function totalsAt(totals: FlowTotals, nowMs: SimTimeMs): FlowTotals {
  const seconds = (nowMs - totals.atMs) / 1000
  if (seconds === 0) return totals
  const { rates } = totals
  const perStatus: { [status: string]: number } = { ...totals.perStatus }
  for (const status of Object.keys(rates.perStatus)) perStatus[status] = (perStatus[status] ?? 0) + rates.perStatus[status] * seconds
  return {
    atMs: nowMs, rates, perStatus,
    sent: totals.sent + rates.sent * seconds,
    ok: totals.ok + rates.ok * seconds,
    failed: totals.failed + rates.failed * seconds,
  }
}
