/**
 * What runs in a container: plain state and pure functions of it. Nothing here ticks: a program names the next moment
 * at which it changes by itself, and its usage between two changes is a linear function of time.
 */

import type { Json } from '../kernel/json.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'

/** What a container was started with, resolved by the kubelet. Immutable while it runs. */
export interface ProgramSpec {
  readonly image: string
  /** The image's figures (see the image table), numbers and texts by name. */
  readonly parameters: { readonly [name: string]: number | string | boolean }
  /** Full argument vector: command and args of the container, or the image's own. */
  readonly argv: readonly string[]
  readonly env: { readonly [name: string]: string }
  readonly workingDir: string
  readonly tty: boolean
  readonly stdin: boolean
  readonly container: string
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string; readonly ip: string }
  readonly node: { readonly name: string; readonly labels: { readonly [key: string]: string } }
  readonly cpuLimitMillis?: number
  readonly cpuRequestMillis?: number
  readonly memoryLimitBytes?: number
  /** Count of GPUs, shares of GPUs and MIG devices given to the container; the product stands in a label of the node. */
  readonly gpuCount: number
  /** How fast they are together, in whole GPUs; absent: as many as there are. */
  readonly gpuSpeed?: number
  /** For hashed jitter. */
  readonly seed: number
  /** Numeric user and groups of process 1; absent: root. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
  /** True for a command that exec started beside process 1: its log effects are the session's output. */
  readonly isExec?: boolean
  /** True when the pod's containers share their processes: then this one is not process 1 and dies of signals that it does not handle. */
  readonly sharesProcesses?: boolean
  /** ServiceAccount of the pod. */
  readonly serviceAccount?: string
}

/** Files that a container sees: image files under mounts. Directories are implied by paths. */
export interface FileView {
  read(path: string): string | undefined
  /** Names in a directory, sorted; undefined when there is no such directory. */
  list(path: string): readonly string[] | undefined
  /** Why a path cannot be written, in the system's words ('Read-only file system', 'Permission denied'); undefined when it can. */
  writeError?(path: string): string | undefined
}

export interface HttpRequest {
  readonly method: string
  /** http or https URL as the client gave it. */
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
  /** Size when the body itself is not written out (load, large payloads). */
  readonly bodyBytes?: number
}

export interface HttpResponse {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

/** Why a request got no response, with curl's exit code: 6 resolve, 7 refused, 28 timeout, 52 empty reply, 56 reset. */
export interface RequestFailure {
  readonly failure: 'resolve' | 'refused' | 'timeout' | 'empty' | 'reset'
  readonly message: string
}

/** What a program does at a moment, in order. */
export type ProgramEffect =
  | { readonly kind: 'log'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'close'; readonly port: number }
  /** Process 1 ends. `signal` when a signal ended it (then exitCode is 128 + signal). */
  | { readonly kind: 'exit'; readonly exitCode: number; readonly signal?: number; readonly oomKilled?: boolean }
  /** An outgoing request; the answer comes by `resume` with the same id. */
  | { readonly kind: 'request'; readonly id: string; readonly request: HttpRequest; readonly timeoutMs: number }
  /** A name lookup; the answer comes by `resume`. */
  | { readonly kind: 'lookup'; readonly id: string; readonly name: string }
  /** A file written inside the container. */
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  /** A file, or a directory with all that is in it, removed. */
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'makeDirectory'; readonly path: string }
  /** A signal to process 1 of the container, sent by a command in it (`kill 1`). */
  | { readonly kind: 'signal'; readonly signal: 'TERM' | 'INT' | 'HUP' | 'QUIT' | 'KILL' }
  /** A steady flow of requests out of this container, until it ends; a later one replaces it. */
  | { readonly kind: 'flow'; readonly flow: FlowRequest }
  /** A termination message, as written to /dev/termination-log. */
  | { readonly kind: 'terminationMessage'; readonly text: string }

export interface ProgramStep<S> {
  readonly state: S
  readonly effects: readonly ProgramEffect[]
}

/** The answer to a `request` or `lookup` effect. */
export type EffectAnswer =
  | { readonly kind: 'response'; readonly response: HttpResponse; readonly latencyMs: number }
  | { readonly kind: 'failure'; readonly failure: RequestFailure }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }

/** Usage from a moment on: value plus slope, until the next change of state or load. */
export interface Usage {
  readonly cpuMillis: number
  readonly memoryBytes: number
  /** Growth of memory (a leak, a model being read). */
  readonly memoryBytesPerSecond: number
  /** Share of 100 ms periods in which the CPU quota was used up, 0 to 1. */
  readonly throttledShare: number
  readonly gpuUtilization: number
  readonly gpuMemoryBytes: number
  /** Highest memory that a single large request takes, and how often one comes; absent when requests do not matter. */
  readonly peak?: { readonly memoryBytes: number; readonly periodMs: number }
}

/** A flow that a load generator asks for. */
export interface FlowRequest {
  readonly url: string
  readonly method: string
  /** Steps of the profile: from `afterMs` on, so many requests per second. The first step begins at 0. */
  readonly steps: readonly { readonly afterMs: number; readonly requestsPerSecond: number }[]
  readonly payloads: readonly { readonly share: number; readonly kilobytes: number }[]
  readonly timeoutMs: number
}

/** A steady flow of requests that reaches one container. */
export interface LoadOnContainer {
  readonly requestsPerSecond: number
  readonly path: string
  /** Payload mix: shares sum to 1. */
  readonly payloads: readonly { readonly share: number; readonly kilobytes: number }[]
}

/** What a container makes of a flow, per second and in percentiles. */
export interface FlowOutcome {
  readonly okPerSecond: number
  /** Answers by status, per second. */
  readonly perStatus: { readonly [status: string]: number }
  /** Requests without an answer, per second. */
  readonly failedPerSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly inFlight: number
}

export interface ProgramContext {
  readonly spec: ProgramSpec
  readonly files: FileView
  readonly nowMs: SimTimeMs
  /** An exact request out of the container while it answers one itself; only `handle` is given it. */
  fetch?(request: HttpRequest, timeoutMs: number): { readonly response: HttpResponse } | RequestFailure
  /** Wall-clock text of a simulated time (RFC 3339, seconds); absent: time 0 is 2026-01-05T09:00:00Z. */
  timestamp?(atMs: SimTimeMs): string
}

/** A kind of program. `S` is plain data. All functions are pure. */
export interface Program<S extends Json = Json> {
  readonly name: string
  /** Starts process 1. */
  init(context: ProgramContext): ProgramStep<S>
  /** The next moment at which the program changes by itself, if any. */
  nextChangeMs(state: S): SimTimeMs | undefined
  /** Called at `nextChangeMs`. */
  advance(state: S, context: ProgramContext): ProgramStep<S>
  /** A signal that the program may handle. SIGKILL never comes here. */
  signal(state: S, signal: 'TERM' | 'INT' | 'HUP' | 'QUIT', context: ProgramContext): ProgramStep<S>
  /** One exact request on a port; `serviceMs` is how long the answer takes. undefined: the connection is refused. */
  handle?(state: S, port: number, request: HttpRequest, context: ProgramContext): { step: ProgramStep<S>; response: HttpResponse; serviceMs: number } | undefined
  /** The answer to an effect. */
  resume?(state: S, id: string, answer: EffectAnswer, context: ProgramContext): ProgramStep<S>
  /** Bytes for standard input (run -i, attach). */
  input?(state: S, text: string, context: ProgramContext): ProgramStep<S>
  usage(state: S, load: LoadOnContainer | undefined, context: ProgramContext): Usage
  /** What becomes of a flow. undefined: nothing listens. */
  flow?(state: S, load: LoadOnContainer, context: ProgramContext): FlowOutcome | undefined
  /** Programs found in the container for exec; default is the shell's set. Name to whether it exists. */
  readonly hasShell: boolean
  /** True for a program that has no state, opens no port and never changes by itself: it costs nothing while it runs. */
  readonly isInert?: boolean
}

/** What an image holds. */
export interface ImageEntry {
  /** Program name in the workloads registry. */
  readonly program: string
  readonly bytes: number
  readonly parameters: { readonly [name: string]: number | string | boolean }
  /** The image's own ENTRYPOINT and CMD joined. */
  readonly argv: readonly string[]
  /** How many words of `argv` are the ENTRYPOINT, which a container's args do not replace. Default 1. */
  readonly entrypointLength?: number
  readonly ports?: readonly number[]
  /** Needs an imagePullSecret. */
  readonly needsCredentials?: boolean
  /** USER of the image: a number or a name; absent: root. */
  readonly user?: string
  /** Files of the image by absolute path. */
  readonly files?: { readonly [path: string]: string }
  /** Digest in hexadecimal; absent: derived from the reference. */
  readonly digest?: string
}
