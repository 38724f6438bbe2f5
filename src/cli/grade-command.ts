/** `podflight grade`: runs a script against a task's start and prints the graded result. */

import { splitScript } from '../../simulator/index.ts'
import type { CheckVerdict } from '../grading/check.ts'
import { Flight } from '../session/flight.ts'
import { readOptions } from './arguments.ts'
import { readLibrary } from './files.ts'
import { readUserFile, UsageError } from './user-input.ts'

function printVerdicts(title: string, verdicts: readonly CheckVerdict[]): void {
  const earned = verdicts.reduce((sum, verdict) => sum + verdict.earned, 0)
  const points = verdicts.reduce((sum, verdict) => sum + verdict.points, 0)
  console.log(`${title}: ${earned} of ${points} points`)
  for (const verdict of verdicts) {
    console.log(`  ${verdict.passed ? 'holds' : 'fails'}  ${verdict.id}  ${verdict.earned}/${verdict.points}  ${verdict.title}`)
    console.log(`         expected: ${verdict.expected}`)
    console.log(`         actual:   ${verdict.actual}`)
    if (!verdict.passed) console.log(`         why:      ${verdict.why}`)
  }
}

/** The command. @returns 0 when every point is earned, 1 otherwise */
export function gradeCommand(argv: readonly string[]): number {
  const { values, flags } = readOptions(argv, { values: ['--task', '--file', '--seed'], flags: ['--json'] })
  const id = values['--task']
  if (id === undefined) throw new UsageError('grade needs --task ID')
  const library = readLibrary()
  const task = library.tasks.find((candidate) => candidate.id === id)
  if (task === undefined) throw new UsageError(`there is no task "${id}"; podflight list names them`)
  const script = values['--file'] === undefined ? '' : readUserFile(values['--file'])
  let transcript = ''
  const flight = new Flight({
    library, plans: [{ context: id, scenario: task }],
    header: { engine: '0.1.0', content: '0.1.0', kind: 'task', id, seed: Number(values['--seed'] ?? task.seed) }, out: (text) => (transcript += text),
  })
  for (const { text } of splitScript(script)) flight.runLine(text)
  const checks = flight.grade(task.checks, id, task.settleSeconds)
  const earned = checks.reduce((sum, verdict) => sum + verdict.earned, 0)
  if (flags.has('--json')) console.log(JSON.stringify({ task: id, points: task.points, earned, checks, transcript, logHash: flight.log.head }, null, 2))
  else {
    process.stdout.write(transcript)
    printVerdicts(task.title, checks)
  }
  return earned === task.points ? 0 : 1
}
