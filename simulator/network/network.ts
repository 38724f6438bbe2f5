/** The pod network: exact single requests, connections and steady flows. */

import type { EndpointSlice, Pod } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import { compareText } from '../kernel/text.ts'
import type { Table } from '../kernel/table.ts'
import type { Component, ComponentContext, StoreChange } from '../store/component.ts'
import type { FlowRequest, HttpRequest, HttpResponse, LoadOnContainer, RequestFailure } from '../workloads/program.ts'
import { isAddress, resolve } from './dns.ts'
import type { Lookup } from './dns.ts'
import { combineLoads, nextStepMs, noRates, rateAt, ratesOf, shareOf, totalsAt } from './flows.ts'
import type { BackendOutcome, Flow, FlowTotals } from './flows.ts'
import type { PodServer, SeriesSink } from './ports.ts'
import { Proxy } from './proxy.ts'
import type { Backend, Route } from './proxy.ts'
import { parseHttpUrl } from './url.ts'
import type { HttpUrl } from './url.ts'

/** Time of a round trip in the cluster without the server's work. Modelling assumption. */
const roundTripMs = 1
/** A connection to an address where nobody lives times out. Modelling assumption: curl's default of the course. */
const connectTimeoutMs = 30_000

/** An answered request: who answered, and after how long. */
export interface Answered {
  readonly response: HttpResponse
  readonly latencyMs: number
  readonly podKey: string
}

/** Outcome of one exact request. */
export type SendResult = Answered | (RequestFailure & { readonly latencyMs: number })

/** True for a request that got no response. */
export function isFailure(result: SendResult): result is RequestFailure & { readonly latencyMs: number } {
  return 'failure' in result
}

interface FlowTarget {
  readonly flow: Flow
  readonly rate: number
  readonly url: HttpUrl | undefined
  readonly backends: readonly Backend[]
}

/**
 * DNS, Services and pods as one reachable network. What cannot be reached is a failure with a sentence as of curl,
 * never an exception; rates are requests per second, latencies ms. Modelling assumption: one ms per round trip.
 */
export class Network implements Component {
  readonly handlers: Component['handlers']
  private readonly context: ComponentContext
  private readonly pods: PodServer
  private readonly series: SeriesSink
  private readonly proxy: Proxy
  private readonly flows: Table<Flow>
  private readonly totals: Table<FlowTotals>
  private readonly loads: Table<LoadOnContainer>
  private readonly pending: Table<SimTimeMs>

  constructor(context: ComponentContext, pods: PodServer, series: SeriesSink) {
    this.context = context
    this.pods = pods
    this.series = series
    this.proxy = new Proxy(context.table<EndpointSlice>('slices'), context.api)
    this.flows = context.table<Flow>('flows')
    this.totals = context.table<FlowTotals>('totals')
    this.loads = context.table<LoadOnContainer>('loads')
    this.pending = context.table<SimTimeMs>('pending')
    this.handlers = {
      apply: (key) => {
        if (this.proxy.apply(key)) this.recompute()
      },
      recompute: () => this.recompute(),
    }
  }

  onChange(change: StoreChange): void {
    const { nowMs } = this.context.clock
    if (change.resource === 'endpointslices.discovery.k8s.io') {
      this.context.schedule(nowMs + this.context.timings.endpointPropagationMs, 'apply', change.key)
    } else if (this.flows.size > 0 && (change.resource === 'services' || (change.resource === 'pods' && change.after === undefined))) this.touch()
  }

  /** Tells the network that a program behind a pod changed, so that flows are worked out again. */
  touch(): void {
    if (this.flows.size === 0) return
    const { nowMs } = this.context.clock
    if (this.pending.get('recompute') === nowMs) return
    this.pending.set('recompute', nowMs)
    this.context.schedule(nowMs, 'recompute', '')
  }

  /** Resolves a name as pods of a namespace see it. */
  lookup(name: string, namespace: string): Lookup {
    return resolve(name, namespace, this.context.api, (key) => this.proxy.slicesOf(key))
  }

  /** Sends one exact request from a pod of a namespace. The answer comes `latencyMs` later. */
  send(namespace: string, request: HttpRequest, timeoutMs = connectTimeoutMs): SendResult {
    const url = parseHttpUrl(request.url)
    if (url === undefined) return { failure: 'resolve', message: `URL rejected: ${request.url}`, latencyMs: 0 }
    const route = this.routeOf(url, namespace)
    if ('failure' in route) return { ...route, latencyMs: roundTripMs }
    if (route.kind === 'unreachable') return { failure: 'timeout', message: `Connection timed out after ${timeoutMs} milliseconds`, latencyMs: timeoutMs }
    const backend = route.kind === 'backends' ? route.backends[this.context.random.nextInt(route.backends.length)] : undefined
    const answer = backend === undefined ? undefined : this.pods.send(backend.podKey, backend.port, { ...request, url: `${url.scheme}://${url.host}${url.path}` })
    if (backend === undefined || answer === undefined) {
      return { failure: 'refused', message: `Failed to connect to ${url.host} port ${url.port} after ${roundTripMs} ms: Could not connect to server`, latencyMs: roundTripMs }
    }
    if (answer.response.status === 0) return { failure: 'empty', message: 'Empty reply from server', latencyMs: roundTripMs + answer.serviceMs }
    const latencyMs = roundTripMs + answer.serviceMs
    if (latencyMs > timeoutMs) return { failure: 'timeout', message: `Operation timed out after ${timeoutMs} milliseconds with 0 bytes received`, latencyMs: timeoutMs }
    return { response: answer.response, latencyMs, podKey: backend.podKey }
  }

  /** Whether a TCP connection from a namespace to a host and port would be accepted. */
  route(host: string, port: number, namespace: string): Route | RequestFailure {
    return this.routeOf({ scheme: 'http', host, port, path: '/' }, namespace)
  }

  /** Starts a flow; one of the same id is replaced. */
  startFlow(id: string, namespace: string, request: FlowRequest, podKey?: string): void {
    const { nowMs } = this.context.clock
    this.flows.set(id, { id, namespace, podKey, request, startMs: nowMs })
    if (!this.totals.has(id)) this.totals.set(id, { atMs: nowMs, sent: 0, ok: 0, failed: 0, perStatus: {}, rates: noRates })
    this.touch()
  }

  /** Ends a flow; its totals stay. */
  stopFlow(id: string): void {
    const flow = this.flows.get(id)
    if (flow === undefined) return
    this.flows.set(id, { ...flow, request: { ...flow.request, steps: [{ afterMs: 0, requestsPerSecond: 0 }] } })
    this.touch()
  }

  /** Ends the flows that a pod sends. */
  stopFlowsOf(podKey: string): void {
    for (const flow of this.flows.values()) if (flow.podKey === podKey) this.stopFlow(flow.id)
  }

  /** Totals and rates of all flows now, by flow id. */
  flowTotals(): ReadonlyMap<string, FlowTotals> {
    const { nowMs } = this.context.clock
    return new Map(this.totals.entries().map(([id, totals]) => [id, totalsAt(totals, nowMs)]))
  }

  private routeOf(url: HttpUrl, namespace: string): Route | RequestFailure {
    const found = this.lookup(url.host, namespace)
    if ('failure' in found) {
      return found.failure === 'noServer'
        ? { failure: 'resolve', message: `Resolving timed out: ${url.host}` }
        : { failure: 'resolve', message: `Could not resolve host: ${url.host}` }
    }
    if (isAddress(found.addresses[0]) && found.addresses.length === 1) return this.proxy.route(found.addresses[0], url.port)
    return this.proxy.route(found.addresses[this.context.random.nextInt(found.addresses.length)], url.port)
  }

  /** Works out every flow anew: closes the straight lines so far and begins new ones. */
  private recompute(): void {
    const { nowMs } = this.context.clock
    const targets = this.flows.values().map((flow) => this.targetOf(flow, nowMs))
    const before = new Set(this.loads.keys())
    const loads = this.loadsOf(targets)
    for (const [place, load] of loads) {
      before.delete(place)
      if (this.loads.get(place) === undefined || !isSameLoad(this.loads.get(place), load)) {
        this.loads.set(place, load)
        this.tellPod(place, load)
      }
    }
    for (const place of before) {
      this.loads.delete(place)
      this.tellPod(place, undefined)
    }
    for (const target of targets) this.settle(target, nowMs)
    this.scheduleNextStep(nowMs)
  }

  private targetOf(flow: Flow, nowMs: SimTimeMs): FlowTarget {
    const rate = this.isSending(flow) ? rateAt(flow, nowMs) : 0
    const url = parseHttpUrl(flow.request.url)
    if (url === undefined || rate === 0) return { flow, rate, url, backends: [] }
    const route = this.routeOf(url, flow.namespace)
    return { flow, rate, url, backends: 'kind' in route && route.kind === 'backends' ? route.backends : [] }
  }

  private isSending(flow: Flow): boolean {
    if (flow.podKey === undefined) return true
    const pod = this.context.api.find<Pod>('pods', flow.podKey)
    return pod !== undefined && pod.status?.phase === 'Running'
  }

  private loadsOf(targets: readonly FlowTarget[]): Map<string, LoadOnContainer> {
    const perPlace = new Map<string, LoadOnContainer[]>()
    for (const { flow, rate, url, backends } of targets) {
      for (const backend of backends) {
        const place = placeOf(backend)
        const load = shareOf(flow, url?.path ?? '/', rate, backends.length)
        perPlace.set(place, [...(perPlace.get(place) ?? []), load])
      }
    }
    const combined = new Map<string, LoadOnContainer>()
    for (const [place, loads] of perPlace) {
      const load = combineLoads(loads)
      if (load !== undefined) combined.set(place, load)
    }
    return combined
  }

  private tellPod(place: string, load: LoadOnContainer | undefined): void {
    const at = place.lastIndexOf(':')
    this.pods.setLoad(place.slice(0, at), Number(place.slice(at + 1)), load)
  }

  private settle(target: FlowTarget, nowMs: SimTimeMs): void {
    const { flow, rate, url, backends } = target
    const outcomes = backends.map((backend): BackendOutcome => {
      const whole = this.loads.get(placeOf(backend))
      const requestsPerSecond = rate / backends.length
      if (whole === undefined) return { backend, part: 0, requestsPerSecond, outcome: undefined }
      const outcome = this.pods.flow(backend.podKey, backend.port, { ...whole, path: url?.path ?? '/' })
      return { backend, part: requestsPerSecond / whole.requestsPerSecond, requestsPerSecond, outcome }
    })
    const rates = rate === 0 ? noRates : ratesOf(rate, outcomes, flow.request.timeoutMs)
    const old = this.totals.get(flow.id) ?? { atMs: nowMs, sent: 0, ok: 0, failed: 0, perStatus: {}, rates: noRates }
    const totals: FlowTotals = { ...totalsAt(old, nowMs), rates }
    this.totals.set(flow.id, totals)
    this.record(flow, totals)
  }

  private record(flow: Flow, totals: FlowTotals): void {
    const labels = { flow: flow.id, namespace: flow.namespace, target: flow.request.url }
    this.series.set('loadgen_requests_total', labels, totals.sent, totals.rates.sent)
    this.series.set('loadgen_requests_failed_total', labels, totals.failed, totals.rates.failed)
    for (const status of Object.keys(totals.perStatus).sort(compareText)) {
      this.series.set('loadgen_responses_total', { ...labels, status }, totals.perStatus[status], totals.rates.perStatus[status] ?? 0)
    }
    this.series.set('loadgen_latency_p50_ms', labels, totals.rates.p50Ms, 0)
    this.series.set('loadgen_latency_p95_ms', labels, totals.rates.p95Ms, 0)
    this.series.set('loadgen_latency_p99_ms', labels, totals.rates.p99Ms, 0)
  }

  private scheduleNextStep(nowMs: SimTimeMs): void {
    let next: SimTimeMs | undefined
    for (const flow of this.flows.values()) {
      const atMs = nextStepMs(flow, nowMs)
      if (atMs !== undefined && (next === undefined || atMs < next)) next = atMs
    }
    if (next === undefined || this.pending.get('step') === next) return
    this.pending.set('step', next)
    this.context.schedule(next, 'recompute', '')
  }
}

function placeOf(backend: Backend): string {
  return `${backend.podKey}:${backend.port}`
}

function isSameLoad(a: LoadOnContainer | undefined, b: LoadOnContainer): boolean {
  return a !== undefined && a.requestsPerSecond === b.requestsPerSecond && a.path === b.path && a.payloads.length === b.payloads.length && a.payloads.every((payload, i) => payload.share === b.payloads[i].share && payload.kilobytes === b.payloads[i].kilobytes)
}
