/** Evaluates checks on a real cluster: asks what the view lacks, until it lacks nothing. */

import type { Check } from '../../../grading/check.ts'
import type { NotAvailable, TrialOutcome, TrialStep } from '../../../grading/view.ts'
import { BridgeError } from '../contract.ts'
import { withinBudget } from '../guard/budgets.ts'
import { readAnswer } from './question.ts'
import type { Readers, ReadQuestion } from './question.ts'
import { judge } from './recording-view.ts'
import type { Judgement, RecordingView } from './recording-view.ts'

export interface RemoteEvaluation {
  readonly readers: Readers
  /** Does a trial; left out where checks have none. */
  readonly runTrial?: (steps: readonly TrialStep[]) => Promise<TrialOutcome | NotAvailable>
  readonly signal?: AbortSignal
}

/** Questions that are read at once. */
const batchSize = 32
/** Each round answers what the one before asked; conditions look few steps ahead. */
const roundsMax = 40
/** Equal requests of a check. */
const repeatedMax = 200

/** Judges each check by itself, in order. */
export async function evaluateRemotely(checks: readonly Check[], view: RecordingView, { readers, runTrial, signal }: RemoteEvaluation): Promise<Judgement[]> {
  for (const check of checks) for (const question of repeated(check)) view.expect(question)
  for (let round = 0; round < roundsMax; round++) {
    const judged = checks.map((check) => judgeInTime(check, view))
    const unknown = distinct(judged.flatMap((one) => one.unknown))
    if (unknown.length === 0 || signal?.aborted === true) return judged
    const reads = unknown.flatMap(({ view: asking, question }) => (question.kind === 'trial' ? [] : [{ asking, question }]))
    for (let i = 0; i < reads.length; i += batchSize) {
      await Promise.all(reads.slice(i, i + batchSize).map(async ({ asking, question }) => asking.tell(question, await readAnswer(readers, question))))
    }
    // A trial changes the cluster: it waits until all else is read, and its own view is read before the next one.
    const [trial] = reads.length > 0 ? [] : unknown
    if (trial?.question.kind === 'trial') trial.view.tellTrial(trial.question.steps, runTrial === undefined ? { notAvailable: 'no trial is made here' } : await runTrial(trial.question.steps))
  }
  return checks.map((check) => ({ ...judgeInTime(check, view), notAvailable: 'the check asks more and more questions' }))
}

/** Regular expressions and CEL run over what the learner wrote: a check that takes too long is not gradable. */
function judgeInTime(check: Check, view: RecordingView): ReturnType<typeof judge> {
  try {
    return withinBudget(() => judge(check, view))
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    const { id, title, points, expected, why } = check
    return { verdict: { id, title, points, expected, why, earned: 0, passed: false, actual: error.message }, unknown: [], notAvailable: error.message }
  }
}

/** Requests that a check sends several times, all of them: a check asks for the next one only when it has the answer before. */
function repeated({ all }: Check): Extract<ReadQuestion, { kind: 'request' }>[] {
  return all.flatMap((condition) => (condition.kind !== 'request' ? [] : Array.from({ length: Math.min(condition.times ?? 1, repeatedMax) }, (_, number) => ({ kind: 'request' as const, probe: condition.request, number }))))
}

type Unknown = RecordingView['unknown'][number]

function distinct(unknown: readonly Unknown[]): Unknown[] {
  const seen = new Map<RecordingView, Set<string>>()
  return unknown.filter(({ view, question }) => {
    const keys = seen.get(view) ?? new Set<string>()
    seen.set(view, keys)
    const key = JSON.stringify(question satisfies ReadQuestion | object)
    if (keys.has(key)) return false
    keys.add(key)
    return true
  })
}
