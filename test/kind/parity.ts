/**
 * `npm run parity [-- --task ID] [--attempt NAME] [--settle SECONDS] [--verbose]`: grades every task that may be graded on a
 * real cluster, by its solution and by each right and wrong answer, on the simulator and on the test stack.
 * `--kubeconfig FILE --context kind-NAME` grades on that cluster; `--python IMAGE` is the Python image that is there.
 */

import { readLibrary } from '../../src/cli/files.ts'
import { controlPlane, missingPrograms } from '../oracle/programs.ts'
import { attemptsOf, gradableTasks, gradeAttempt, heapBytes, readOptions, rowLines } from './grading.ts'
import type { Graded, GradingPlace } from './grading.ts'
import { clientOf, connect, hasContainers, untilQuiet, withStack } from './stack.ts'

const mebibyte = 1 << 20
/** Longest wait for checks to hold. On fake nodes whatever happens has happened soon. */
const settleSeconds = { 'fake nodes': 10, 'real node': 120 } as const
const options = readOptions()
const library = readLibrary()

/** Grades everything that was asked for, one after another. */
async function gradeAll(place: GradingPlace): Promise<number> {
  const tasks = gradableTasks(library).filter(({ id }) => options.task === undefined || options.task === id)
  if (tasks.length === 0) throw new Error(`no task that may be graded on a real cluster is named ${options.task}`)
  const counts = { agree: 0, differ: 0, 'not gradable': 0 }
  const graded: Graded[] = []
  for (const task of tasks) {
    for (const attempt of attemptsOf(task).filter(({ name }) => options.attempt === undefined || options.attempt === name)) {
      const one = await gradeAttempt(place, library, task, attempt)
      graded.push(one)
      for (const row of one.grade?.rows ?? []) counts[row.parity]++
      console.log(rowLines(one, place.on).join('\n'))
      if (options.verbose === true) console.log(one.grade?.transcript ?? '')
    }
    console.log(`${task.id.padEnd(22)} heap ${Math.round(heapBytes() / mebibyte)} MiB, resident ${Math.round(process.memoryUsage().rss / mebibyte)} MiB`)
  }
  const failed = graded.filter(({ problems }) => problems.length > 0)
  console.log(`${tasks.length} tasks, ${graded.length} attempts: ${counts.agree} agree, ${counts.differ} differ, ${counts['not gradable']} not gradable`)
  for (const { task, attempt } of failed) console.log(`FAILED ${task} ${attempt}`)
  return failed.length === 0 ? 0 : 1
}

async function gradeOn(kubeconfig: string, context: string): Promise<number> {
  const connection = await connect(kubeconfig, context)
  const client = clientOf(kubeconfig)
  try {
    await untilQuiet(client)
    const on = await hasContainers(client) ? 'real node' : 'fake nodes'
    return await gradeAll({ connection, client, on, settleSecondsMax: Number(options.settle ?? settleSeconds[on]), ...(options.python === undefined ? {} : { python: options.python }) })
  } finally {
    connection.close()
  }
}

async function main(): Promise<number> {
  if (options.kubeconfig !== undefined && options.context !== undefined) return gradeOn(options.kubeconfig, options.context)
  const missing = missingPrograms(controlPlane)
  if (missing.length > 0) {
    console.error(`not built: ${missing.join(', ')}; npm run oracle:build builds them`)
    return 1
  }
  return withStack(({ kubeconfig, context }) => gradeOn(kubeconfig, context))
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
})
