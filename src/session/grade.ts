/** Grades checks on a fork that is given time to settle; the learner's cluster never moves. */

import type { Cluster } from '../../simulator/index.ts'
import type { Check, CheckVerdict, Condition } from '../grading/check.ts'
import { evaluate } from '../grading/evaluate.ts'
import { SimulatorView } from './simulator-view.ts'
import type { LearnerSide } from './simulator-view.ts'

/** First pause between two looks; each is longer than the one before. */
const firstPauseMs = 2000

/**
 * Grades on a fork that advances until every condition that is no trial holds, or the time to settle has passed.
 * @param start the cluster at T+00:00
 */
export function gradeChecks(checks: readonly Check[], cluster: Cluster, start: Cluster, learner: LearnerSide, settleSeconds: number): CheckVerdict[] {
  const copy = cluster.fork()
  const view = new SimulatorView(copy, learner, start)
  const hasTrials = checks.some((check) => check.all.some(isTrial))
  const quick = hasTrials ? checks.map(withoutTrials) : checks
  const limitMs = copy.nowMs + settleSeconds * 1000
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const verdicts = evaluate(quick, view)
    const isSettled = verdicts.every((verdict) => verdict.passed) || copy.nowMs >= limitMs
    if (isSettled) return hasTrials ? evaluate(checks, view) : verdicts
    copy.advanceTo(Math.min(copy.nowMs + pauseMs, limitMs))
  }
}

/** What of a check may come true by waiting, without its texts, which may run trials. */
function withoutTrials(check: Check): Check {
  return check.all.some(isTrial) ? { ...check, all: check.all.filter((condition) => !isTrial(condition)), actual: '' } : check
}

function isTrial(condition: Condition): boolean {
  return condition.kind === 'trial'
}
