/** What the network needs from its neighbors; cluster.ts binds it. */

import type { FlowOutcome, HttpRequest, HttpResponse, LoadOnContainer } from '../workloads/program.ts'

/** The containers behind pod addresses (the kubelet's). */
export interface PodServer {
  /** One exact request to a port of a pod. undefined: nothing listens there. */
  send(podKey: string, port: number, request: HttpRequest): { readonly response: HttpResponse; readonly serviceMs: number } | undefined
  /** What the program on a port makes of a flow. undefined: nothing listens there. */
  flow(podKey: string, port: number, load: LoadOnContainer): FlowOutcome | undefined
  /** Tells the pod which flow reaches a port from now on. */
  setLoad(podKey: string, port: number, load: LoadOnContainer | undefined): void
}

/** Where counters and gauges are recorded: straight lines from one change to the next. */
export interface SeriesSink {
  /** From now on the series has this value and grows by `perSecond`. */
  set(name: string, labels: { readonly [label: string]: string }, value: number, perSecond: number): void
}
