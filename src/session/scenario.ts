/** Makes the cluster of a scenario and plays its start through the API, so that T+00:00 has an honest history. */

import { authorUser, kubectl, runToEnd, Terminal } from '../../simulator/index.ts'
import type { Cluster } from '../../simulator/index.ts'
import type { Library, Scenario, StartStep } from '../content/types.ts'
import { evaluate } from '../grading/evaluate.ts'
import { BaseClusters } from './base-clusters.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { SimulatorView, startLoad } from './simulator-view.ts'
import type { LearnerSide } from './simulator-view.ts'

/** Time between two looks at a condition that a start waits for. */
const untilStepMs = 1000

/** A scenario whose start does not play: named in a sentence, with the step. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
}

/** Runs terminal lines on a cluster as the scenario's author. @returns exit code and all output */
export function runAsAuthor(cluster: Cluster, script: string, files: { readonly [path: string]: string } = {}): { readonly exitCode: number; readonly output: string } {
  let output = ''
  const terminal = new Terminal({ executables: { kubectl }, clock: cluster.clock, out: (text) => (output += text) })
  terminal.files.write('/home/learner/.kube/config', kubeconfigText([{ name: 'author', namespace: 'default' }]))
  for (const [path, text] of Object.entries(files)) terminal.files.write(`/home/learner/${path}`, text)
  const exitCode = runToEnd(terminal.run(script), { user: () => authorUser, cluster: () => cluster })
  return { exitCode, output }
}

/** A learner who has done nothing yet, for conditions of a start. */
export const noLearner: LearnerSide = {
  file: () => undefined,
  answer: () => undefined,
  kubectl: (cluster, line) => {
    const { exitCode, output } = runAsAuthor(cluster, `kubectl ${line}`)
    if (exitCode !== 0) throw new ScenarioError(`kubectl ${line} failed: ${output}`)
  },
}

/**
 * A cluster at T+00:00 of a scenario.
 * @param bases where the booted cluster comes from; callers that start several scenarios share one
 * @throws ScenarioError when a step is refused, takes too long, or the history is too short for the steps
 */
export function startScenario(scenario: Scenario, library: Pick<Library, 'clusters'>, seed: number, bases = new BaseClusters()): Cluster {
  const definition = library.clusters.find((candidate) => candidate.id === scenario.cluster)
  if (definition === undefined) throw new ScenarioError(`cluster "${scenario.cluster}" is not defined`)
  const cluster = bases.fork(definition, scenario, seed)
  configureScheduler(cluster, scenario.schedulerConfiguration ?? definition.schedulerConfiguration)
  const startMs = cluster.config.historyMs ?? 0
  for (const [index, step] of scenario.start.entries()) playStep(cluster, step, index)
  if (cluster.nowMs > startMs) {
    const tookMinutes = scenario.historyMinutes + Math.ceil((cluster.nowMs - startMs) / 60_000)
    throw new ScenarioError(`the start takes ${tookMinutes} minutes, but historyMinutes is ${scenario.historyMinutes}`)
  }
  cluster.advanceTo(startMs)
  return cluster
}

function configureScheduler(cluster: Cluster, document: string | undefined): void {
  const error = document === undefined ? undefined : cluster.components.scheduler?.configure(document)
  if (error !== undefined) throw new ScenarioError(`the configuration of the scheduler: ${error}`)
}

function playStep(cluster: Cluster, step: StartStep, index: number): void {
  if ('apply' in step) must(runAsAuthor(cluster, 'kubectl apply -f start.yaml', { 'start.yaml': step.apply }), index)
  else if ('kubectl' in step) must(runAsAuthor(cluster, `kubectl ${step.kubectl}`), index)
  else if ('load' in step) startLoad(cluster, step.load)
  else if ('stopLoad' in step) cluster.components.network.stopFlow(step.stopLoad)
  else if ('advanceSeconds' in step) cluster.advanceTo(cluster.nowMs + step.advanceSeconds * 1000)
  else playUntil(cluster, step, index)
}

function must(result: { readonly exitCode: number; readonly output: string }, index: number): void {
  if (result.exitCode !== 0) throw new ScenarioError(`step ${index + 1} of the start failed: ${result.output.trim()}`)
}

function playUntil(cluster: Cluster, step: Extract<StartStep, { until: unknown }>, index: number): void {
  const check = { id: 'until', title: '', points: 1, kind: 'object', all: step.until, expected: '', actual: '', why: '', onKind: 'no' as const }
  const limitMs = cluster.nowMs + step.withinSeconds * 1000
  while (evaluate([check], new SimulatorView(cluster, noLearner))[0]?.passed !== true) {
    if (cluster.nowMs >= limitMs) throw new ScenarioError(`step ${index + 1} of the start: its condition does not hold within ${step.withinSeconds} s`)
    cluster.advanceTo(cluster.nowMs + untilStepMs)
  }
}
