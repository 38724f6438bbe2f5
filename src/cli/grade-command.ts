/** `podflight grade`: runs a script against a task's start and prints the graded result, of the simulator alone or of a kind cluster too. */

import { splitScript } from '../../simulator/index.ts'
import type { Library, Task } from '../content/types.ts'
import type { CheckVerdict } from '../grading/check.ts'
import { Flight } from '../session/flight.ts'
import { readOptions } from './arguments.ts'
import { readLibrary } from './files.ts'
import { readManifests } from './manifest-folder.ts'
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

interface Attempted {
  readonly script: string
  readonly files: { readonly [path: string]: string }
}

/** What is graded: a script, or a folder of manifests that are applied. */
function attempted(values: { readonly [name: string]: string | undefined }): Attempted {
  const given = [values['--file'], values['--script'], values['--manifests']].filter((value) => value !== undefined)
  if (given.length > 1) throw new UsageError('give one of --script FILE and --manifests DIR')
  if (values['--manifests'] !== undefined) return readManifests(values['--manifests'])
  const path = values['--script'] ?? values['--file']
  return { script: path === undefined ? '' : readUserFile(path), files: {} }
}

function taskOf(library: Library, id: string | undefined): Task {
  if (id === undefined) throw new UsageError('grade needs --task ID')
  const task = library.tasks.find((candidate) => candidate.id === id)
  if (task === undefined) throw new UsageError(`there is no task "${id}"; podflight list names them`)
  return task
}

/** The command. @returns 0 when every point is earned (on kind: all that can be judged there holds), 1 otherwise, 3 when the cluster fails */
export async function gradeCommand(argv: readonly string[]): Promise<number> {
  const { values, flags } = readOptions(argv, {
    values: ['--task', '--file', '--script', '--manifests', '--seed', '--context', '--kubeconfig', '--images'], flags: ['--json', '--junit', '--show-images'],
  })
  const library = readLibrary()
  const { '--context': context, '--kubeconfig': kubeconfig, '--images': imagesPath } = values
  if (context === undefined && !flags.has('--show-images')) {
    if (kubeconfig !== undefined || imagesPath !== undefined || flags.has('--junit')) throw new UsageError('--kubeconfig, --images and --junit belong to --context kind-NAME')
    return gradeSimulated(taskOf(library, values['--task']), library, attempted(values), { seed: values['--seed'], isJson: flags.has('--json') })
  }
  const { gradeOnKindCommand, imagesText, readImages } = await import('./grade-on-kind.ts')
  const images = imagesPath === undefined ? undefined : readImages(imagesPath)
  if (flags.has('--show-images')) {
    console.log(imagesText(values['--task'] === undefined ? undefined : taskOf(library, values['--task']), images))
    return 0
  }
  const format = flags.has('--junit') ? 'junit' : flags.has('--json') ? 'json' : 'text'
  return await gradeOnKindCommand({
    task: taskOf(library, values['--task']), library, context: context ?? '', format, ...attempted(values),
    ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(images === undefined ? {} : { images }),
  })
}

function gradeSimulated(task: Task, library: Library, { script, files }: Attempted, { seed, isJson }: { readonly seed: string | undefined; readonly isJson: boolean }): number {
  const { id } = task
  let transcript = ''
  const flight = new Flight({
    library, plans: [{ context: id, scenario: task }],
    header: { engine: '0.1.0', content: '0.1.0', kind: 'task', id, seed: Number(seed ?? task.seed) }, out: (text) => (transcript += text),
  })
  for (const [path, text] of Object.entries(files)) flight.writeFile(`/home/learner/${path}`, text)
  for (const { text } of splitScript(script)) flight.runLine(text)
  const checks = flight.grade(task.checks, id, task.settleSeconds)
  const earned = checks.reduce((sum, verdict) => sum + verdict.earned, 0)
  if (isJson) console.log(JSON.stringify({ task: id, points: task.points, earned, checks, transcript, logHash: flight.log.head }, null, 2))
  else {
    process.stdout.write(transcript)
    printVerdicts(task.title, checks)
  }
  return earned === task.points ? 0 : 1
}
