/** What preemption would do, in words. */

import type { CandidateExplanation, PreemptionExplanation } from '../../../simulator/scheduler/explain-preemption.ts'
import type { EvictionCandidate, PreemptionVerdict } from '../explanation.ts'

const lostTexts = {
  budgetViolations: 'breaks more disruption budgets',
  highestPriority: 'its most important victim has a higher priority',
  prioritySum: 'its victims weigh more in sum',
  victimCount: 'it has more victims',
  latestStart: 'its most important victim has run for longer',
} as const

/** @param chosen the node that was nominated, when it is known */
export function preemptionVerdict({ candidates, rejected, whyNot }: PreemptionExplanation, chosen?: string, atMs?: number): PreemptionVerdict {
  const best = candidates.filter((candidate) => candidate.isBest)
  const winner = chosen ?? (best.length === 1 ? best[0].node : undefined)
  const rows = candidates.map((candidate): EvictionCandidate => {
    const { node, victims, budgetViolations, highestPriority, prioritySum, earliestStart } = candidate
    return { node, victims, budgetViolations, highestPriority, prioritySum, earliestStart, isChosen: node === winner, why: whyOf(candidate, best.length, winner) }
  })
  return { ...(atMs === undefined ? {} : { atMs }), candidates: rows.sort((a, b) => Number(b.isChosen) - Number(a.isChosen)), rejected, whyNot }
}

function whyOf({ node, lostBy }: CandidateExplanation, bestCount: number, winner: string | undefined): string {
  if (lostBy !== undefined) return lostTexts[lostBy]
  if (bestCount === 1) return 'the best candidate'
  if (winner === undefined) return `one of ${bestCount} equal candidates; the first one found is taken`
  return node === winner ? `the first found of ${bestCount} equal candidates` : 'as good as the chosen one, but found later'
}
