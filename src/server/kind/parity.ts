/** Both verdicts side by side. */

import type { Check, CheckVerdict, Condition, LetValue } from '../../grading/check.ts'
import { isNotAvailable } from '../../grading/view.ts'
import type { ObjectRef } from '../../grading/view.ts'
import type { ParityRow } from './contract.ts'
import { noSeries } from './view/recording-view.ts'
import type { Judgement } from './view/recording-view.ts'
import { refuseTrial } from './view/trials.ts'

/** Why the task's author says that a check belongs to the simulator; undefined when a real cluster may be asked. */
export function whyNotOnKind(check: Check): string | undefined {
  if (check.onKind !== 'no') return undefined
  if (check.notOnKind !== undefined) return check.notOnKind
  for (const condition of check.all) {
    if (condition.kind === 'series') return noSeries
    const refused = condition.kind === 'trial' ? refuseTrial(condition.steps) : undefined
    if (isNotAvailable(refused)) return refused.notAvailable
    if (condition.kind === 'trial' && condition.steps.some((step) => 'load' in step)) return 'load is answered here by stand-ins, whose CPU and memory say nothing about the course\'s images'
  }
  return 'what this check looks at exists in the simulator only'
}

/** Objects of T+00:00 that checks compare with. */
export function startRefs(checks: readonly Check[]): ObjectRef[] {
  const refs = checks.flatMap((check) => [...check.all.flatMap(refsOfCondition), ...Object.values(check.let ?? {}).flatMap(refsOfLet)])
  return [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()]
}

function startBindings(bind: { readonly [name: string]: ObjectRef }): ObjectRef[] {
  return Object.entries(bind).flatMap(([name, ref]) => (name.startsWith('start_') ? [ref] : []))
}

function refsOfCondition(condition: Condition): ObjectRef[] {
  if (condition.kind === 'sameUidsAsStart') return [condition.object]
  if (condition.kind === 'object') return condition.op === 'unchangedSinceStart' ? [condition.object] : []
  if (condition.kind === 'cel') return startBindings(condition.bind)
  return condition.kind === 'trial' ? (condition.all ?? []).flatMap(refsOfCondition) : []
}

function refsOfLet(value: LetValue): ObjectRef[] {
  if ('cel' in value) return startBindings(value.bind)
  return 'trial' in value && 'value' in value ? refsOfLet(value.value) : []
}

/** Verdicts of a real cluster: all points or none, and never points for what could not be judged. */
export function kindVerdicts(checks: readonly Check[], judged: ReadonlyMap<string, Judgement>): Map<string, CheckVerdict> {
  const holds = (id: string): boolean => judged.get(id)?.verdict.passed === true && judged.get(id)?.notAvailable === undefined
  return new Map(checks.flatMap((check) => {
    const judgement = judged.get(check.id)
    if (judgement === undefined) return []
    const others = check.onlyWith ?? []
    const unknown = others.find((id) => judged.get(id) === undefined || judged.get(id)?.notAvailable !== undefined)
    const reason = judgement.notAvailable ?? (judgement.verdict.passed && unknown !== undefined ? `it counts only with "${unknown}", which is not gradable here` : undefined)
    const passed = reason === undefined && holds(check.id) && others.every(holds)
    return [[check.id, { ...judgement.verdict, passed, earned: passed ? check.points : 0, ...(reason === undefined ? {} : { notAvailable: reason }) }] as const]
  }))
}

const fakeStatus = 'the nodes here are KWOK nodes: containers that never ran have whatever status KWOK gives them, and where they run, as in the simulator, it is another one'

/** Whether a check looks at what containers came to: the status of objects. */
function readsStatus(check: Check): boolean {
  return /\bstatus\b/.test(JSON.stringify(check.all))
}

/**
 * On nodes that run no containers nothing fails: what holds there by its status, and does not where programs run, was not
 * judged. Never the other way round: what does not hold there is told as a difference.
 */
export function withoutFakePasses(checks: readonly Check[], simulator: readonly CheckVerdict[], kind: ReadonlyMap<string, CheckVerdict>): Map<string, CheckVerdict> {
  return new Map([...kind].map(([id, verdict]) => {
    const check = checks.find((candidate) => candidate.id === id)
    const isFake = verdict.passed && simulator.find((one) => one.id === id)?.passed === false && check !== undefined && readsStatus(check)
    return [id, isFake ? { ...verdict, passed: false, earned: 0, notAvailable: fakeStatus } : verdict]
  }))
}

/** One row per check. */
export function parityRows(checks: readonly Check[], simulator: readonly CheckVerdict[], kind: ReadonlyMap<string, CheckVerdict>): ParityRow[] {
  return checks.flatMap((check): ParityRow[] => {
    const simulated = simulator.find(({ id }) => id === check.id)
    if (simulated === undefined) return []
    const found = kind.get(check.id)
    const reason = found === undefined ? (whyNotOnKind(check) ?? 'the real cluster was not asked') : found.notAvailable
    if (reason !== undefined) return [{ check: check.id, parity: 'not gradable', simulator: simulated, ...(found === undefined ? {} : { kind: found }), reason }]
    return [{ check: check.id, parity: found?.passed === simulated.passed ? 'agree' : 'differ', simulator: simulated, ...(found === undefined ? {} : { kind: found }) }]
  })
}
