/**
 * The extension points of the scheduler and what runs at them.
 * Models kube-scheduler/framework/interface.go (v1.35).
 * Differs: state between the points of one cycle is handed from call to call, not looked up by text.
 */

import type { Table } from '../kernel/table.ts'
import type { KubeObject, Node, Pod } from '../api/types.ts'
import type { ClusterCache, NodeSlot } from './cluster-cache.ts'
import type { RetryRule } from './cluster-events.ts'
import type { WaitingPods } from './waiting.ts'
import type { PodClass } from './pod-class.ts'
import { skip } from './status.ts'
import type { PluginStatus } from './status.ts'

/** Objects other than nodes and pods on nodes, by kind, as the API server has them now. */
export interface ObjectLister {
  /** @param namespace '' for kinds without namespaces */
  find(kind: string, namespace: string, name: string): KubeObject | undefined
  /** All of a kind, of one namespace when given. */
  list(kind: string, namespace?: string): readonly KubeObject[]
}

/** What plugins may ask of the scheduler beside the cycle. */
export interface CycleHost {
  /** Simulated ms since the bootstrap. */
  nowMs(): number
  /** Pods that are held at Permit. */
  readonly waiting: WaitingPods
  /** Numbers that plugins remember from cycle to cycle, by names of their own. Plain state. */
  readonly memory: Table<number>
  /** All pods of a namespace with a label. */
  podsWithLabel(namespace: string, label: string, value: string): readonly Pod[]
  /** Wakes pods of the queue, whatever rejected them. */
  activate(podKeys: readonly string[]): void
}

/** One scheduling attempt, as plugins see it. */
export interface Cycle {
  readonly cache: ClusterCache
  readonly objects: ObjectLister
  readonly pod: Pod
  readonly podClass: PodClass
  /** Grows whenever a Service, ReplicaSet, StatefulSet, ReplicationController or Namespace changes. */
  readonly objectsEpoch: number
  readonly host: CycleHost
}

export interface Plugin {
  readonly name: string
  /** Events that may make a pod schedulable that this plugin rejected. Absent: none. */
  readonly retryOn?: readonly RetryRule[]
}

/** Holds pods back before they enter the queue. */
export interface PreEnqueuePlugin extends Plugin {
  preEnqueue(pod: Pod, objects: ObjectLister): PluginStatus
}

/** What the queue knows of a waiting pod. */
export interface QueuedPod {
  readonly podKey: string
  readonly priority: number
  readonly sinceMs: number
  /** What `rankMsOf` of the plugin said. */
  readonly rankMs?: number
}

/** Decides which of two waiting pods goes first. */
export interface QueueSortPlugin extends Plugin {
  /** Negative when `a` goes first; 0 leaves it to the order of arrival. */
  compare(a: QueuedPod, b: QueuedPod): number
  /**
   * A moment by which the plugin orders pods; asked when a pod becomes active.
   * @param firstMs when it became active for the first time
   * @param timeOf simulated ms of a timestamp
   */
  rankMsOf?(pod: Pod, firstMs: number, objects: ObjectLister, timeOf: (timestamp: string) => number): number
}

export interface PreFilterResult<State> {
  readonly status: PluginStatus
  /** Only these nodes are looked at; absent: all. */
  readonly nodeNames?: ReadonlySet<string>
  readonly state?: State
}

/** Looks at the pod and the cluster once per cycle. */
export interface PreFilterPlugin<State> extends Plugin {
  preFilter(cycle: Cycle): PreFilterResult<State>
  /** Brings the state up to date after a trial change of a node's pods. */
  refresh?(cycle: Cycle, state: State): void
}

/** Says whether the pod may run on a node. */
export interface FilterPlugin<State> extends Plugin {
  /** True when the answer depends on nothing but the pod's class, the node and the pods on it. Then it is cached. */
  readonly isNodeLocal: boolean
  /** For a node-local plugin: it rejects only nodes with one of these traits (`nodeTraits`). Absent: any node. */
  readonly filterTraits?: number
  filter(cycle: Cycle, slot: NodeSlot, state: State): PluginStatus
  /** For a plugin that looks at the whole cluster: its answer depends on nothing but nodes, pods on them and what `objectsEpoch` counts. */
  readonly readsCacheOnly?: boolean
  /** True when it lets the pod pass on all nodes; then it is not asked. */
  isIdle?(cycle: Cycle): boolean
  /** For a plugin that looks at the whole cluster: `filter` as a function of the slot's index, made once per cycle. */
  testOf?(cycle: Cycle, state: State): (index: number) => PluginStatus
  /** For a plugin that looks at the whole cluster: the rejection of a node that stands whichever of its pods leave; undefined when evictions may help. */
  standsAnyway?(cycle: Cycle, slot: NodeSlot, state: State): PluginStatus | undefined
}

/** Pods to evict so that another one fits on a node. */
export interface Preemption {
  readonly nodeName: string
  /** Most important first; some may be terminating already. */
  readonly victims: readonly Pod[]
  /** Pods of lower priority that lose their nomination to the node. */
  readonly cleared: readonly Pod[]
}

/** What a PostFilter plugin would do about a pod that fits nowhere. The scheduler carries it out. */
export interface PostFilterResult {
  readonly status: PluginStatus
  /** '' takes the nomination away; undefined leaves it as it is. */
  readonly nominatedNode?: string
  readonly preemption?: Preemption
}

/** What a PostFilter plugin may ask of the cycle that failed. */
export interface FailedCycle {
  readonly cycle: Cycle
  /** What the plugin's PreFilter left; undefined when the cycle ended before it. */
  preFilterOf(plugin: Plugin): { readonly state: unknown } | undefined
  /** True when nothing has changed since the last cycle, in which a pod of the same class failed, and no pod is nominated. */
  readonly isRepeated: boolean
  /** Why a node was rejected. */
  statusOf(slot: NodeSlot): PluginStatus
  /** Nodes that were rejected, but that evictions may help. */
  preemptible(): NodeSlot[]
  /** How many these are. */
  preemptibleCount(): number
  /** What filters would say of a node without its pods of lower priority, where that is known without a trial; undefined where it is not. */
  knownWithoutVictims(slot: NodeSlot): PluginStatus | undefined
  /** Filters a node again as it is now, with the pods that are nominated to it. Trial changes of its pods are seen. */
  filterAgain(slot: NodeSlot): PluginStatus
  /** To be called when the trials are over. */
  endTrials(): void
  nominatedTo(nodeName: string): readonly Pod[]
  /** A random whole number from 0 to `bound` - 1. */
  pick(bound: number): number
  readonly writer: ObjectWriter
}

/** Tries to make room for a pod that fits nowhere. */
export interface PostFilterPlugin extends Plugin {
  postFilter(failed: FailedCycle): PostFilterResult
}

export interface PreScoreResult<State> { readonly status: PluginStatus; readonly state?: State }

/** Ranks the nodes that fit, 0 to 100. A plugin scores node by node, or all at once. */
export interface ScorePlugin<State> extends Plugin {
  /** True when raw scores and `preScore` depend on nothing but the pod's class, the node and the pods on it. Then they are cached. */
  readonly isNodeLocal: boolean
  /** For a node-local plugin: nodes without any of these traits (`nodeTraits`) have the raw score 0. */
  readonly scoreTraits?: number
  /** @param feasible slot indexes; the first `count` are valid. Empty for a node-local plugin, which is asked once per class. */
  preScore?(cycle: Cycle, feasible: Int32Array, count: number): PreScoreResult<State>
  /** True when all nodes get the same score for this pod; then the choice is made without it. */
  isIndifferent?(cycle: Cycle): boolean
  /** The raw score of one node; for node-local plugins. */
  score?(cycle: Cycle, slot: NodeSlot, state: State): number
  /**
   * Fills in the raw scores of all feasible nodes; for plugins that look at the whole cluster.
   * @param filterState what the plugin's own PreFilter left
   */
  scoreAll?(cycle: Cycle, scores: Float64Array, feasible: Int32Array, count: number, state: State, filterState: unknown): void
  /** Turns the raw scores of all feasible nodes, in the same order, into 0 to 100 in place. Equal raw scores become equal. */
  normalize?(cycle: Cycle, scores: Float64Array, feasible: Int32Array, count: number, state: State): void
}

/** Claims something on the chosen node before the pod is bound. */
export interface ReservePlugin<State> extends Plugin {
  reserve?(cycle: Cycle, slot: NodeSlot, state: State): PluginStatus
  /** Also called for pods that are rejected while they wait. */
  unreserve(cycle: Cycle, nodeName: string, state: State): void
}

/** `timeoutMs` counts when the status is 'wait'. */
export interface PermitResult { readonly status: PluginStatus; readonly timeoutMs?: number }

/** Last veto; may also make the pod wait. */
export interface PermitPlugin extends Plugin {
  permit(cycle: Cycle, slot: NodeSlot): PermitResult
}

/** Writes what must be true in the API before the binding. */
export interface PreBindPlugin<State> extends Plugin {
  preBind(cycle: Cycle, nodeName: string, state: State, writer: ObjectWriter): PluginStatus
}

/** Requests that change objects beside the pod. */
export interface ObjectWriter { writeObject?(object: KubeObject): void }

/** Binds the pod. A plugin that leaves it to others skips. */
export interface BindPlugin extends Plugin {
  bind(pod: Pod, nodeName: string, binder: Binder): PluginStatus
}

/** The request that binds. */
export interface Binder {
  /** @returns undefined when done, else what went wrong */
  bind(pod: Pod, nodeName: string): string | undefined
}

/** Any of the points; a plugin implements those that it has methods for. */
export type AnyPlugin = Plugin & Partial<
  PreEnqueuePlugin & QueueSortPlugin & PreFilterPlugin<unknown> & FilterPlugin<unknown> & PostFilterPlugin & ScorePlugin<unknown> & ReservePlugin<unknown> & PermitPlugin & PreBindPlugin<unknown> & BindPlugin
>

/** The best score of a plugin. */
export const scoreMax = 100

/** Scales scores so that the highest becomes 100; reversed, the highest becomes 0. Models plugins/helper (v1.35). */
export function normalizeByMax(scores: Float64Array, count: number, isReversed: boolean): void {
  let max = 0
  for (let i = 0; i < count; i++) if (scores[i] > max) max = scores[i]
  if (max === 0) {
    if (isReversed) scores.fill(scoreMax, 0, count)
    return
  }
  for (let i = 0; i < count; i++) {
    const scaled = Math.floor((scoreMax * scores[i]) / max)
    scores[i] = isReversed ? scoreMax - scaled : scaled
  }
}

/** The node of a slot that is in the scheduling order. */
export function nodeOf(slot: NodeSlot): Node {
  return slot.node as Node
}

/** The answer of plugins that have nothing to do with most pods; shared, since it is given so often. */
export const skipPreFilter: PreFilterResult<never> = { status: skip }
export const skipPreScore: PreScoreResult<never> = { status: skip }
