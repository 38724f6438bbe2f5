/** One attempt to give quota to the heads of all queues. Models schedule of sigs.k8s.io/kueue/pkg/scheduler (v0.10). */

import { compareText } from '../../kernel/text.ts'
import { usageOf } from './amounts.ts'
import type { FlavorResource, Usage } from './amounts.ts'
import { priorityOf } from './conditions.ts'
import { FlavorAssigner, messageOf, modeOf } from './flavor-assigner.ts'
import type { Assignment, Mode, TriedFlavors } from './flavor-assigner.ts'
import { canReclaim, queueTimestamp, targetsFor } from './preemption.ts'
import type { Target } from './preemption.ts'
import type { QueueNode, Snapshot, WorkloadInfo } from './snapshot.ts'

/** The first workload of a queue. `problem` is why it cannot even be considered. */
export interface Head {
  readonly info: WorkloadInfo
  readonly tried?: TriedFlavors
  readonly problem?: { readonly message: string; readonly isNamespaceMismatch?: boolean }
}

/** What became of a head. `waiting` ones may be parked; `skipped` ones are tried again at once. */
export type Outcome =
  | { readonly kind: 'admitted'; readonly info: WorkloadInfo; readonly assignment: Assignment }
  | { readonly kind: 'preempting'; readonly info: WorkloadInfo; readonly targets: readonly Target[]; readonly message: string }
  | { readonly kind: 'skipped'; readonly info: WorkloadInfo; readonly message: string }
  | { readonly kind: 'waiting'; readonly info: WorkloadInfo; readonly message: string; readonly tried?: TriedFlavors; readonly isNamespaceMismatch?: boolean }

interface Entry {
  readonly head: Head
  readonly assignment: Assignment
  readonly mode: Mode
  readonly targets: readonly Target[]
  readonly message: string
}

const noAssignment: Assignment = { podSets: [], borrows: false, usage: new Map(), tried: [] }
const overlappingText = 'Workload has overlapping preemption targets with another workload'
const noLongerFitsText = 'Workload no longer fits after processing another workload'

/** Fewer pods, as few less as possible: the counts of the sets shrink in proportion. Models flavorassigner.PodSetReducer. */
function searchFewer<T>(info: WorkloadInfo, fits: (counts: readonly number[]) => T | undefined): T | undefined {
  const { podSets } = info.workload.spec
  const deltas = podSets.map(({ count, minCount }) => count - (minCount ?? count))
  const total = deltas.reduce((sum, delta) => sum + delta, 0)
  let found: T | undefined
  let low = 0
  let high = total + 1
  while (low < high) {
    const middle = (low + high) >> 1
    const result = fits(podSets.map(({ count }, index) => count - Math.trunc((deltas[index]! * middle) / Math.max(1, total))))
    if (result === undefined) low = middle + 1
    else {
      high = middle
      found = result
    }
  }
  return low <= total ? found : undefined
}

function assign(head: Head, queue: QueueNode, snapshot: Snapshot, now: string): Omit<Entry, 'head' | 'message'> {
  const { info, tried } = head
  const assigner = new FlavorAssigner({ info, queue, snapshot, ...(tried === undefined ? {} : { tried }), oracle: (node, asking, key, amount) => canReclaim(node, asking, key, amount, snapshot, now) })
  const attempt = (counts?: readonly number[]): Omit<Entry, 'head' | 'message'> => {
    const assignment = assigner.assign(counts)
    const mode = modeOf(assignment)
    return { assignment, mode, targets: mode === 'preempt' || mode === 'reclaim' ? targetsFor(info, assignment, snapshot, now) : [] }
  }
  const full = attempt()
  const isPartial = info.workload.spec.podSets.some(({ count, minCount }) => minCount !== undefined && minCount < count)
  if (full.mode === 'fit' || full.targets.length > 0 || !isPartial) return full
  const fewer = searchFewer(info, (counts) => {
    const result = attempt(counts)
    return result.mode === 'fit' || result.targets.length > 0 ? result : undefined
  })
  return fewer ?? full
}

function nominate(head: Head, snapshot: Snapshot, now: string): Entry {
  const queue = snapshot.queues.get(head.info.clusterQueue)
  const { problem } = head
  if (problem !== undefined || queue === undefined) {
    return { head, assignment: noAssignment, mode: 'noFit', targets: [], message: problem?.message ?? `ClusterQueue ${head.info.clusterQueue} not found` }
  }
  const found = assign(head, queue, snapshot, now)
  return { head, ...found, message: messageOf(found.assignment) }
}

/** Those that need no borrowing first, then by priority and age. */
function compareEntries(a: Entry, b: Entry): number {
  if (a.assignment.borrows !== b.assignment.borrows) return a.assignment.borrows ? 1 : -1
  const [one, other] = [a.head.info.workload, b.head.info.workload]
  return priorityOf(other) - priorityOf(one) || compareText(queueTimestamp(one), queueTimestamp(other)) || compareText(a.head.info.key, b.head.info.key)
}

/** What a preempting workload takes beyond what its targets give back. */
function netUsage({ assignment, mode, targets }: Entry): Usage {
  if (mode === 'fit') return assignment.usage
  const usage = new Map(assignment.usage)
  for (const { info } of targets) {
    for (const [key, value] of usageOf(info.podSets)) {
      const own = usage.get(key)
      if (own !== undefined) usage.set(key, Math.max(0, own - value))
    }
  }
  return usage
}

/** What is kept free for a workload that must wait without anybody to preempt. */
function reservedUsage({ assignment }: Entry, queue: QueueNode): Usage {
  const reserved = new Map<FlavorResource, number>()
  for (const [key, value] of assignment.usage) {
    const { nominal, borrowingLimit } = queue.quotaFor(key)
    const left = nominal - queue.used(key)
    if (!assignment.borrows) reserved.set(key, Math.max(0, Math.min(value, left)))
    else reserved.set(key, borrowingLimit === undefined ? value : Math.min(value, left + borrowingLimit))
  }
  return reserved
}

function waiting({ head, assignment, message }: Entry): Outcome {
  return { kind: 'waiting', info: head.info, message, ...(assignment.podSets.length === 0 ? {} : { tried: assignment.tried }), ...(head.problem?.isNamespaceMismatch === true ? { isNamespaceMismatch: true } : {}) }
}

function settle(entry: Entry, snapshot: Snapshot, taken: Set<string>): Outcome {
  const { head, mode, targets, assignment, message } = entry
  const { info } = head
  const queue = snapshot.queues.get(info.clusterQueue)
  if (queue === undefined || mode === 'noFit') return waiting(entry)
  const isPreempting = mode !== 'fit'
  if (isPreempting && targets.length === 0) {
    queue.addUsage(reservedUsage(entry, queue))
    return waiting(entry)
  }
  if (targets.some((target) => taken.has(target.info.key))) return { kind: 'skipped', info, message: overlappingText }
  const usage = netUsage(entry)
  if (!queue.fits(usage)) return { kind: 'skipped', info, message: noLongerFitsText }
  for (const target of targets) taken.add(target.info.key)
  queue.addUsage(usage)
  if (!isPreempting) return { kind: 'admitted', info, assignment }
  return { kind: 'preempting', info, targets, message: `${message}. Pending the preemption of ${targets.length} workload(s)` }
}

/**
 * Decides about the heads of all queues against one snapshot, which changes on the way.
 * @param now API timestamp of the attempt
 * @returns one outcome for each head, in the order in which they were decided
 */
export function runCycle(heads: readonly Head[], snapshot: Snapshot, now: string): readonly Outcome[] {
  const entries = heads.map((head) => nominate(head, snapshot, now)).sort(compareEntries)
  const taken = new Set<string>()
  return entries.map((entry) => settle(entry, snapshot, taken))
}

/** True when the next attempt has flavors left that this one did not try. */
export function hasFlavorsLeft(tried: TriedFlavors | undefined): boolean {
  return tried?.some((resources) => Object.values(resources).some((index) => index !== -1)) === true
}

