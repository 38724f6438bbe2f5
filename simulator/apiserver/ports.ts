/** What the API server needs from the rooms around it. cluster.ts binds them. */

import type { Json } from '../kernel/json.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { ApiRequest, StreamFrame, UserInfo } from '../api/request.ts'
import type { KubeObject, Pod, Status } from '../api/types.ts'

/** A value, or the Status that refused it; with warnings either way. */
export type Outcome<T> =
  | { readonly ok: true; readonly object: T; readonly warnings: readonly string[]; /** A patch made the object. */ readonly isNew?: boolean; /** What was asked for, before plugins and strategies changed it. */ readonly asked?: KubeObject }
  | { readonly ok: false; readonly status: Status; readonly warnings: readonly string[] }

/** What the kubelet's own API offers: logs, exec, attach. */
export interface KubeletDoor {
  /** Log text, or why there is none (the kubelet's message, with its code). */
  readLogs(pod: Pod, container: string, query: NonNullable<ApiRequest['query']>): { readonly text: string } | { readonly code: number; readonly message: string }
  /** Log lines after a moment, for -f; `isOver` when the container will write no more. */
  followLogs(pod: Pod, container: string, cursor: Json): { readonly text: string; readonly cursor: Json; readonly isOver: boolean }
  /** Where a follow begins that has just printed `readLogs`. */
  logCursor(pod: Pod, container: string): Json
  /** Starts a command in a container; the session's id, or why it cannot. */
  startExec(pod: Pod, container: string, command: readonly string[], options: { stdin: boolean; tty: boolean }): { readonly sessionId: string } | { readonly code: number; readonly message: string }
  /** Attaches to process 1 of a container. */
  startAttach(pod: Pod, container: string, options: { stdin: boolean; tty: boolean }): { readonly sessionId: string } | { readonly code: number; readonly message: string }
  /** Takes what a session has written since; an `end` frame is its last. */
  readSession(sessionId: string): readonly StreamFrame[]
  /** Standard input for a session; undefined ends it. */
  writeSession(sessionId: string, text: string | undefined): void
  closeSession(sessionId: string): void
}

/** The resource metrics API (metrics.k8s.io), when metrics-server serves. */
export interface MetricsDoor {
  /** NodeMetrics or PodMetrics objects, or undefined when the API is not available. */
  list(resource: 'nodes' | 'pods', namespace: string | undefined): readonly KubeObject[] | undefined
}

export interface ServerClock {
  readonly nowMs: SimTimeMs
  /** Unix ms of simulated 0. */
  readonly epochMs: number
  timestamp(atMs: SimTimeMs): string
}

/** Attributes of a request for the authorizer. */
export interface Attributes {
  readonly user: UserInfo
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** Set for what is no resource, such as /healthz. */
  readonly path?: string
}
