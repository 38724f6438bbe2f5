/** Chooses the workloads that must go so that another one fits. Models sigs.k8s.io/kueue/pkg/scheduler/preemption (v0.10) without fair sharing. */

import { compareText } from '../../kernel/text.ts'
import type { FlavorResource, Usage } from './amounts.ts'
import { findCondition, isEvicted, priorityOf } from './conditions.ts'
import { needingPreemption } from './flavor-assigner.ts'
import type { Assignment } from './flavor-assigner.ts'
import type { QueueNode, Snapshot, WorkloadInfo } from './snapshot.ts'
import type { Workload } from './types.ts'

export type PreemptionReason = 'InClusterQueue' | 'InCohortReclamation' | 'InCohortReclaimWhileBorrowing'

/** A workload that has to go, and why. */
export interface Target { readonly info: WorkloadInfo; readonly reason: PreemptionReason }

/** Reasons as messages say them. */
export const reasonTexts: { readonly [reason in PreemptionReason]: string } = {
  InClusterQueue: 'prioritization in the ClusterQueue',
  InCohortReclamation: 'reclamation within the cohort',
  InCohortReclaimWhileBorrowing: 'reclamation within the cohort while borrowing',
}

/** The moment by which workloads of one priority are ordered. Models Ordering.GetQueueOrderTimestamp. */
export function queueTimestamp({ metadata, status }: Workload): string {
  const evicted = findCondition(status?.conditions, 'Evicted')
  const counts = evicted?.status === 'True' && (evicted.reason === 'PodsReadyTimeout' || evicted.reason === 'AdmissionCheck')
  return (counts ? evicted.lastTransitionTime : metadata.creationTimestamp) ?? ''
}

function usesAny({ podSets }: WorkloadInfo, keys: ReadonlySet<FlavorResource>): boolean {
  return podSets.some(({ flavors }) => Object.entries(flavors).some(([resource, flavor]) => keys.has(`${flavor}\n${resource}`)))
}

function isBorrowingAny(queue: QueueNode, keys: ReadonlySet<FlavorResource>): boolean {
  return queue.cohort !== undefined && [...keys].some((key) => queue.isBorrowing(key))
}

function ownCandidates(info: WorkloadInfo, queue: QueueNode, keys: ReadonlySet<FlavorResource>): WorkloadInfo[] {
  const { withinClusterQueue = 'Never' } = queue.preemption
  if (withinClusterQueue === 'Never') return []
  const priority = priorityOf(info.workload)
  const since = queueTimestamp(info.workload)
  return [...queue.workloads.values()].filter((candidate) => {
    const other = priorityOf(candidate.workload)
    const isNewer = withinClusterQueue === 'LowerOrNewerEqualPriority' && other === priority && since < queueTimestamp(candidate.workload)
    return (other < priority || isNewer) && usesAny(candidate, keys)
  })
}

function cohortCandidates(info: WorkloadInfo, queue: QueueNode, keys: ReadonlySet<FlavorResource>): WorkloadInfo[] {
  const { reclaimWithinCohort = 'Never' } = queue.preemption
  if (queue.cohort === undefined || reclaimWithinCohort === 'Never') return []
  const others = queue.cohortQueues.filter((other) => other !== queue && isBorrowingAny(other, keys))
  return others.flatMap((other) => [...other.workloads.values()].filter((candidate) => (reclaimWithinCohort === 'Any' || priorityOf(candidate.workload) < priorityOf(info.workload)) && usesAny(candidate, keys)))
}

function reservedSince({ workload }: WorkloadInfo, now: string): string {
  const condition = findCondition(workload.status?.conditions, 'QuotaReserved')
  return condition?.status === 'True' ? (condition.lastTransitionTime ?? now) : now
}

/** Evicted ones first, then those of other queues, of lower priority, with younger quota; the uid decides ties. */
export function compareCandidates(a: WorkloadInfo, b: WorkloadInfo, queue: string, now: string): number {
  if (isEvicted(a.workload) !== isEvicted(b.workload)) return isEvicted(a.workload) ? -1 : 1
  if ((a.clusterQueue === queue) !== (b.clusterQueue === queue)) return a.clusterQueue === queue ? 1 : -1
  const byPriority = priorityOf(a.workload) - priorityOf(b.workload)
  if (byPriority !== 0) return byPriority
  return compareText(reservedSince(b, now), reservedSince(a, now)) || compareText(a.workload.metadata.uid ?? '', b.workload.metadata.uid ?? '') || compareText(a.key, b.key)
}

function fitsNow(requests: Usage, queue: QueueNode, mayBorrow: boolean): boolean {
  for (const [key, value] of requests) if ((!mayBorrow && queue.borrowsWith(key, value)) || value > queue.available(key)) return false
  return true
}

function isUnderNominal(keys: ReadonlySet<FlavorResource>, queue: QueueNode): boolean {
  return [...keys].every((key) => queue.used(key) < queue.quotaFor(key).nominal)
}

/** What a search for targets is about. */
interface Search {
  readonly requests: Usage
  readonly queue: QueueNode
  readonly snapshot: Snapshot
  readonly keys: ReadonlySet<FlavorResource>
}

/** Takes candidates away until the workload fits, then puts back those that need not go. The snapshot is as before afterwards. */
function minimalTargets({ requests, queue, snapshot, keys }: Search, candidates: readonly WorkloadInfo[], canBorrow: boolean, belowPriority?: number): Target[] {
  let mayBorrow = canBorrow
  let targets: Target[] = []
  let fits = false
  for (const info of candidates) {
    const other = snapshot.queues.get(info.clusterQueue)
    let reason: PreemptionReason = 'InClusterQueue'
    if (other !== undefined && other !== queue) {
      if (!isBorrowingAny(other, keys)) continue
      reason = 'InCohortReclamation'
      if (belowPriority !== undefined && priorityOf(info.workload) >= belowPriority) mayBorrow = false
      else if (belowPriority !== undefined) reason = 'InCohortReclaimWhileBorrowing'
    }
    snapshot.remove(info)
    targets.push({ info, reason })
    fits = fitsNow(requests, queue, mayBorrow)
    if (fits) break
  }
  if (fits) targets = withoutNeedless(targets, requests, queue, snapshot, mayBorrow)
  for (const { info } of targets) snapshot.add(info)
  return fits ? targets : []
}

function withoutNeedless(given: readonly Target[], requests: Usage, queue: QueueNode, snapshot: Snapshot, mayBorrow: boolean): Target[] {
  const targets = [...given]
  for (let index = targets.length - 2; index >= 0; index--) {
    const { info } = targets[index]!
    snapshot.add(info)
    if (!fitsNow(requests, queue, mayBorrow)) {
      snapshot.remove(info)
      continue
    }
    // As the real one: the last target takes the place of the one that stays.
    targets[index] = targets.at(-1)!
    targets.pop()
  }
  return targets
}

/** Workloads to preempt so that these requests fit; none when that is not possible. */
export function findTargets(info: WorkloadInfo, requests: Usage, keys: ReadonlySet<FlavorResource>, snapshot: Snapshot, now: string): Target[] {
  const queue = snapshot.queues.get(info.clusterQueue)
  if (queue === undefined) return []
  const candidates = [...ownCandidates(info, queue, keys), ...cohortCandidates(info, queue, keys)].sort((a, b) => compareCandidates(a, b, queue.name, now))
  if (candidates.length === 0) return []
  const search: Search = { requests, queue, snapshot, keys }
  const own = candidates.filter(({ clusterQueue }) => clusterQueue === queue.name)
  if (own.length === candidates.length) return minimalTargets(search, candidates, true)
  const { policy = 'Never', maxPriorityThreshold } = queue.preemption.borrowWithinCohort ?? {}
  if (policy !== 'Never') {
    const priority = priorityOf(info.workload)
    const threshold = maxPriorityThreshold !== undefined && maxPriorityThreshold < priority ? maxPriorityThreshold + 1 : priority
    const allowed = isUnderNominal(keys, queue) ? candidates : candidates.filter(({ clusterQueue, workload }) => clusterQueue === queue.name || priorityOf(workload) < threshold)
    return minimalTargets(search, allowed, true, threshold)
  }
  if (isUnderNominal(keys, queue)) {
    const targets = minimalTargets(search, candidates, false)
    if (targets.length > 0) return targets
  }
  return minimalTargets(search, own, true)
}

/** The targets of an assignment that needs preemption. */
export function targetsFor(info: WorkloadInfo, assignment: Assignment, snapshot: Snapshot, now: string): Target[] {
  return findTargets(info, assignment.usage, needingPreemption(assignment), snapshot, now)
}

/** True when own quota can be had back without a preemption in the own queue. Models PreemptionOracle.IsReclaimPossible. */
export function canReclaim(queue: QueueNode, info: WorkloadInfo, key: FlavorResource, amount: number, snapshot: Snapshot, now: string): boolean {
  if (queue.borrowsWith(key, amount)) return false
  return findTargets(info, new Map([[key, amount]]), new Set([key]), snapshot, now).every(({ info: target }) => target.clusterQueue !== queue.name)
}
