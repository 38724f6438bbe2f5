/**
 * Pods that wait: ready to be tried (active), for their back-off to end, or for an event (unschedulable).
 * All state is rows of one table; heaps and sets are derived from it and rebuilt when needed.
 * Models pkg/scheduler/backend/queue (v1.35), with queueing hints and popping from the back-off queue.
 */

import { assert } from '../kernel/assert.ts'
import type { Table } from '../kernel/table.ts'
import { compareText } from '../kernel/text.ts'
import { timestampMs } from '../api/time.ts'
import type { Pod } from '../api/types.ts'
import { ruleCovers } from './cluster-events.ts'
import type { ClusterEvent, EventObjects, RetryRule } from './cluster-events.ts'
import type { BackoffLimits, CompiledProfile } from './compiled-profile.ts'
import type { ObjectLister, Plugin } from './framework.ts'
import { podKeyOf, priorityOf } from './pod-class.ts'
import { PodHeap } from './pod-heap.ts'

export type QueueName = 'active' | 'backoff' | 'errorBackoff' | 'unschedulable'

/** One waiting pod. Immutable plain data. */
export interface QueueRow {
  readonly podKey: string
  readonly queue: QueueName
  readonly priority: number
  /** Since when it waits: its creation, or the end of the last attempt. */
  readonly sinceMs: number
  /** Breaks ties: order of entry into the queue. */
  readonly seq: number
  readonly attempts: number
  readonly unschedulableCount: number
  readonly errorCount: number
  /** Plugins that rejected it in the last attempt. */
  readonly rejectors: readonly string[]
  /** The PreEnqueue plugin that holds it back, or ''. */
  readonly gatedBy: string
  /** When it became active for the first time; kept only where the order of the queue needs it. */
  readonly firstMs?: number
  /** By what the queue sort plugin orders it beside its priority. */
  readonly rankMs?: number
}

/** Back-offs end on whole seconds, and pods that end in one second are ordered by priority. */
const orderingWindowMs = 1_000
const unschedulableMaxMs = 5 * 60_000
const flushPeriodMs = 30_000

type Verdict = 'skip' | 'afterBackoff'

export interface QueuePorts {
  readonly objects: ObjectLister
  nowMs(): number
  findPod(podKey: string): Pod | undefined
  /** Simulated ms of a timestamp. */
  timeOf?(timestamp: string): number
}

function alignToWindow(atMs: number): number {
  return atMs - (atMs % orderingWindowMs)
}

/** When the back-off of a row ends; 0 when it has none. */
export function backoffEndMs({ errorCount, unschedulableCount, sinceMs }: QueueRow, { firstMs, maxMs }: BackoffLimits): number {
  const count = errorCount > 0 ? errorCount : unschedulableCount
  if (count === 0) return 0
  let durationMs = firstMs
  // Doubled until it would pass the limit.
  for (let i = 1; i < count && durationMs < maxMs; i++) durationMs = durationMs > maxMs - durationMs ? maxMs : 2 * durationMs
  return alignToWindow(sinceMs + durationMs)
}

const noRules: readonly RetryRule[] = []

/** What a pod without a schedulerName means. */
export const defaultSchedulerName = 'default-scheduler'

/**
 * The pods of all profiles that are not bound. Times are simulated ms; back-off doubles from 1 s to 10 s unless
 * configured. Pods that a PreEnqueue plugin holds back stay in the unschedulable part.
 */
export class SchedulingQueue {
  private readonly rows: Table<QueueRow>
  private readonly profiles: ReadonlyMap<string, CompiledProfile>
  /** Sorts the queue, which all profiles share. */
  private readonly first: CompiledProfile
  private readonly ports: QueuePorts
  private active: PodHeap
  private backoff: PodHeap
  private errorBackoff: PodHeap
  private readonly unschedulable = new Set<string>()
  /** Rows of the unschedulable queue by the time of their flush. */
  private flushes: PodHeap
  private readonly counters: Table<number>
  private readonly rules: ReadonlyMap<CompiledProfile, ReadonlyMap<string, readonly RetryRule[]>>

  /** @param profiles by scheduler name; the first one sorts the queue */
  constructor(state: { queue: Table<QueueRow>; counters: Table<number> }, profiles: ReadonlyMap<string, CompiledProfile>, ports: QueuePorts) {
    this.rows = state.queue
    this.counters = state.counters
    this.profiles = profiles
    const [first] = profiles.values()
    assert(first !== undefined, 'a scheduler needs a profile')
    this.first = first
    this.popsEarly = [...profiles.values()].every(({ permits }) => permits.length === 0)
    this.ports = ports
    const rulesOf = ({ plugins }: CompiledProfile): ReadonlyMap<string, readonly RetryRule[]> => new Map(plugins.map(({ plugin }) => [plugin.name, retryRulesOf(plugin)]))
    this.rules = new Map([...profiles.values()].map((profile) => [profile, rulesOf(profile)]))
    const isCurrent = (row: QueueRow): boolean => this.rows.get(row.podKey) === row
    const isBefore = (a: QueueRow, b: QueueRow): boolean => this.isBefore(a, b)
    const endsBefore = (a: QueueRow, b: QueueRow): boolean => {
      const difference = this.backoffEndMs(a) - this.backoffEndMs(b)
      return difference < 0 || (difference === 0 && this.isBefore(a, b))
    }
    this.active = new PodHeap(isBefore, isCurrent)
    this.backoff = new PodHeap(endsBefore, isCurrent)
    this.errorBackoff = new PodHeap(endsBefore, isCurrent)
    this.flushes = new PodHeap((a, b) => flushMs(a) < flushMs(b), isCurrent)
    for (const row of this.rows.values()) this.index(row)
  }

  /**
   * True: a pod may leave the back-off queue as soon as nothing else waits. Not where pods are held at Permit: attempts
   * take no simulated time, so groups that compete for room would try each other forever within one moment.
   */
  private readonly popsEarly: boolean

  private backoffEndMs(row: QueueRow): number {
    return backoffEndMs(row, this.first.backoff)
  }

  /** The profile of a pod; the first one for a pod that none names. */
  private profileOf({ spec }: Pod): CompiledProfile {
    return this.profiles.get(spec.schedulerName ?? defaultSchedulerName) ?? this.first
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  find(podKey: string): QueueRow | undefined { return this.rows.get(podKey) }

  get waitsForEvents(): boolean { return this.unschedulable.size > 0 }

  /** Keys of all pods of one queue, sorted. */
  keysIn(name: QueueName): string[] {
    return this.rows.values().filter((row) => row.queue === name).map((row) => row.podKey).sort(compareText)
  }

  /** When there is next something to do: a pod to try, or one to move. Undefined when only events help. */
  nextDueMs(): number | undefined {
    const nowMs = this.ports.nowMs()
    const waking = this.backoff.peek()
    if (this.active.peek() !== undefined || (waking !== undefined && this.popsEarly)) return nowMs
    const failed = this.errorBackoff.peek()
    const endMs = (row: QueueRow | undefined): number => (row === undefined ? Infinity : this.backoffEndMs(row) + orderingWindowMs)
    const retryMs = Math.min(endMs(failed), endMs(waking))
    const flushed = this.flushes.peek()
    const dueMs = Math.min(retryMs, flushed === undefined ? Infinity : flushMs(flushed))
    return dueMs === Infinity ? undefined : Math.max(nowMs, dueMs)
  }

  // ---- pods come and go --------------------------------------------------------------------------------------------

  /** A new pending pod. */
  add(pod: Pod, podKey = podKeyOf(pod)): void {
    this.toActive({
      podKey, queue: 'active', priority: priorityOf(pod), sinceMs: this.ports.nowMs(), seq: this.nextSeq(),
      attempts: 0, unschedulableCount: 0, errorCount: 0, rejectors: [], gatedBy: '',
    }, pod)
  }

  private nextSeq(): number {
    const seq = this.counters.get('nextSeq') ?? 1
    this.counters.set('nextSeq', seq + 1)
    return seq
  }

  remove(podKey: string): void {
    if (this.rows.delete(podKey)) this.unschedulable.delete(podKey)
  }

  /** A pending pod changed: that alone may make it schedulable. */
  update(pod: Pod, events: readonly ClusterEvent[], objects: EventObjects): void {
    const row = this.rows.get(podKeyOf(pod))
    if (row === undefined) return this.add(pod)
    if (row.queue !== 'unschedulable') {
      if (row.priority !== priorityOf(pod)) this.put({ ...row, priority: priorityOf(pod) })
      return
    }
    for (const event of events) {
      if (this.verdictOn(row, pod, event, objects) === 'skip') continue
      this.requeue(row, pod)
      return
    }
  }

  /** Takes the next pod to try; from the back-off queue when nothing else waits. */
  pop(): QueueRow | undefined {
    this.flush()
    const row = this.active.pop() ?? (this.popsEarly ? this.backoff.pop() : undefined)
    if (row === undefined) return undefined
    this.rows.delete(row.podKey)
    return { ...row, attempts: row.attempts + 1, rejectors: [], gatedBy: '' }
  }

  /** Wakes a pod, whatever rejected it. Upstream does not even wait for the end of its back-off; see `popsEarly`. */
  activate(podKey: string): void {
    const row = this.rows.get(podKey)
    const pod = this.ports.findPod(podKey)
    if (row !== undefined && pod !== undefined && row.queue === 'unschedulable') this.requeue(row, pod)
  }

  /** Takes back a pod whose attempt failed. Without rejectors the failure was an error. */
  addUnschedulable(row: QueueRow, rejectors: readonly string[]): void {
    const isError = rejectors.length === 0
    const failed: QueueRow = {
      ...row,
      rejectors,
      sinceMs: this.ports.nowMs(),
      unschedulableCount: row.unschedulableCount + (isError ? 0 : 1),
      errorCount: isError ? row.errorCount + 1 : 0,
    }
    if (!isError) this.put({ ...failed, queue: 'unschedulable' })
    else this.put({ ...failed, queue: 'errorBackoff' })
  }

  // ---- events ------------------------------------------------------------------------------------------------------

  /** Wakes the waiting pods that an event may help. `concerns` leaves pods out. */
  moveAll(event: ClusterEvent, objects: EventObjects, concerns?: (pod: Pod) => boolean): void {
    if (this.unschedulable.size === 0) return
    // A copy: a pod that stays held back is taken out and put in again.
    for (const key of Array.from(this.unschedulable)) {
      const row = this.rows.get(key)
      const pod = this.ports.findPod(key)
      if (row === undefined || pod === undefined || concerns?.(pod) === false) continue
      if (row.gatedBy !== '' && !this.plugsInto(row.gatedBy, pod, event)) continue
      if (this.verdictOn(row, pod, event, objects) !== 'skip') this.requeue(row, pod)
    }
  }

  /** Puts pods whose back-off has ended into the active queue, and those that have waited for five minutes too. */
  flush(): void {
    const nowMs = this.ports.nowMs()
    for (const heap of [this.backoff, this.errorBackoff]) {
      for (let row = heap.peek(); row !== undefined && this.backoffEndMs(row) < alignToWindow(nowMs); row = heap.peek()) {
        heap.pop()
        this.put({ ...row, queue: 'active' })
      }
    }
    for (let row = this.flushes.peek(); row !== undefined && flushMs(row) <= nowMs; row = this.flushes.peek()) {
      this.flushes.pop()
      const pod = this.ports.findPod(row.podKey)
      if (pod === undefined) this.remove(row.podKey)
      else this.requeue(row, pod)
    }
  }

  private rulesOf(plugin: string, pod: Pod): readonly RetryRule[] {
    return this.rules.get(this.profileOf(pod))?.get(plugin) ?? noRules
  }

  private plugsInto(plugin: string, pod: Pod, event: ClusterEvent): boolean {
    return this.rulesOf(plugin, pod).some((rule) => ruleCovers(rule, event))
  }

  private verdictOn(row: QueueRow, pod: Pod, event: ClusterEvent, objects: EventObjects): Verdict {
    if (row.rejectors.length === 0 || event.action === 'all') return 'afterBackoff'
    for (const name of row.rejectors) {
      for (const rule of this.rulesOf(name, pod)) {
        if (ruleCovers(rule, event) && (rule.hint?.(pod, objects, this.ports.objects) ?? true)) return 'afterBackoff'
      }
    }
    return 'skip'
  }

  private requeue(row: QueueRow, pod: Pod): void {
    const isBackingOff = this.backoffEndMs(row) >= alignToWindow(this.ports.nowMs())
    if (!isBackingOff) return this.toActive(row, pod)
    const gate = this.gateOf(pod)
    if (gate === '') this.put({ ...row, queue: row.rejectors.length === 0 ? 'errorBackoff' : 'backoff', gatedBy: '' })
    else this.hold(row, gate)
  }

  private toActive(row: QueueRow, pod: Pod): void {
    const gate = this.gateOf(pod)
    if (gate === '') this.put(this.ranked({ ...row, queue: 'active', gatedBy: '' }, pod))
    else this.hold(row, gate)
  }

  private ranked(row: QueueRow, pod: Pod): QueueRow {
    const { queueSort } = this.first
    if (queueSort.rankMsOf === undefined) return row
    const firstMs = row.firstMs ?? this.ports.nowMs()
    return { ...row, firstMs, rankMs: queueSort.rankMsOf(pod, firstMs, this.ports.objects, (timestamp) => this.ports.timeOf?.(timestamp) ?? timestampMs(timestamp)) }
  }

  private hold(row: QueueRow, gate: string): void {
    const rejectors = row.rejectors.includes(gate) ? row.rejectors : [...row.rejectors, gate]
    this.put({ ...row, queue: 'unschedulable', gatedBy: gate, rejectors })
  }

  /** The first PreEnqueue plugin that holds the pod back, or ''. */
  private gateOf(pod: Pod): string {
    for (const plugin of this.profileOf(pod).preEnqueue) if (plugin.preEnqueue(pod, this.ports.objects).code !== 'success') return plugin.name
    return ''
  }

  // ---- rows --------------------------------------------------------------------------------------------------------

  private put(row: QueueRow): void {
    this.rows.set(row.podKey, row)
    this.unschedulable.delete(row.podKey)
    this.index(row)
  }

  private index(row: QueueRow): void {
    switch (row.queue) {
      case 'active': return this.active.push(row)
      case 'backoff': return this.backoff.push(row)
      case 'errorBackoff': return this.errorBackoff.push(row)
      case 'unschedulable':
        this.unschedulable.add(row.podKey)
        if (row.gatedBy === '') this.flushes.push(row)
    }
  }

  private isBefore(a: QueueRow, b: QueueRow): boolean {
    const order = this.first.queueSort.compare(a, b)
    return order < 0 || (order === 0 && a.seq < b.seq)
  }
}

/**
 * The events that may help a pod that a plugin rejected. A plugin that waits for new nodes is also told of changed taints.
 * Models buildQueueingHintMap in pkg/scheduler/scheduler.go (v1.35), a workaround of upstream's.
 */
export function retryRulesOf({ retryOn: rules = [] }: Plugin): readonly RetryRule[] {
  const onNodes = rules.filter((rule) => rule.resource === 'Node')
  if (!onNodes.some((rule) => rule.actions.includes('add')) || onNodes.some((rule) => rule.actions.includes('updateNodeTaint'))) return rules
  return [...rules, { resource: 'Node', actions: ['updateNodeTaint'] }]
}

/** When the periodic flush takes a row: the first round after it has waited for more than five minutes. */
export function flushMs(row: QueueRow): number {
  return Math.ceil((row.sinceMs + unschedulableMaxMs + 1) / flushPeriodMs) * flushPeriodMs
}
