/** `podflight grade --context kind-NAME`: the same attempt on the simulator and on a kind cluster. */

import { parse } from 'yaml'
import type { Task, Library } from '../content/types.ts'
import { connectKind } from '../server/kind/connection.ts'
import { BridgeError } from '../server/kind/contract.ts'
import type { ImageTable, Report } from '../server/kind/contract.ts'
import { gradeOnKind } from '../server/kind/grade.ts'
import { loadTarget } from '../server/kind/guard/kubeconfig-files.ts'
import type { KubeconfigPlace } from '../server/kind/guard/kubeconfig-files.ts'
import { imagesFor, readImageTable } from '../server/kind/images/image-table.ts'
import { findLeftovers } from '../server/kind/leftovers.ts'
import type { KindGrade } from '../session/kind-wire.ts'
import { isPassed, junitReport, parityText } from './grade-report.ts'
import { readUserFile, UsageError, userPath } from './user-input.ts'

export interface GradeOnKindOrder {
  readonly task: Task
  readonly library: Library
  readonly context: string
  readonly kubeconfig?: string
  readonly script: string
  readonly files: { readonly [path: string]: string }
  readonly images?: ImageTable
  readonly format: 'text' | 'json' | 'junit'
}

/** Exit codes beside 0 (all that could be judged holds) and 1 (something does not). */
const clusterFailed = 3
const interrupted = 130

/** Reads a table of images, JSON or YAML. @throws UsageError */
export function readImages(path: string): ImageTable {
  try {
    return readImageTable(parse(readUserFile(path), { maxAliasCount: 20 }))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${path}: ${(error as Error).message}`)
  }
}

/** Where kubeconfigs lie. @param path --kubeconfig as the user wrote it */
export function kubeconfigPlace(path: string | undefined): KubeconfigPlace {
  const environment = process.env['KUBECONFIG']
  return { ...(path === undefined ? {} : { path: userPath(path) }), ...(environment === undefined ? {} : { environment }) }
}

/** The table of a task as JSON, to be looked at and changed. */
export function imagesText(task: Task | undefined, images: ImageTable | undefined): string {
  return JSON.stringify(imagesFor({ images: task?.images ?? {} }, images), null, 2)
}

/** Grades and prints. @returns the exit code */
export async function gradeOnKindCommand(order: GradeOnKindOrder): Promise<number> {
  const stop = new AbortController()
  const onSignal = (): void => {
    console.error('stops; what was created is removed first')
    stop.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    const grade = await graded(order, stop.signal)
    print(grade, order.format)
    return isPassed(grade) && grade.leftovers.length === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    console.error(`podflight: ${error.message}`)
    return stop.signal.aborted ? interrupted : clusterFailed
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

async function graded({ task, library, context, kubeconfig, script, files, images, format }: GradeOnKindOrder, signal: AbortSignal): Promise<KindGrade> {
  const report: Report = ({ phase, text }) => {
    if (format === 'text') console.error(`${phase}: ${text}`)
  }
  report({ phase: 'preflight', text: `connects to ${context}` })
  const { connection } = await connectKind(loadTarget(kubeconfigPlace(kubeconfig), context))
  try {
    for (const { session, things, isRunning } of await findLeftovers(connection)) {
      if (!isRunning) console.error(`left of session ${session}: ${things.join(', ')}; podflight kind clean --context ${context} removes it`)
    }
    return await gradeOnKind({ task, library, connection, script, files, report, signal, ...(images === undefined ? {} : { images }) })
  } finally {
    connection.close()
  }
}

function print(grade: KindGrade, format: GradeOnKindOrder['format']): void {
  if (format === 'json') console.log(JSON.stringify(grade, null, 2))
  else if (format === 'junit') process.stdout.write(junitReport(grade))
  else {
    process.stdout.write(grade.transcript)
    console.log(parityText(grade))
  }
}
