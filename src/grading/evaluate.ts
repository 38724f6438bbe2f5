/** The grader: checks and a view in, verdicts with evidence out. Synchronous and pure. */

import type { Check, CheckVerdict, Condition, LetValue } from './check.ts'
import { celValue, holdsCel, isMissingField } from './conditions/cel.ts'
import { flowField, holdsAnswer, holdsFile, holdsSeries, holdsTrial, trialRunner } from './conditions/measure.ts'
import type { TrialRunner } from './conditions/measure.ts'
import { dryRunAnswer, holdsCan, holdsConnect, holdsDryRun, holdsRequest } from './conditions/network.ts'
import { holdsAbsent, holdsEvent, holdsLogs, holdsObject, holdsSameUids, pickObjects } from './conditions/object.ts'
import { showValue, valuesAt } from './values.ts'
import { isNotAvailable } from './view.ts'
import type { ClusterView, NotAvailable } from './view.ts'

/**
 * Grades checks against a view.
 * @returns one verdict per check, in order; all points of a check or none
 */
export function evaluate(checks: readonly Check[], view: ClusterView): CheckVerdict[] {
  const runTrial = trialRunner(view)
  const held = new Map(checks.map((check) => [check.id, holdsAll(check.all, view, runTrial)]))
  return checks.map((check) => {
    const verdict = held.get(check.id) as boolean | NotAvailable
    const passed = verdict === true && (check.onlyWith ?? []).every((id) => held.get(id) === true)
    const { id, title, points, expected, why } = check
    const earned = passed ? points : 0
    return { id, title, points, earned, passed, expected, why, actual: actualText(check, view, runTrial), ...(isNotAvailable(verdict) ? verdict : {}) }
  })
}

function holdsAll(conditions: readonly Condition[], view: ClusterView, runTrial: TrialRunner): boolean | NotAvailable {
  let missing: NotAvailable | undefined
  for (const condition of conditions) {
    const held = holds(condition, view, runTrial)
    if (held === false) return false
    if (held !== true) missing = held
  }
  return missing ?? true
}

function holds(condition: Condition, view: ClusterView, runTrial: TrialRunner): boolean | NotAvailable {
  switch (condition.kind) {
    case 'object':
      return holdsObject(condition, view)
    case 'sameUidsAsStart':
      return holdsSameUids(condition, view)
    case 'cel':
      return holdsCel(condition, view)
    case 'absent':
      return holdsAbsent(condition, view)
    case 'request':
      return holdsRequest(condition, view)
    case 'dryRun':
      return holdsDryRun(condition, view)
    case 'can':
      return holdsCan(condition, view)
    case 'connect':
      return holdsConnect(condition, view)
    case 'event':
      return holdsEvent(condition, view)
    case 'logs':
      return holdsLogs(condition, view)
    case 'series':
      return holdsSeries(condition, view)
    case 'file':
      return holdsFile(condition, view)
    case 'answer':
      return holdsAnswer(condition, view)
    case 'trial':
      return holdsTrial(condition, runTrial, (inner, trialView) => holds(inner, trialView, trialRunner(trialView)))
  }
}

/** The text of what was found, with the values of `let` in its braces. */
function actualText(check: Check, view: ClusterView, runTrial: TrialRunner): string {
  return check.actual.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = check.let?.[name]
    return value === undefined ? whole : showLet(value, view, runTrial)
  })
}

/** A named value as text, for texts and the status tracker. */
export function showLet(value: LetValue, view: ClusterView, runTrial: TrialRunner = trialRunner(view)): string {
  if ('object' in value) {
    const objects = pickObjects(view, value.object, value.where)
    const { path } = value
    const found = path === undefined ? objects.map((object) => object.metadata.name) : objects.flatMap((object) => valuesAt(object, path))
    if (value.count === true) return String(found.length)
    if (value.sum === true) return String(found.reduce<number>((sum, item) => sum + Number(item), 0))
    return showValue(path === undefined ? found : oneOrMany(found))
  }
  if ('request' in value) {
    const answer = view.request(value.request)
    if (isNotAvailable(answer)) return answer.notAvailable
    if (value.field === 'outcome') return outcomeOf(answer)
    return answer.failure ?? showValue(value.field === 'body' ? answer.body?.trim() : answer.status)
  }
  if ('dryRun' in value) return showDryRun(value, view)
  if ('can' in value) return view.can(value.can) ? 'allowed' : 'denied'
  if ('cel' in value) return showCel(value, view)
  if ('promql' in value) {
    const values = view.series(value.promql)
    return isNotAvailable(values) ? values.notAvailable : showValue(oneOrMany(values.map((found) => found.value)))
  }
  if ('file' in value) return showValue(view.file(value.file)?.trim())
  if ('answer' in value) return showValue(view.answer(value.answer)?.trim())
  const outcome = runTrial(value.trial)
  if (isNotAvailable(outcome)) return outcome.notAvailable
  if ('flow' in value) return showValue(flowField(outcome.flows[value.flow], value.field))
  return showLet(value.value, outcome.view, trialRunner(outcome.view))
}

/** A request in one word; a host that nobody knows is no failure yet. */
function outcomeOf({ failure, status }: Exclude<ReturnType<ClusterView['request']>, NotAvailable>): string {
  if (failure === undefined) return showValue(status)
  return failure.startsWith('Could not resolve host') ? 'none' : 'failed'
}

function showDryRun(value: Extract<LetValue, { dryRun: unknown }>, view: ClusterView): string {
  const answer = dryRunAnswer(value.dryRun, view)
  if (isNotAvailable(answer)) return answer.notAvailable
  if ('path' in value) return showValue(oneOrMany((answer.objects ?? []).flatMap((object) => valuesAt(object, value.path))))
  const { field } = value
  if (field === 'verdict') return answer.accepted ? 'accepted' : 'rejected'
  return field === 'warnings' ? showValue(answer.warnings) : answer.message === '' ? 'none' : answer.message
}

function showCel(value: Extract<LetValue, { cel: string }>, view: ClusterView): string {
  try {
    const found = celValue(value.cel, value.bind, view)
    return showValue(typeof found === 'bigint' ? Number(found) : found)
  } catch (error) {
    if (isMissingField(error)) return 'none'
    throw error
  }
}

function oneOrMany(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : values
}
