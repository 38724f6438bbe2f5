/** Which pods of a node would have to go. Models plugins/defaultpreemption SelectVictimsOnNode (v1.35). */

import { matchesLabelSelector } from '../../../api/selector.ts'
import { compareText } from '../../../kernel/text.ts'
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts'
import type { ClusterCache, NodeSlot, PodEntry } from '../../cluster-cache.ts'
import { schedulerReasons } from '../../messages.ts'
import { podKeyOf, priorityOf } from '../../pod-class.ts'
import type { PluginStatus } from '../../status.ts'
import { errorStatus, unresolvable } from '../../status.ts'

/** A node that could be freed, and at what price. */
export interface Candidate {
  readonly slot: NodeSlot
  /** Most important first. */
  readonly victims: readonly Pod[]
  /** Victims whose eviction breaks a disruption budget. */
  readonly violations: number
}

/** When a pod started; one that has not started counts as started now, after all others. */
export function startTimeOf(pod: Pod): string {
  return pod.status?.startTime ?? '9999'
}

/**
 * Orders by priority, then by who runs longer.
 * Differs: upstream leaves the rest open; here the name decides, so that replays agree.
 */
export function byImportance(a: Pod, b: Pod): number {
  return priorityOf(b) - priorityOf(a) || compareText(startTimeOf(a), startTimeOf(b)) || compareText(podKeyOf(a), podKeyOf(b))
}

function isEmptySelector({ spec }: PodDisruptionBudget): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {}
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0
}

function isCovered(pod: Pod, budget: PodDisruptionBudget): boolean {
  if (budget.metadata.namespace !== pod.metadata.namespace || isEmptySelector(budget)) return false
  if (!matchesLabelSelector(budget.spec?.selector, pod.metadata.labels)) return false
  return budget.status?.disruptedPods?.[pod.metadata.name ?? ''] === undefined
}

/** Splits pods, most important first, by whether their eviction goes beyond a budget. */
function splitByBudgets(entries: readonly PodEntry[], budgets: readonly PodDisruptionBudget[]): { violating: PodEntry[]; others: PodEntry[] } {
  const left = budgets.map((budget) => budget.status?.disruptionsAllowed ?? 0)
  const violating: PodEntry[] = []
  const others: PodEntry[] = []
  for (const entry of entries) {
    let isViolating = false
    const hasLabels = Object.keys(entry.pod.metadata.labels ?? {}).length > 0
    if (hasLabels) {
      budgets.forEach((budget, i) => {
        if (isCovered(entry.pod, budget) && --left[i] < 0) isViolating = true
      })
    }
    if (isViolating) violating.push(entry)
    else others.push(entry)
  }
  return { violating, others }
}

export interface Trial {
  readonly cache: ClusterCache
  readonly slot: NodeSlot
  readonly priority: number
  readonly budgets: readonly PodDisruptionBudget[]
  filterAgain(slot: NodeSlot): PluginStatus
}

/** Puts as many pods back as possible, those protected by a budget first. */
function reprieve({ cache, slot, budgets, filterAgain }: Trial, lifted: readonly PodEntry[]): Candidate {
  const { violating, others } = splitByBudgets(lifted, budgets)
  const victims: PodEntry[] = []
  let violations = 0
  const tryToKeep = (entry: PodEntry): boolean => {
    cache.placePod(entry)
    if (filterAgain(slot).code === 'success') return true
    cache.liftPod(entry)
    victims.push(entry)
    return false
  }
  for (const entry of violating) if (!tryToKeep(entry)) violations++
  for (const entry of others) tryToKeep(entry)
  return { slot, victims: victims.map((entry) => entry.pod).sort(byImportance), violations }
}

/**
 * Finds the fewest pods of lower priority to evict from one node. The node is as before afterwards.
 * @returns the candidate, or why evictions do not help
 */
export function selectVictims(trial: Trial): Candidate | PluginStatus {
  const { cache, slot, priority, filterAgain } = trial
  const lifted = slot.pods.filter((entry) => priorityOf(entry.pod) < priority)
  if (lifted.length === 0) return unresolvable(schedulerReasons.noVictims)
  const before = slot.pods
  const generation = cache.generations[slot.index]
  for (const entry of lifted) cache.liftPod(entry)
  const status = filterAgain(slot)
  const sorted = [...lifted].sort((a, b) => byImportance(a.pod, b.pod))
  const result = status.code === 'success' ? checked(reprieve(trial, sorted)) : status
  cache.restorePods(slot, before, generation)
  return result
}

/** A node that would do without evictions after all was rejected by mistake. */
function checked(candidate: Candidate): Candidate | PluginStatus {
  return candidate.victims.length > 0 ? candidate : errorStatus(schedulerReasons.noVictimOn(candidate.slot.name))
}

/** True for a candidate, as against the status of a node that evictions do not help. */
export function isCandidate(result: Candidate | PluginStatus): result is Candidate {
  return 'victims' in result
}

