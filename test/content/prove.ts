/** Proves content: the untouched start earns 0, solutions earn all, each wrong answer loses exactly what it names. */

import { splitScript } from '../../simulator/index.ts'
import type { Check, CheckVerdict } from '../../src/grading/check.ts'
import type { Attempt, LabContent, Library, Task } from '../../src/content/types.ts'
import { Flight } from '../../src/session/flight.ts'

/** One claim about content, and whether it holds. */
export interface Proof {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
}

function makeFlight(library: Library, subject: Task | LabContent, out: (text: string) => void): Flight {
  return new Flight({
    library, plans: [{ context: subject.id, scenario: subject }], out,
    header: { engine: 'proof', content: 'proof', kind: 'proof', id: subject.id, seed: subject.seed },
  })
}

function play(flight: Flight, script: string): void {
  for (const { text } of splitScript(script)) flight.runLine(text)
}

function table(verdicts: readonly CheckVerdict[]): string {
  return verdicts.map((verdict) => `${verdict.id}: ${verdict.earned}/${verdict.points} (${verdict.actual})`).join('; ')
}

function lost(verdicts: readonly CheckVerdict[]): string[] {
  return verdicts.filter((verdict) => !verdict.passed).map((verdict) => verdict.id)
}

function attemptProof(library: Library, task: Task, attempt: Attempt): Proof {
  let transcript = ''
  const flight = makeFlight(library, task, (text) => (transcript += text))
  play(flight, attempt.script)
  const verdicts = flight.grade(task.checks, task.id, task.settleSeconds)
  const wanted = [...attempt.loses].sort((a, b) => (a < b ? -1 : 1))
  const found = lost(verdicts).sort((a, b) => (a < b ? -1 : 1))
  const ok = JSON.stringify(wanted) === JSON.stringify(found)
  const claim = wanted.length === 0 ? 'earns every point' : `loses exactly ${wanted.join(', ')}`
  return { name: `${task.id}: ${attempt.name} ${claim}`, ok, detail: ok ? table(verdicts) : `${table(verdicts)}\n${transcript}` }
}

/** All claims about a task. */
export function proveTask(library: Library, task: Task): Proof[] {
  const untouched = makeFlight(library, task, () => undefined).grade(task.checks, task.id, task.settleSeconds)
  const earned = untouched.reduce((sum, verdict) => sum + verdict.earned, 0)
  return [
    { name: `${task.id}: the untouched start earns 0`, ok: earned === 0, detail: table(untouched) },
    ...[task.solution, ...task.right, ...task.wrong].map((attempt) => attemptProof(library, task, attempt)),
  ]
}

/** Seconds that a lab's checks get to hold after a step. */
const labSettleSeconds = 60

function gradeStep(flight: Flight, lab: LabContent, checks: readonly Check[]): CheckVerdict[] {
  return flight.grade(checks, lab.id, labSettleSeconds)
}

/** All claims about a lab: each step's checks fail before and hold after its solution; wrong answers lose what they name. */
export function proveLab(library: Library, lab: LabContent): Proof[] {
  const proofs: Proof[] = []
  let transcript = ''
  const flight = makeFlight(library, lab, (text) => (transcript += text))
  for (const step of lab.steps) {
    const before = gradeStep(flight, lab, step.checks)
    const isNew = step.checks.length === 0 || lost(before).length > 0 || step.phase === 'verify'
    proofs.push({ name: `${step.id}: its checks do not hold before the step`, ok: isNew, detail: table(before) })
    for (const wrong of lab.wrong.filter((attempt) => attempt.step === step.id)) proofs.push(wrongProof(library, lab, wrong))
    transcript = ''
    play(flight, step.solution)
    for (const [item, value] of Object.entries(step.answers)) flight.answer(item, value)
    const after = gradeStep(flight, lab, step.checks)
    proofs.push({ name: `${step.id}: its checks hold after the step`, ok: lost(after).length === 0, detail: `${table(after)}${lost(after).length === 0 ? '' : `\n${transcript}`}` })
  }
  return proofs
}

function wrongProof(library: Library, lab: LabContent, wrong: LabContent['wrong'][number]): Proof {
  let transcript = ''
  const flight = makeFlight(library, lab, (text) => (transcript += text))
  for (const step of lab.steps) {
    if (step.id === wrong.step) break
    play(flight, step.solution)
    for (const [item, value] of Object.entries(step.answers)) flight.answer(item, value)
  }
  play(flight, wrong.script)
  const checks = lab.steps.find((step) => step.id === wrong.step)?.checks ?? []
  const verdicts = gradeStep(flight, lab, checks)
  const ok = JSON.stringify(lost(verdicts)) === JSON.stringify([...wrong.loses])
  return { name: `${wrong.step}: ${wrong.name} loses exactly ${wrong.loses.join(', ')}`, ok, detail: ok ? table(verdicts) : `${table(verdicts)}\n${transcript}` }
}
