/** What a component of the control plane or a node is given, and what it offers. */

import type { ApiClient } from '../api/client.ts'
import type { KubeObject } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { RandomStream } from '../kernel/random.ts'
import type { RowLog } from '../kernel/row-log.ts'
import type { Table } from '../kernel/table.ts'
import type { Timings } from '../kernel/timings.ts'

/** A committed change. `before` is absent for a creation, `after` for a removal. */
export interface StoreChange {
  /** Plural name with group, such as 'deployments.apps'. */
  readonly resource: string
  /** NAMESPACE/NAME, or NAME for cluster-scoped objects. */
  readonly key: string
  readonly before?: KubeObject
  readonly after?: KubeObject
}

export interface Clock {
  /** Simulated ms since the bootstrap. */
  readonly nowMs: SimTimeMs
  /** Unix ms of simulated 0. */
  readonly epochMs: number
  /** Wall-clock text of a simulated time as the API writes it (RFC 3339, seconds). */
  timestamp(atMs: SimTimeMs): string
  /** As `timestamp`, with microseconds. */
  microTimestamp(atMs: SimTimeMs): string
  /** Simulated ms of an API timestamp. */
  parse(timestamp: string): SimTimeMs
}

export interface EventOptions {
  /** Such as `spec.containers{app}`. */
  readonly fieldPath?: string
  /** Node name, for kubelet events. */
  readonly host?: string
}

/** Records core/v1 Events as client-go's recorder and correlator do (counts, aggregation, spam filter). */
export interface EventRecorder {
  record(regarding: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, options?: EventOptions): void
}

export interface ComponentContext {
  readonly clock: Clock
  readonly api: ApiClient
  readonly recorder: EventRecorder
  readonly timings: Timings
  readonly random: RandomStream
  /**
   * A table of cluster state that belongs to this component. All mutable state lives in such tables (plain, immutable
   * values, replaced on change), so that the cluster can be saved, forked and hashed. Derived structures may be kept
   * beside them when they can be rebuilt from tables and store.
   */
  table<V>(name: string): Table<V>
  /** As `table`, for rows that are known by their number. */
  log<V>(name: string): RowLog<V>
  /** Puts an event of one of the component's types on the kernel's queue. */
  schedule(atMs: SimTimeMs, type: string, key: string): void
}

/** A part of the control plane or a node agent that acts on changes and on time. */
export interface Component {
  /** Called right after a commit. Must only note things and schedule events: it never writes to the API. */
  onChange?(change: StoreChange): void
  /** Handlers of the event types that the component schedules. They act by requests. */
  readonly handlers: { readonly [type: string]: (key: string) => void }
  /** Called once when a cluster starts (not after a fork or a restore). */
  start?(): void
  /** Called before first use after a fork or a restore: forget derived structures. */
  rebuild?(): void
}

/** Which changes concern a controller, and whose keys they enqueue. */
export interface ControllerWatch {
  readonly resource: string
  /** Keys to reconcile; without it the object's own key. */
  keysOf?(change: StoreChange, api: ApiClient): readonly string[]
  /** Ms that the keys wait beyond the delivery of the watch; a controller that batches changes says how long. Default 0. */
  delayMs?(change: StoreChange): number
}

/** What reconcile asks for next. `failed` retries with back-off. */
export interface ReconcileResult {
  readonly requeueAfterMs?: number
  readonly failed?: boolean
  /** Further keys to reconcile now. */
  readonly enqueue?: readonly string[]
}

/** Nothing more to do until something changes. */
export const done: ReconcileResult = {}

/**
 * A level-triggered controller behind a deduplicating work queue, acting as its own service account.
 * `reconcile` reads fresh state and acts by requests only.
 */
export interface Controller {
  /** Also the service account in kube-system, such as 'replicaset-controller'. */
  readonly name: string
  /** Service account in kube-system when it is not the name. */
  readonly serviceAccount?: string
  /** Namespace of the service account when it is not kube-system. */
  readonly namespace?: string
  /** The user that it acts as, when it is no service account. */
  readonly user?: string
  /** Runs in the API server, with every right, whichever controllers a cluster has. */
  readonly isOfServer?: true
  /** Event component name when it differs from the controller's, such as 'deployment-controller'. */
  readonly component?: string
  readonly watches: readonly ControllerWatch[]
  reconcile(key: string, context: ComponentContext): ReconcileResult
  /** Keys to enqueue at the cluster's start, such as a periodic sync. */
  startKeys?(context: ComponentContext): readonly string[]
}
