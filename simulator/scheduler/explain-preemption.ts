/** Which nodes evictions would free for a pod that fits nowhere, at what price, and why one of them is better than the rest. */

import type { FailedCycle } from './framework.ts'
import { schedulerReasons } from './messages.ts'
import { podKeyOf, priorityOf } from './pod-class.ts'
import { candidatesWanted, earliestStart, findCandidates, preferences, whyNotEligible } from './plugins/default-preemption/plugin.ts'
import type { CandidateCriterion } from './plugins/default-preemption/plugin.ts'
import type { Candidate } from './plugins/default-preemption/victims.ts'

/** A node that evictions would free. */
export interface CandidateExplanation {
  readonly node: string
  /** Keys of the pods that would go, most important first. */
  readonly victims: readonly string[]
  /** Victims whose eviction breaks a disruption budget. */
  readonly budgetViolations: number
  /** Priority of the most important victim. */
  readonly highestPriority: number
  readonly prioritySum: number
  /** Start of the most important victims, the earliest of them; RFC 3339. '' when none has started. */
  readonly earliestStart: string
  /** True when nothing tells it apart from the best one. */
  readonly isBest: boolean
  /** The first criterion by which another candidate is better; absent for the best. */
  readonly lostBy?: CandidateCriterion
}

/** What preemption could do. Plain JSON. */
export interface PreemptionExplanation {
  readonly candidates: readonly CandidateExplanation[]
  /** Nodes that were tried, but that evictions do not help. */
  readonly rejected: readonly { readonly node: string; readonly reasons: readonly string[] }[]
  /** Why nothing is evicted; '' when there are candidates. */
  readonly whyNot: string
}

/** The first criterion by which each candidate loses. */
function losses(candidates: readonly Candidate[]): ReadonlyMap<Candidate, CandidateCriterion> {
  const lost = new Map<Candidate, CandidateCriterion>()
  let left = candidates
  for (const preference of preferences) {
    if (left.length <= 1) return lost
    const values = left.map((candidate) => preference.of(candidate))
    const best = values.reduce((a, b) => (b > a ? b : a))
    left.forEach((candidate, i) => {
      if (values[i] !== best) lost.set(candidate, preference.criterion)
    })
    left = left.filter((_candidate, i) => values[i] === best)
  }
  return lost
}

/** Startless victims sort after all others. */
function startOf(candidate: Candidate): string {
  const start = earliestStart(candidate.victims)
  return start.startsWith('9999') ? '' : start
}

/**
 * Tries preemption for a cycle that failed; nothing is evicted. It looks for as many candidates as an attempt does, but
 * from the first node on, where an attempt begins at a random one.
 */
export function explainPreemption(failed: FailedCycle): PreemptionExplanation {
  const whyNot = whyNotEligible(failed)
  if (whyNot !== undefined) return { candidates: [], rejected: [], whyNot }
  const rejected: { node: string; reasons: readonly string[] }[] = []
  const slots = failed.preemptible()
  const { candidates } = findCandidates(failed, slots, candidatesWanted(slots.length), (slot, reasons) => rejected.push({ node: slot.name, reasons }))
  const lost = losses(candidates)
  const explained = candidates.map((candidate): CandidateExplanation => {
    const lostBy = lost.get(candidate)
    return {
      node: candidate.slot.name, victims: candidate.victims.map(podKeyOf), budgetViolations: candidate.violations,
      highestPriority: priorityOf(candidate.victims[0]), prioritySum: candidate.victims.reduce((sum, pod) => sum + priorityOf(pod), 0), earliestStart: startOf(candidate),
      isBest: lostBy === undefined, ...(lostBy === undefined ? {} : { lostBy }),
    }
  })
  return { candidates: explained, rejected, whyNot: candidates.length > 0 ? '' : schedulerReasons.preemptionNotHelpful }
}
