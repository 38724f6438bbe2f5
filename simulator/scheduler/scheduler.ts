/**
 * The default scheduler. Events feed its cache and queue; `attempt` decides about one pod.
 * All that must survive a fork is in the queue's table and in the API; the rest is rebuilt.
 * Models pkg/scheduler (v1.35). Differs: an attempt and its binding are one step of the simulation, so no event comes
 * in between.
 */

import { Table } from '../kernel/table.ts'
import type { Condition, KubeObject, Node, Pod } from '../api/types.ts'
import { ClusterCache } from './cluster-cache.ts'
import { ClusterFeed, isAssigned } from './cluster-feed.ts'
import { compileProfile } from './compiled-profile.ts'
import type { CompiledProfile } from './compiled-profile.ts'
import { defaultConfiguration } from './configuration/load.ts'
import type { SchedulerConfiguration } from './configuration/types.ts'
import { CycleRunner } from './cycle-runner.ts'
import type { Cycle, CycleHost, PostFilterResult, Preemption } from './framework.ts'
import { eventNote, fitMessage, schedulerReasons, schedulerTexts } from './messages.ts'
import { Nominator } from './nominator.ts'
import { isTerminating, podKeyOf } from './pod-class.ts'
import type { Decision, SchedulerPorts } from './ports.ts'
import { defaultSchedulerName, SchedulingQueue } from './queue.ts'
import type { QueueRow } from './queue.ts'
import { isRejected, success, unschedulable, withPlugin } from './status.ts'
import type { PluginStatus } from './status.ts'
import { WaitingPods } from './waiting.ts'
import type { WaitingRow } from './waiting.ts'

/** What the plain-data state of a scheduler consists of. */
export interface SchedulerState {
  readonly queue: Table<QueueRow>
  /** 'nextStart': the node at which the next search begins; 'nextSeq': the number of the next pod in the queue. */
  readonly counters: Table<number>
  /** Pods that are held at Permit. */
  readonly waiting?: Table<WaitingRow>
}

/** How an attempt failed. */
interface Failure {
  readonly message: string
  readonly isRejection: boolean
  readonly rejectors: readonly string[]
  readonly nominatedNode?: string
  readonly preemption?: Preemption
}

/**
 * The scheduler of one cluster with all its profiles. The owner reports changes (`onPodChange`, `onNodeChange`,
 * `onObjectChange`) and calls `runDue` when `nextDueMs` has come; all that it does to the cluster goes through its
 * ports.
 */
export class Scheduler {
  readonly cache = new ClusterCache()
  readonly nominator = new Nominator()
  /** By scheduler name, in the order of the configuration. */
  readonly profiles: ReadonlyMap<string, CompiledProfile>
  readonly waiting: WaitingPods
  private readonly ports: SchedulerPorts
  private readonly state: SchedulerState
  private readonly runners: ReadonlyMap<string, CycleRunner>
  private runner: CycleRunner
  private readonly host: CycleHost
  readonly queue: SchedulingQueue
  private readonly feed: ClusterFeed
  /** Told of each attempt just before it is made; for explanations of the past on a fork. */
  onAttempt: ((pod: Pod) => void) | undefined

  constructor(state: SchedulerState, ports: SchedulerPorts, configuration: SchedulerConfiguration = defaultConfiguration()) {
    this.state = state
    this.ports = ports
    this.profiles = new Map(configuration.profiles.map((profile) => [profile.schedulerName, compileProfile(profile, configuration)]))
    this.runners = new Map([...this.profiles].map(([name, profile]) => [name, new CycleRunner(profile, this.nominator)]))
    for (const runner of this.runners.values()) runner.isBrief = true
    this.runner = [...this.runners.values()][0]
    this.waiting = new WaitingPods(state.waiting ?? new Table())
    this.queue = new SchedulingQueue(state, this.profiles, ports)
    this.host = this.makeHost()
    this.feed = new ClusterFeed({
      cache: this.cache, queue: this.queue, nominator: this.nominator, waiting: this.waiting,
      isResponsible: (pod) => this.isResponsible(pod),
      releaseGone: (pod, podKey) => this.releaseGone(pod, podKey),
    })
    for (const node of ports.listNodes()) this.cache.addNode(node)
    for (const pod of ports.listPods()) this.feed.learn(pod)
    for (const { podKey } of this.waiting.list()) if (this.cache.findEntry(podKey)?.isAssumed !== true) this.waiting.remove(podKey)
  }

  private makeHost(): CycleHost {
    const { ports, state, queue, waiting } = this
    return {
      nowMs: () => ports.nowMs(),
      waiting,
      memory: state.counters,
      podsWithLabel: (namespace, label, value) => ports.listPods().filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.[label] === value),
      activate: (podKeys) => podKeys.forEach((podKey) => queue.activate(podKey)),
    }
  }

  /** The profile that is there in any case: the first one. */
  get profile(): CompiledProfile {
    return [...this.profiles.values()][0]
  }

  /** The profile by which a pod is scheduled; the first one when it names none of them. */
  profileOf({ spec }: Pod): CompiledProfile {
    return this.profiles.get(spec.schedulerName ?? defaultSchedulerName) ?? this.profile
  }

  private runnerOf({ spec }: Pod): CycleRunner {
    return this.runners.get(spec.schedulerName ?? defaultSchedulerName) ?? this.runner
  }

  private isResponsible({ spec }: Pod): boolean {
    return this.profiles.has(spec.schedulerName ?? defaultSchedulerName)
  }

  // ---- events ------------------------------------------------------------------------------------------------------

  /** A pod was created (old undefined), changed or deleted (pod undefined). */
  onPodChange(old: Pod | undefined, pod: Pod | undefined, podKey?: string): void {
    this.feed.onPodChange(old, pod, podKey)
  }

  /** A node was created (old undefined), changed or deleted (node undefined). */
  onNodeChange(old: Node | undefined, node: Node | undefined): void {
    this.feed.onNodeChange(old, node)
  }

  /** An object of another kind was created, changed or deleted: services, owners, namespaces, volumes, claims, budgets. */
  onObjectChange(kind: string, old: KubeObject | undefined, object: KubeObject | undefined): void {
    this.feed.onObjectChange(kind, old, object)
  }

  /** A pod was deleted while it waited at Permit. */
  private releaseGone(pod: Pod, podKey: string): void {
    const waiting = this.waiting.find(podKey)
    this.waiting.remove(podKey)
    if (waiting !== undefined) this.runnerOf(pod).undo(this.cycleOf(pod), waiting.nodeName, success)
    this.cache.forgetPod(podKey)
    this.queue.moveAll({ resource: 'Pod', action: 'delete' }, { old: pod })
    this.settleWaiting()
  }

  // ---- time --------------------------------------------------------------------------------------------------------

  /** When there is next something to do, or undefined. Asks the ports for the time. */
  nextDueMs(): number | undefined {
    const dueMs = this.queue.nextDueMs()
    const timeoutMs = this.waiting.size === 0 ? undefined : this.waiting.nextTimeoutMs()
    return timeoutMs === undefined || (dueMs !== undefined && dueMs < timeoutMs) ? dueMs : Math.max(timeoutMs, this.ports.nowMs())
  }

  /**
   * Tries up to `limit` waiting pods that are due.
   * @returns how many were tried
   */
  runDue(limit: number): number {
    let tried = 0
    if (this.waiting.size > 0) {
      this.waiting.expire(this.ports.nowMs())
      this.settleWaiting()
    }
    while (tried < limit) {
      const row = this.queue.pop()
      if (row === undefined) break
      this.attemptRow(row)
      tried++
    }
    return tried
  }

  // ---- one attempt -------------------------------------------------------------------------------------------------

  /** Tries one waiting pod now, whatever queue it is in. */
  attempt(podKey: string): void {
    const row = this.queue.find(podKey)
    if (row === undefined || row.gatedBy !== '') return
    this.queue.remove(podKey)
    this.attemptRow({ ...row, attempts: row.attempts + 1, rejectors: [] })
  }

  private attemptRow(row: QueueRow): void {
    const pod = this.ports.findPod(row.podKey)
    if (pod === undefined || isAssigned(pod)) return
    if (isTerminating(pod)) {
      this.ports.recordEvent(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: schedulerTexts.skipDeleting(row.podKey) })
      return
    }
    if (this.cache.findEntry(row.podKey) !== undefined) return
    this.onAttempt?.(pod)
    this.runner = this.runnerOf(pod)
    const failure = this.runCycle(this.cycleOf(pod), row)
    if (failure !== undefined) this.fail(row, pod, failure)
    if (this.waiting.size > 0) this.settleWaiting()
  }

  /** Binds the waiting pods that are allowed by now, and sends back those that are rejected. */
  private settleWaiting(): void {
    for (let waiting = this.waiting.settled(); waiting !== undefined; waiting = this.waiting.settled()) {
      this.waiting.remove(waiting.podKey)
      const pod = this.ports.findPod(waiting.podKey)
      if (pod === undefined || isAssigned(pod)) continue
      this.runner = this.runnerOf(pod)
      const failure = waiting.rejectedBy === undefined ? this.bindWaiting(pod, waiting) : this.rejectWaiting(pod, waiting, waiting.rejectedBy)
      if (failure === undefined) continue
      // The pod itself stays where its failure puts it; the others learn that room has become free.
      this.queue.moveAll({ resource: 'Pod', action: 'delete' }, { old: { ...pod, spec: { ...pod.spec, nodeName: waiting.nodeName } } })
      this.fail(waiting.row, pod, failure)
    }
  }

  private bindWaiting(pod: Pod, { podKey, nodeName }: WaitingRow): Failure | undefined {
    this.cache.forgetPod(podKey)
    const cycle = this.cycleOf(pod)
    this.runner.prepareBinding(cycle, nodeName)
    this.cache.assumePod(pod, nodeName, cycle.podClass, podKey)
    return this.bind(cycle, podKey, nodeName, { feasibleCount: 1, bestCount: 1 })
  }

  private rejectWaiting(pod: Pod, { podKey, nodeName }: WaitingRow, { plugin, message }: NonNullable<WaitingRow['rejectedBy']>): Failure {
    this.runner.undo(this.cycleOf(pod), nodeName, success)
    this.cache.forgetPod(podKey)
    return oneNodeFailure(unschedulable(message), plugin)
  }

  /** @returns how it failed; undefined when the pod is bound, or waits at Permit */
  private runCycle(cycle: Cycle, row: QueueRow): Failure | undefined {
    const { runner } = this
    if (this.cache.nodeCount === 0) return { message: schedulerReasons.noNodes, isRejection: true, rejectors: [], nominatedNode: '' }
    runner.nextStart = this.state.counters.get('nextStart') ?? 0
    const { status, nodeNames, narrowedBy } = runner.begin(cycle)
    if (status.code === 'success') {
      const start = runner.nextStart
      runner.findFeasible(nodeNames)
      if (runner.nextStart !== start) this.state.counters.set('nextStart', runner.nextStart)
      if (runner.problem !== undefined) return errorFailure(runner.problem)
    } else if (!isRejected(status)) return errorFailure(status)
    if (runner.feasibleCount === 0) return this.fitFailure(cycle, status.code === 'success' ? undefined : status, narrowedBy)
    return this.choose(cycle, row)
  }

  private choose(cycle: Cycle, row: QueueRow): Failure | undefined {
    const { runner } = this
    const choice = runner.choose((bound) => this.ports.pick(bound))
    if ('code' in choice) return errorFailure(choice)
    const { index, bestCount } = choice
    return this.commit(cycle, row, this.cache.getSlot(index).name, { feasibleCount: runner.feasibleCount, bestCount })
  }

  private commit(cycle: Cycle, row: QueueRow, nodeName: string, counts: NodeCounts): Failure | undefined {
    const { pod, podClass } = cycle
    const { podKey } = row
    this.cache.assumePod(pod, nodeName, podClass, podKey)
    this.nominator.remove(podKey)
    const answer = this.runner.reserve(cycle, nodeName)
    if (answer === undefined) return this.bind(cycle, podKey, nodeName, counts)
    if ('code' in answer) {
      this.cache.forgetPod(podKey)
      return isRejected(answer) ? oneNodeFailure(answer, answer.plugin ?? '') : errorFailure(answer)
    }
    this.waiting.add({ podKey, nodeName, sinceMs: this.ports.nowMs(), row }, answer)
    this.ports.patchStatus(pod, { nominatedNodeName: nodeName })
    this.ports.recordDecision({ podKey, atMs: this.ports.nowMs(), result: 'waiting', node: nodeName, ...counts, message: '', victims: [] })
    return undefined
  }

  private bind(cycle: Cycle, podKey: string, nodeName: string, counts: NodeCounts): Failure | undefined {
    const { pod } = cycle
    const problem = this.runner.bind(cycle, nodeName, this.ports)
    if (problem !== undefined) {
      this.cache.forgetPod(podKey)
      return errorFailure(problem)
    }
    this.ports.recordEvent(pod, { type: 'Normal', reason: 'Scheduled', action: 'Binding', note: schedulerTexts.scheduled(podKey, nodeName) })
    this.ports.recordDecision({ podKey, atMs: this.ports.nowMs(), result: 'scheduled', node: nodeName, ...counts, message: '', victims: [] })
    return undefined
  }

  private fitFailure(cycle: Cycle, preFilterStatus: PluginStatus | undefined, narrowedBy: readonly string[]): Failure {
    const { runner } = this
    const rejectors = [...new Set([...runner.tally.rejectors(), ...narrowedBy])]
    const reasonCounts = preFilterStatus === undefined ? runner.tally.reasonCounts() : new Map<string, number>()
    const post = this.postFilter(cycle)
    const message = fitMessage({
      nodeCount: this.cache.nodeCount,
      preFilterMessage: preFilterStatus?.reasons.join(', ') ?? '',
      reasonCounts,
      postFilterMessage: post.status.reasons.join(', '),
    })
    const { nominatedNode, preemption } = post
    return { message, isRejection: true, rejectors, ...(nominatedNode !== undefined && { nominatedNode }), ...(preemption !== undefined && { preemption }) }
  }

  private postFilter(cycle: Cycle): PostFilterResult {
    return this.runner.postFilter(cycle, this.ports)
  }

  private fail(row: QueueRow, pod: Pod, failure: Failure): void {
    const { message, nominatedNode, preemption } = failure
    this.queue.addUnschedulable(row, failure.rejectors)
    this.nominator.add(pod, nominatedNode ?? pod.status?.nominatedNodeName ?? '')
    this.ports.recordEvent(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: eventNote(message) })
    const condition: Condition = { type: 'PodScheduled', status: 'False', reason: failure.isRejection ? 'Unschedulable' : 'SchedulerError', message }
    this.ports.patchStatus(pod, { condition, ...(nominatedNode !== undefined && { nominatedNodeName: nominatedNode }) })
    this.ports.recordDecision(failureDecision(row.podKey, this.ports.nowMs(), failure))
    if (preemption !== undefined) this.evict(pod, preemption)
  }

  private evict(pod: Pod, { nodeName, victims, cleared }: Preemption): void {
    for (const other of cleared) this.ports.patchStatus(other, { nominatedNodeName: '' })
    const message = schedulerTexts.preemptedCondition(pod.spec.schedulerName ?? defaultSchedulerName)
    for (const victim of victims) {
      if (isTerminating(victim)) continue
      this.ports.evict(victim, { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message })
      this.ports.recordEvent(victim, { type: 'Normal', reason: 'Preempted', action: 'Preempting', note: schedulerTexts.preempted(pod.metadata.uid ?? '', nodeName), related: pod })
    }
  }

  /** Position in the node order at which the next search begins. */
  get nextStart(): number {
    return this.state.counters.get('nextStart') ?? 0
  }

  /** Why a PreEnqueue plugin holds a pod back; undefined when none does. */
  gateOf(pod: Pod): PluginStatus | undefined {
    for (const plugin of this.profileOf(pod).preEnqueue) {
      const status = plugin.preEnqueue(pod, this.ports.objects)
      if (status.code !== 'success') return withPlugin(status, plugin.name)
    }
    return undefined
  }

  /** The cycle of a pod as it would run now, for explanations. */
  cycleOf(pod: Pod): Cycle {
    return { cache: this.cache, objects: this.ports.objects, pod, podClass: this.cache.classOf(pod), objectsEpoch: this.feed.objectsEpoch, host: this.host }
  }
}

/** How many nodes fit, and how many of them shared the highest score. */
interface NodeCounts { readonly feasibleCount: number; readonly bestCount: number }

/** A rejection on the chosen node, by Reserve or Permit. */
function oneNodeFailure({ reasons }: PluginStatus, plugin: string): Failure {
  const message = fitMessage({ nodeCount: 1, reasonCounts: new Map(reasons.map((reason) => [reason, 1])), postFilterMessage: '' })
  return { message, isRejection: true, rejectors: plugin === '' ? [] : [plugin], nominatedNode: '' }
}

function errorFailure({ reasons }: PluginStatus): Failure {
  return { message: reasons.join(', '), isRejection: false, rejectors: [], nominatedNode: '' }
}

function failureDecision(podKey: string, atMs: number, { message, isRejection, nominatedNode, preemption }: Failure): Decision {
  return {
    podKey, atMs, result: isRejection ? 'unschedulable' : 'error', node: nominatedNode ?? '', feasibleCount: 0, bestCount: 0, message,
    victims: preemption?.victims.map(podKeyOf) ?? [],
  }
}
