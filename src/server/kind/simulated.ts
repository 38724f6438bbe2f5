/** The same attempt on the simulator. */

import { splitScript } from '../../../simulator/index.ts'
import type { Library, Task } from '../../content/types.ts'
import type { CheckVerdict } from '../../grading/check.ts'
import { Flight } from '../../session/flight.ts'
import type { Attempt, AttemptStep } from './attempt.ts'

/** Steps of an attempt: its own, or the lines of a script after the files that come with it. */
export function stepsOf({ script, attempt, files = {} }: { readonly script: string; readonly attempt?: Attempt; readonly files?: { readonly [path: string]: string } }): readonly AttemptStep[] {
  const written = Object.entries(files).map(([path, text]): AttemptStep => ({ kind: 'write', path: `/home/learner/${path}`, text }))
  return [...written, ...(attempt?.steps ?? splitScript(script).map(({ text }): AttemptStep => ({ kind: 'line', text })))]
}

/** Plays steps on the simulator. @returns the verdicts of the task's checks */
export function gradeOnSimulator(task: Task, library: Library, steps: readonly AttemptStep[], seed: number): CheckVerdict[] {
  const flight = new Flight({ library, plans: [{ context: task.id, scenario: task }], header: { engine: '', content: '', kind: 'task', id: task.id, seed }, out: () => undefined })
  for (const step of steps) {
    if (step.kind === 'line') flight.runLine(step.text)
    else if (step.kind === 'write') flight.writeFile(step.path, step.text)
    else if (step.kind === 'apply') flight.apply(step.path, step.text)
    else flight.answer(step.item, step.value)
  }
  return flight.grade(task.checks, task.id, task.settleSeconds)
}
