/** What the kubelets need from their neighbors, and what they offer. cluster.ts binds both. */

import type { ApiClient } from '../api/client.ts'
import type { StreamFrame } from '../api/request.ts'
import type { Pod } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Json } from '../kernel/json.ts'
import type { Component } from '../store/component.ts'
import type { FlowOutcome, FlowRequest, HttpRequest, HttpResponse, ImageEntry, LoadOnContainer, RequestFailure, Usage } from '../workloads/program.ts'

/** A process that asked for something outside its container; the answer goes to `Kubelets.answer` with the same origin. */
export interface Origin {
  readonly podKey: string
  readonly container: string
  /** Which process of the container: '' for process 1, else the id of an exec session. */
  readonly process: string
}

export interface KubeletPorts {
  /** The API as user system:node:NAME. */
  clientFor(nodeName: string): ApiClient
  /** An outgoing request of a container; answered by `Kubelets.answer`, at once or later. */
  request(origin: Origin, id: string, request: HttpRequest, timeoutMs: number): void
  /** An outgoing request of a container whose answer is wanted at once, while the container answers a request itself. */
  fetch?(podKey: string, request: HttpRequest, timeoutMs: number): { readonly response: HttpResponse } | RequestFailure
  /** A name lookup of a container; answered by `Kubelets.answer`. */
  lookup(origin: Origin, id: string, name: string): void
  /** A steady flow of requests that a container sends from now on, until it ends; a later one replaces it. */
  flow?(origin: Origin, flow: FlowRequest): void
  /** Process 1 of a container has ended: its flows and open requests are over. */
  stopped?(origin: Origin): void
  /** A container started, or its program's state, files or load changed: usage and answers may differ from now on. */
  changed?(podKey: string): void
  /** True when the registry refuses this image now (a fault): answered as 'not found'. */
  isImageGone?(image: string): boolean
}

export interface KubeletConfig {
  /** Seed of the cluster, for ids and jitter. */
  readonly seed: number
  /** Images beside (or instead of) those of the built-in table. */
  readonly images?: { readonly [reference: string]: ImageEntry }
  /** Images that every node has from the start. */
  readonly cachedImages?: readonly string[]
  /** True: an image that no table has runs as an idle server, as in the sandbox. Default false: it is missing. */
  readonly runsUnknownImages?: boolean
}

/** Usage of one container at a moment. */
export interface ContainerUsage {
  readonly container: string
  readonly usage: Usage
}

export interface LogQuery {
  readonly previous?: boolean
  readonly tailLines?: number
  readonly limitBytes?: number
  readonly sinceMs?: SimTimeMs
  readonly timestamps?: boolean
}

/** Why the kubelet's own API refuses, with its HTTP code. */
export interface Refusal {
  readonly code: number
  readonly message: string
}

/** The kubelets of all nodes. Besides acting as a component they answer for what runs in containers. */
export interface Kubelets extends Component {
  /** One exact request to a port of a pod. undefined: nothing listens there. */
  send(podKey: string, port: number, request: HttpRequest): { readonly response: HttpResponse; readonly serviceMs: number } | undefined
  /** What the program on a port makes of a flow. undefined: nothing listens there. */
  flow(podKey: string, port: number, load: LoadOnContainer): FlowOutcome | undefined
  /** Tells the program on a port which flow reaches it from now on; undefined ends it. */
  setLoad(podKey: string, port: number, load: LoadOnContainer | undefined): void
  /** Ports on which a pod's containers listen, ascending. */
  portsOf(podKey: string): readonly number[]
  /** The answer to a `request` or `lookup` port call. */
  answer(origin: Origin, id: string, answer: Parameters<NonNullable<import('../workloads/program.ts').Program['resume']>>[2]): void
  /** Usage of the running containers of a pod, in the pod's order. */
  usageOf(podKey: string, atMs: SimTimeMs): readonly ContainerUsage[]
  /** The first run of a container, running or just ended, when its program does nothing. */
  idleRun(podKey: string, container: string): { readonly sinceMs: SimTimeMs; readonly isRunning: boolean } | undefined
  /** Running containers in their first run whose programs do nothing. */
  idleContainers(): readonly { readonly podKey: string; readonly container: string }[]
  /** Where a pod that runs on some node has its address: NAMESPACE/NAME, or undefined. */
  podAt(podIP: string): string | undefined

  readLogs(pod: Pod, container: string, query: LogQuery): { readonly text: string } | Refusal
  /** Where a follow begins that has just printed `readLogs`. */
  logCursor(pod: Pod, container: string): Json
  followLogs(pod: Pod, container: string, cursor: Json): { readonly text: string; readonly cursor: Json; readonly isOver: boolean }
  startExec(pod: Pod, container: string, command: readonly string[], options: { stdin: boolean; tty: boolean }): { readonly sessionId: string } | Refusal
  startAttach(pod: Pod, container: string, options: { stdin: boolean; tty: boolean }): { readonly sessionId: string } | Refusal
  readSession(sessionId: string): readonly StreamFrame[]
  writeSession(sessionId: string, text: string | undefined): void
  closeSession(sessionId: string): void

  /** A file as a running container sees it; undefined when there is none. */
  readFile(podKey: string, container: string, path: string): string | undefined
  isImageCached(nodeName: string, image: string): boolean
  /** Puts an image on a node without a pull. */
  cacheImage(nodeName: string, image: string): void
  /** Stops a node: its containers run no more and its status is no longer reported. */
  stopNode(nodeName: string): void
  /** Starts a stopped node again: its containers are started anew. */
  startNode(nodeName: string): void
  /** Takes GPUs of a node out of (or back into) allocatable. Device ids are 'GPU-0' and so on. */
  setDeviceHealth(nodeName: string, deviceId: string, isHealthy: boolean): void
}
