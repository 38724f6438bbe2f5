/** Grades every attempt that a task's author wrote on both clusters, and compares. */

import { runInNewContext } from 'node:vm'
import { setFlagsFromString } from 'node:v8'
import type { Attempt, Library, Task } from '../../src/content/types.ts'
import { attemptOfScript } from '../../src/server/kind/attempt.ts'
import type { ImageTable, KindConnection, KindGrade, KindGradeOptions } from '../../src/server/kind/contract.ts'
import { gradeOnKind } from '../../src/server/kind/grade.ts'
import { imagesFor, pythonImage } from '../../src/server/kind/images/image-table.ts'
import type { OracleClient } from '../oracle/client.ts'
import { fixtureAnswers, fixtureLibrary, fixtureTask } from './fixture.ts'
import { difference, inventory } from './inventory.ts'
import { reasonOf } from './reviewed.ts'
import type { Reviewed } from './reviewed.ts'

/** Where and how it is graded. */
export interface GradingPlace {
  readonly connection: KindConnection
  readonly client: OracleClient
  readonly on: Reviewed['on']
  /** The image that stands for the public Python image where no registry can be reached. */
  readonly python?: string
  readonly settleSecondsMax: number
}

/** One attempt, graded. `problems` are what must not be. */
export interface Graded {
  readonly task: string
  readonly attempt: string
  readonly grade?: KindGrade
  readonly seconds: number
  readonly problems: readonly string[]
}

/** Tasks that may be graded on a real cluster, and the one that has every kind of check. */
export function gradableTasks({ tasks }: Library): readonly Task[] {
  return [...tasks.filter(({ realCluster }) => realCluster !== 'no'), ...fixtureLibrary().tasks]
}

/** The reference solution, then every right and wrong answer. */
export function attemptsOf(task: Task): readonly Attempt[] {
  return [task.solution, ...task.right, ...task.wrong]
}

/** The script, and what the learner answers beside it. */
function stepsOf(task: Task, attempt: Attempt): KindGradeOptions['attempt'] & {} {
  const { seed, steps } = attemptOfScript(attempt.script, task.seed)
  const answers = Object.entries(task.id === fixtureTask ? (fixtureAnswers[attempt.name] ?? {}) : {})
  return { seed, steps: [...steps, ...answers.map(([item, value]) => ({ kind: 'answer' as const, item, value }))] }
}

function imagesOf(task: Task, python: string | undefined): ImageTable | undefined {
  if (python === undefined) return undefined
  const table = imagesFor(task)
  return Object.fromEntries(Object.entries(table).map(([image, standIn]) => [image, standIn.image === pythonImage ? { ...standIn, image: python } : standIn]))
}

/** Grades one attempt and looks at what it left. */
export async function gradeAttempt(place: GradingPlace, library: Library, task: Task, attempt: Attempt): Promise<Graded> {
  const images = imagesOf(task, place.python)
  const before = await inventory(place.client)
  const startedMs = performance.now()
  const graded = { task: task.id, attempt: attempt.name }
  try {
    const grade = await gradeOnKind({ task, library, connection: place.connection, script: attempt.script, attempt: stepsOf(task, attempt), settleSecondsMax: place.settleSecondsMax, ...(images === undefined ? {} : { images }) })
    const seconds = (performance.now() - startedMs) / 1000
    const left = difference(before, await inventory(place.client))
    return { ...graded, grade, seconds, problems: [...grade.leftovers.map((text) => `left behind, in its own words: ${text}`), ...left, ...wrongRows(place, task, attempt, grade)] }
  } catch (error) {
    return { ...graded, seconds: (performance.now() - startedMs) / 1000, problems: [error instanceof Error ? (error.stack ?? error.message) : String(error), ...difference(before, await inventory(place.client))] }
  }
}

function wrongRows({ on }: GradingPlace, task: Task, attempt: Attempt, { rows }: KindGrade): string[] {
  return rows.flatMap((row) => {
    if (row.parity === 'differ' && reasonOf(on, task.id, attempt.name, row.check) === undefined) return [`${row.check} differs`]
    return row.parity === 'not gradable' && row.kind?.passed === true ? [`${row.check} is not gradable and passed all the same`] : []
  })
}

/** Rows as they are printed. */
export function rowLines({ task, attempt, grade, seconds, problems }: Graded, on: Reviewed['on']): string[] {
  const rows = (grade?.rows ?? []).flatMap(({ check, parity, simulator, kind, reason }) => {
    const verdict = (passed: boolean | undefined): string => (passed === undefined ? '-' : passed ? 'passed' : 'lost')
    const head = `${task.padEnd(22)} ${attempt.padEnd(24)} ${check.padEnd(4)} ${parity.padEnd(12)} ${verdict(simulator.passed).padEnd(7)} ${verdict(kind?.passed).padEnd(7)}`
    if (parity === 'not gradable') return [`${head} ${reason ?? ''}`]
    if (parity === 'agree') return [head]
    const why = reasonOf(on, task, attempt, check)
    return [`${head} ${why === undefined ? '' : `reviewed: ${why}`}`, `    simulator: ${simulator.actual}`, `    kind:      ${kind?.actual ?? ''}`]
  })
  return [...rows, ...problems.map((text) => `    PROBLEM ${text}`), `${task.padEnd(22)} ${attempt.padEnd(24)} ${seconds.toFixed(1)} s`]
}

/** Bytes of the heap after a collection. */
export function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

/** Attempts by task, for the workers to take. */
export interface Work { readonly task: Task; readonly attempts: readonly Attempt[] }

/** Grades all work, on each place one attempt after another. @param tell called after each attempt */
export async function gradeAll(places: readonly GradingPlace[], library: Library, work: readonly Work[], tell: (graded: Graded, place: GradingPlace) => void): Promise<readonly Graded[]> {
  const waiting = [...work]
  const done: Graded[] = []
  await Promise.all(places.map(async (place) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      for (const attempt of next.attempts) {
        const graded = await gradeAttempt(place, library, next.task, attempt)
        done.push(graded)
        tell(graded, place)
      }
    }
  }))
  return done
}
