/** Conditions on recorded series, files, answers, and trials on a copy of the cluster. */

import type { AnswerCondition, Condition, FileCondition, SeriesCondition, TrialCondition } from '../check.ts'
import { passes } from '../values.ts'
import { isNotAvailable } from '../view.ts'
import type { ClusterView, FlowSummary, NotAvailable, TrialOutcome, TrialStep } from '../view.ts'

/** Whether every value of a vector passes; an empty vector does not. */
export function holdsSeries(condition: SeriesCondition, view: ClusterView): boolean | NotAvailable {
  const values = view.series(condition.promql)
  if (isNotAvailable(values)) return values
  return values.length > 0 && values.every(({ value }) => passes(value, condition))
}

/** Whether a file passes; its text is compared without white space at the ends. */
export function holdsFile(condition: FileCondition, view: ClusterView): boolean {
  return passes(view.file(condition.path)?.trim(), condition)
}

/** Whether an answer passes. */
export function holdsAnswer(condition: AnswerCondition, view: ClusterView): boolean {
  return passes(view.answer(condition.item)?.trim(), condition)
}

/** Trials of one evaluation: equal steps run once. */
export type TrialRunner = (steps: readonly TrialStep[]) => TrialOutcome | NotAvailable

/** Runs each plan of a view once. */
export function trialRunner(view: ClusterView): TrialRunner {
  const done = new Map<string, TrialOutcome | NotAvailable>()
  return (steps) => {
    const key = JSON.stringify(steps)
    let outcome = done.get(key)
    if (outcome === undefined) {
      outcome = view.trial(steps)
      done.set(key, outcome)
    }
    return outcome
  }
}

/** A figure of a flow. */
export function flowField(flow: FlowSummary | undefined, field: NonNullable<TrialCondition['flows']>[number]['field']): number | undefined {
  if (flow === undefined) return undefined
  if (field === 'failedShare') return flow.sent === 0 ? 0 : flow.failed / flow.sent
  return flow[field]
}

/** Whether the copy of the cluster behaves. */
export function holdsTrial(
  condition: TrialCondition,
  runTrial: TrialRunner,
  holds: (condition: Condition, view: ClusterView) => boolean | NotAvailable,
): boolean | NotAvailable {
  const outcome = runTrial(condition.steps)
  if (isNotAvailable(outcome)) return outcome
  for (const wanted of condition.flows ?? []) {
    if (!passes(flowField(outcome.flows[wanted.flow], wanted.field), wanted)) return false
  }
  for (const inner of condition.all ?? []) {
    const held = holds(inner, outcome.view)
    if (held !== true) return held
  }
  return true
}
