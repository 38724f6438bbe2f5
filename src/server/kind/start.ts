/** Plays a task's start on a real cluster, as its owner. Time is not fast-forwarded: waits are short, and loads are left out. */

import { parseAllDocuments } from 'yaml'
import { makeKindTable } from '../../../simulator/api/kinds.ts'
import type { StartStep, Task } from '../../content/types.ts'
import type { Check } from '../../grading/check.ts'
import { BridgeError } from './contract.ts'
import type { Report } from './contract.ts'
import { sandboxNames } from './guard/names.ts'
import { pause } from './shell/remote-run.ts'
import type { RemoteTerminal } from './shell/remote-terminal.ts'
import { evaluateRemotely } from './view/evaluate-remotely.ts'
import type { NodeFacts } from './view/node-facts.ts'
import type { Readers } from './view/question.ts'
import { RecordingView } from './view/recording-view.ts'

export interface StartOptions {
  readonly task: Task
  /** The owner's terminal. */
  readonly terminal: RemoteTerminal
  readonly readers: Readers
  readonly facts: NodeFacts
  readonly session: string
  readonly report: Report
  readonly signal?: AbortSignal
}

/** Longest real time that stands for simulated time passing, in seconds; nothing happens in the containers of fake nodes. */
const advanceSecondsMax = { real: 10, fake: 2 } as const
/** Waits for a condition of the start, in seconds: images are pulled on the way. */
const untilSecondsMin = 240

const untilSecondsMax = { real: 300, fake: 20 } as const
const untilPauseMs = 400

/** Plays all steps. @throws BridgeError when a step is refused, or when a condition does not come about on nodes that run containers */
export async function playStart(options: StartOptions): Promise<void> {
  const { task, report, signal } = options
  for (const [index, step] of task.start.entries()) {
    if (signal?.aborted === true) return
    report({ phase: 'start', text: `${index + 1} of ${task.start.length}: ${described(step)}` })
    await playStep(step, index, options)
  }
}

function described(step: StartStep): string {
  if ('apply' in step) return 'applies objects'
  if ('kubectl' in step) return `kubectl ${step.kubectl}`
  if ('load' in step) return `leaves out the load of ${step.load.requestsPerSecond} requests/s`
  if ('stopLoad' in step) return 'has no load to stop'
  return 'advanceSeconds' in step ? 'lets time pass' : 'waits until the start has come about'
}

async function playStep(step: StartStep, index: number, options: StartOptions): Promise<void> {
  const { terminal, session, facts, signal } = options
  const kind = facts.realNode === undefined ? 'fake' : 'real'
  if ('apply' in step) {
    terminal.write('start.yaml', labeled(step.apply, session))
    await must('kubectl apply -f start.yaml', index, terminal)
  } else if ('kubectl' in step) await must(`kubectl ${step.kubectl}`, index, terminal)
  else if ('advanceSeconds' in step) await pause(Math.min(step.advanceSeconds, advanceSecondsMax[kind]) * 1000, signal)
  else if ('until' in step) await waitUntil(step, index, options, kind)
}

async function must(line: string, index: number, terminal: RemoteTerminal): Promise<void> {
  const { exitCode, output } = await terminal.run(line)
  if (exitCode !== 0) throw new BridgeError(`step ${index + 1} of the start failed: ${output.trim()}`)
}

/** Cluster-scoped objects of a start bear the session's label, by which clean-up finds them; the others go with their namespace. */
function labeled(text: string, session: string): string {
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents)) return text
  const kinds = makeKindTable([])
  return documents.map((document) => {
    const { apiVersion, kind } = (document.toJS() ?? {}) as { readonly apiVersion?: string; readonly kind?: string }
    const isClusterScoped = kinds.byKind(apiVersion ?? '', kind ?? '')?.namespaced === false
    if (isClusterScoped && kind !== 'Namespace') document.setIn(['metadata', 'labels', sandboxNames.sessionLabel], session)
    return document.toString()
  }).join('---\n').replaceAll('---\n---\n', '---\n')
}

async function waitUntil(step: Extract<StartStep, { until: unknown }>, index: number, options: StartOptions, kind: 'real' | 'fake'): Promise<void> {
  const check: Check = { id: 'until', title: '', points: 1, kind: 'object', all: step.until, expected: '', actual: '', why: '', onKind: 'yes' }
  const seconds = Math.min(Math.max(step.withinSeconds, untilSecondsMin), untilSecondsMax[kind])
  const deadlineMs = Date.now() + seconds * 1000
  for (;;) {
    const view = new RecordingView({ file: () => undefined, answer: () => undefined, atStart: () => [] })
    const [judged] = await evaluateRemotely([check], view, { readers: options.readers, ...(options.signal === undefined ? {} : { signal: options.signal }) })
    if (judged.verdict.passed || options.signal?.aborted === true) return
    if (judged.notAvailable !== undefined || (kind === 'fake' && Date.now() >= deadlineMs)) {
      options.report({ phase: 'start', text: `step ${index + 1} is left as it is: ${judged.notAvailable ?? 'fake nodes do not get there'}` })
      return
    }
    if (Date.now() >= deadlineMs) throw new BridgeError(`step ${index + 1} of the start did not come about on this cluster within ${seconds} s`)
    await pause(untilPauseMs, options.signal)
  }
}
