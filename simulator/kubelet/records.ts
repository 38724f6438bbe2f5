/** What the kubelets remember of pods, as plain immutable rows of cluster state. */

import type { PodStatus } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Json } from '../kernel/json.ts'
import type { StreamFrame } from '../api/request.ts'
import type { LoadOnContainer, ProgramSpec } from '../workloads/program.ts'

/** One container as the container runtime knows it. A restart makes a new one. */
export interface RuntimeContainer {
  readonly name: string
  /** 64 hexadecimal digits. */
  readonly id: string
  /** 0 for the first start; the restart count. */
  readonly attempt: number
  readonly state: 'created' | 'running' | 'exited'
  readonly image: string
  readonly imageId: string
  readonly createdMs: SimTimeMs
  readonly startedMs: SimTimeMs
  readonly finishedMs: SimTimeMs
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  /** Runs a program that does nothing and has no process row. */
  readonly isIdle: boolean
}

/** One thing that a sync does to the runtime. */
export type Action =
  | { readonly do: 'sandbox' }
  | { readonly do: 'stop' }
  | { readonly do: 'start'; readonly container: string }
  | { readonly do: 'kill'; readonly container: string; readonly message: string; readonly graceSeconds: number }

/** Where the running action is. It ends at `atMs`, or with what it waits for. */
export interface Step {
  readonly kind: 'sandbox' | 'pull' | 'start' | 'hook' | 'kill' | 'mount' | 'stop'
  readonly container: string
  readonly atMs: SimTimeMs
  /** Start of a pull. */
  readonly sinceMs?: SimTimeMs
}

/** Why a container could not be started: what its waiting state shows from the next sync on. */
export interface StartFailure {
  readonly reason: string
  readonly message: string
  /** When the back-off ends, for failures by back-off. */
  readonly retryMs?: SimTimeMs
}

/** Why the kubelet ends a pod by itself. `isFinal`: the pod fails however its containers end. */
export interface Verdict {
  readonly reason: string
  readonly message: string
  readonly isFinal: boolean
  readonly graceSeconds?: number
}

/** The outcomes of a pod of which no container has failed to start. */
export const noFailures: PodRecord['failures'] = {}
/** A sync that tried nothing yet. */
export const nothingTried: PodRecord['tried'] = {}
/** A sync that has nothing left to do. */
export const noPlan: PodRecord['plan'] = []

/** How a pod's worker stands. */
export interface PodRecord {
  readonly uid: string
  readonly node: string
  readonly stage: 'new' | 'syncing' | 'terminating' | 'terminated' | 'finished'
  /** Next sync on the queue, if any; an event of another time is stale. */
  readonly syncMs?: SimTimeMs
  /** The sync that runs: what is left of it, and its current step. */
  readonly plan: readonly Action[]
  readonly step?: Step
  readonly isBusy: boolean
  /** End of the last sync; negative before the first. */
  readonly lastSyncMs: SimTimeMs
  /** Something happened while a sync ran. */
  readonly isAskedAgain: boolean
  readonly sandboxMs?: SimTimeMs
  readonly ip: string
  /** Newest first, at most two of a name. */
  readonly containers: readonly RuntimeContainer[]
  /** The containers as the running sync saw them at its start. */
  readonly seen: readonly RuntimeContainer[]
  /** Outcome of the last try to start each container. */
  readonly failures: { readonly [container: string]: StartFailure }
  /** Failures of the running sync, which replace those of the containers that it tried. */
  readonly tried: { readonly [container: string]: StartFailure | null }
  readonly isMounted: boolean
  /** Last status that the kubelet wrote. */
  readonly status?: PodStatus
  /** Set when the kubelet ends the pod by itself. */
  readonly verdict?: Verdict
  /** When the eviction manager looks at what the pod has written. */
  readonly storageMs?: SimTimeMs
  readonly graceSeconds?: number
  readonly killStartMs?: SimTimeMs
}

/** Process 1 of a container, or a command beside it. */
export interface ProcessRecord {
  readonly podKey: string
  readonly container: string
  /** Id of the container that it runs in. */
  readonly containerId: string
  readonly program: string
  readonly spec: ProgramSpec
  readonly state: Json
  readonly nextMs?: SimTimeMs
  readonly ports: readonly number[]
  readonly load?: LoadOnContainer
  /** When memory reaches the limit, if usage goes on as it is. */
  readonly oomMs?: SimTimeMs
}

/** A command that exec started, or an attachment to process 1. */
export interface SessionRecord {
  readonly kind: 'exec' | 'attach'
  readonly podKey: string
  readonly container: string
  readonly frames: readonly StreamFrame[]
  readonly isOver: boolean
  /** What waits for the end of the command, besides a client. */
  readonly purpose?: { readonly kind: 'probe' | 'postStart' | 'preStop'; readonly key: string }
  readonly output: string
  readonly exitCode?: number
}

/** Termination of one container. */
export interface KillRecord {
  readonly phase: 'preStop' | 'turn' | 'signal'
  readonly containerId: string
  /** End of the grace period: SIGKILL. */
  readonly killMs: SimTimeMs
  readonly hookEndMs?: SimTimeMs
  readonly startMs: SimTimeMs
  readonly graceSeconds: number
  readonly sessionId?: string
}

/** A probe worker. */
export interface ProbeRecord {
  readonly containerId: string
  /** Result that counts: 'unknown' until the first for a startup probe. */
  readonly result: 'success' | 'failure' | 'unknown'
  readonly last?: 'success' | 'failure'
  readonly run: number
  readonly isOnHold: boolean
  /** Origin of the period grid. */
  readonly baseMs: SimTimeMs
  /** Next run on the queue; undefined while nothing can change the verdict. */
  readonly nextMs?: SimTimeMs
  /** A run that waits for an answer until its timeout. */
  readonly pending?: { readonly sessionId: string; readonly untilMs: SimTimeMs }
}

export interface NodeRecord {
  readonly isStopped: boolean
  /** Last bytes of used pod addresses, ascending. */
  readonly addresses: readonly number[]
  readonly images: { readonly [reference: string]: number }
  readonly brokenDevices: readonly string[]
  /** Device ids in use: id to POD|CONTAINER. */
  readonly devices: { readonly [deviceId: string]: string }
}

export interface BackOff {
  readonly delayMs: number
  readonly updateMs: SimTimeMs
  readonly message?: string
}

/** Key of what belongs to one container of a pod. */
export function containerKey(podKey: string, container: string): string {
  return `${podKey}|${container}`
}

/** Splits a container key (and anything behind a further bar). */
export function splitContainerKey(key: string): { podKey: string; container: string; rest: string } {
  const bar = key.indexOf('|')
  const next = key.indexOf('|', bar + 1)
  return next < 0
    ? { podKey: key.slice(0, bar), container: key.slice(bar + 1), rest: '' }
    : { podKey: key.slice(0, bar), container: key.slice(bar + 1, next), rest: key.slice(next + 1) }
}

/** The newest container of a name. */
export function latestOf(containers: readonly RuntimeContainer[], name: string): RuntimeContainer | undefined {
  for (const container of containers) if (container.name === name) return container
  return undefined
}
