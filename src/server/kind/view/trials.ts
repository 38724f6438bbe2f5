/**
 * Trials on a real cluster: there is no copy of it, so the steps are done to the cluster itself, after everything else was
 * judged. Real time cannot be fast-forwarded; what would take long is not tried.
 */

import { isNotAvailable } from '../../../grading/view.ts'
import type { FlowSummary, NotAvailable, TrialLoad, TrialOutcome, TrialStep } from '../../../grading/view.ts'
import { pause } from '../shell/remote-run.ts'
import type { RemoteTerminal } from '../shell/remote-terminal.ts'
import { loadLimits, loadProgram, readSummary, refuseLoad } from './load.ts'
import { noContainers } from './node-facts.ts'
import type { NodeFacts } from './node-facts.ts'
import type { ProbePods } from './probe-pods.ts'
import type { RecordingView } from './recording-view.ts'

/** Longest real time of a trial. */
const trialSecondsMax = 120
/** kubectl verbs that a trial may use here. Others could leave something behind. */
const trialVerbs = new Set(['delete', 'rollout', 'scale', 'cordon', 'uncordon', 'drain', 'wait', 'apply', 'create', 'label', 'annotate', 'set', 'patch', 'exec', 'run'])

/** Why steps cannot be done to a real cluster; undefined when they can. */
export function refuseTrial(steps: readonly TrialStep[], facts?: NodeFacts): NotAvailable | undefined {
  const seconds = steps.reduce((sum, step) => sum + ('advanceSeconds' in step ? step.advanceSeconds : 0), 0)
  if (seconds > trialSecondsMax) return { notAvailable: `the trial lasts ${seconds} s; a real cluster cannot be fast-forwarded, and waits of more than ${trialSecondsMax} s are not made` }
  for (const step of steps) {
    if ('load' in step) {
      const refused = facts !== undefined && facts.realNode === undefined ? { notAvailable: noContainers } : refuseLoad(step.load)
      if (refused !== undefined) return refused
    }
    if ('kubectl' in step && !trialVerbs.has(step.kubectl.trim().split(/\s+/)[0] ?? '')) return { notAvailable: `"kubectl ${step.kubectl}" is not done to a real cluster` }
  }
  return undefined
}

export interface TrialOptions {
  readonly pods: ProbePods
  readonly facts: NodeFacts
  /** A terminal with the learner's rights. */
  readonly terminal: RemoteTerminal
  readonly signal?: AbortSignal
  /** Makes the view of the cluster after the trial. */
  readonly viewAfter: () => RecordingView
}

interface RunningLoad { readonly load: TrialLoad; readonly summary: Promise<FlowSummary | NotAvailable> }

/** Seconds that a load runs: to its stop, or to the end of the trial. */
function secondsOf(steps: readonly TrialStep[], index: number, id: string): number {
  let seconds = 0
  for (const step of steps.slice(index + 1)) {
    if ('stopLoad' in step && step.stopLoad === id) break
    if ('advanceSeconds' in step) seconds += step.advanceSeconds
  }
  return Math.min(seconds, loadLimits.seconds)
}

/** Does the steps and reads what the loads did. */
export async function runTrial(steps: readonly TrialStep[], options: TrialOptions): Promise<TrialOutcome | NotAvailable> {
  const refused = refuseTrial(steps, options.facts)
  if (refused !== undefined) return refused
  const loads: RunningLoad[] = []
  for (const [index, step] of steps.entries()) {
    if ('load' in step) loads.push({ load: step.load, summary: sendLoad(step.load, secondsOf(steps, index, step.load.id), options) })
    else if ('advanceSeconds' in step) await pause(step.advanceSeconds * 1000, options.signal)
    else if ('kubectl' in step) {
      const { exitCode, output } = await options.terminal.run(`kubectl ${step.kubectl}`)
      if (exitCode !== 0) return { notAvailable: `"kubectl ${step.kubectl}" failed: ${output.trim()}` }
    }
  }
  const flows: { [id: string]: FlowSummary } = {}
  for (const { load, summary } of loads) {
    const found = await summary
    if (isNotAvailable(found)) return found
    flows[load.id] = found
  }
  return { view: options.viewAfter(), flows }
}

async function sendLoad(load: TrialLoad, seconds: number, { pods }: TrialOptions): Promise<FlowSummary | NotAvailable> {
  return readSummary(load.id, await pods.run(load.namespace, loadProgram, JSON.stringify({ ...load, seconds }), seconds + 30))
}
