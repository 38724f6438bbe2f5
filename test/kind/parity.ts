/**
 * `npm run parity [-- --task ID] [--attempt NAME] [--verbose] [--stacks N] [--settle SECONDS]`: grades every task that may be
 * graded on a real cluster, by its solution and by each right and wrong answer, on the simulator and on the test stack.
 * `--node` grades on a real node; `--kubeconfig FILE --context kind-NAME [--python IMAGE]` on a cluster that is there.
 */

import { parseArgs } from 'node:util'
import { readLibrary } from '../../src/cli/files.ts'
import { controlPlane, missingPrograms } from '../oracle/programs.ts'
import { attemptsOf, gradableTasks, gradeAll, heapBytes, rowLines } from './grading.ts'
import type { Graded, GradingPlace, Work } from './grading.ts'
import { parityOnNode } from './on-node.ts'
import { withPlace, withPlaces } from './places.ts'

const mebibyte = 1 << 20
const stacksDefault = '2'
const { values: options } = parseArgs({
  options: {
    task: { type: 'string', multiple: true }, attempt: { type: 'string' }, kubeconfig: { type: 'string' }, context: { type: 'string' }, python: { type: 'string' },
    settle: { type: 'string' }, stacks: { type: 'string', default: stacksDefault }, node: { type: 'boolean' }, verbose: { type: 'boolean' },
  },
})
const library = readLibrary()

function wantedWork(): readonly Work[] {
  const tasks = gradableTasks(library).filter(({ id }) => options.task === undefined || options.task.includes(id))
  if (tasks.length === 0) throw new Error(`no task that may be graded on a real cluster is named ${options.task?.join(', ')}`)
  return tasks.map((task) => ({ task, attempts: attemptsOf(task).filter(({ name }) => options.attempt === undefined || options.attempt === name) }))
}

function memoryLine(): string {
  return `heap ${Math.round(heapBytes() / mebibyte)} MiB, resident ${Math.round(process.memoryUsage().rss / mebibyte)} MiB`
}

function tell(graded: Graded, place: GradingPlace): void {
  console.log(rowLines(graded, place.on).join('\n'))
  if (options.verbose === true) console.log(graded.grade?.transcript ?? '')
}

/** Grades everything that was asked for. */
async function gradeOn(places: readonly GradingPlace[]): Promise<number> {
  const work = wantedWork()
  console.log(`at the start: ${memoryLine()}`)
  const graded = await gradeAll(places, library, work, tell)
  const rows = graded.flatMap(({ grade }) => grade?.rows ?? [])
  const count = (parity: string): number => rows.filter((row) => row.parity === parity).length
  const failed = graded.filter(({ problems }) => problems.length > 0)
  console.log(`at the end: ${memoryLine()}`)
  console.log(`${work.length} tasks, ${graded.length} attempts, ${rows.length} checks: ${count('agree')} agree, ${count('differ')} differ, ${count('not gradable')} not gradable`)
  for (const { task, attempt } of failed) console.log(`FAILED ${task} ${attempt}`)
  return failed.length === 0 ? 0 : 1
}

async function main(): Promise<number> {
  const more = options.settle === undefined ? {} : { settleSecondsMax: Number(options.settle) }
  const { kubeconfig, context, python } = options
  if (kubeconfig !== undefined && context !== undefined) return withPlace({ kubeconfig, context, ...(python === undefined ? {} : { python }), ...more }, (place) => gradeOn([place]))
  if (options.node === true) return parityOnNode(process.argv.slice(2).filter((word) => word !== '--node'))
  const missing = missingPrograms(controlPlane)
  if (missing.length > 0) {
    console.error(`not built: ${missing.join(', ')}; npm run oracle:build builds them`)
    return 1
  }
  return withPlaces(Number(options.stacks), more, gradeOn)
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
})
