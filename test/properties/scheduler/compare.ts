/** The reference scheduler's decisions in the form of the corpus, and where two decisions differ. */

import type { Pod } from '../../../simulator/api/types.ts'
import { explainPod } from '../../../simulator/scheduler/explain.ts'
import type { PodExplanation, Rejection } from '../../../simulator/scheduler/explain.ts'
import { podKeyOf } from '../../../simulator/scheduler/pod-class.ts'
import type { Scheduler } from '../../../simulator/scheduler/scheduler.ts'
import type { ReferenceDecision, Told } from '../../../simulator/scheduler/testing/reference/decide.ts'
import { jsonEqual } from '../../conformance/compare.ts'
import type { World } from '../../conformance/scheduler/world.ts'
import type { Cluster } from '../../../simulator/scheduler/testing/reference/types.ts'

/** What both sides must agree on; lists that are sets are sorted. */
export interface Answer {
  gate?: unknown
  preFilter?: unknown
  feasible: readonly string[]
  rejected: { [node: string]: unknown }
  scores: { [plugin: string]: { [node: string]: number } }
  totals: { [node: string]: number }
  best: readonly string[]
  error?: string
  candidates: { [node: string]: unknown }
  ties: readonly string[]
}

const codes: { readonly [code: string]: string } = { unschedulable: 'Unschedulable', unschedulableAndUnresolvable: 'UnschedulableAndUnresolvable', error: 'Error' }

function sorted(list: readonly string[]): string[] {
  return [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function told({ plugin, code, reasons }: Told | Rejection): unknown {
  return { plugin, code: codes[code], reasons: sorted(reasons) }
}

/** Of several nodes on which a filter fails any may be told. */
function errorText(reasons: readonly string[], rejections: readonly { readonly code: string }[]): string {
  return rejections.some(({ code }) => code === 'error') ? 'a filter failed' : reasons.join(', ')
}

function byNode<T, U>(names: readonly string[], values: readonly T[], map: (value: T) => U): { [node: string]: U } {
  return Object.fromEntries(values.map((value, i) => [names[i], map(value)]))
}

/** The answer of the reference. */
export function referenceAnswer(decision: ReferenceDecision): Answer {
  const { gate, preFilter, feasible, rejected, scores, totals, best, error, candidates, bestCandidates } = decision
  return {
    ...(gate && { gate: told(gate) }),
    ...(preFilter && { preFilter: told(preFilter) }),
    feasible: sorted(feasible),
    rejected: Object.fromEntries(Object.entries(rejected).map(([node, why]) => [node, told(why)])),
    scores: Object.fromEntries(Object.entries(scores).map(([plugin, { normalized }]) => [plugin, byNode(feasible, normalized, (n) => n)])),
    totals: byNode(feasible, totals, (n) => n),
    best: sorted(best),
    ...(error && { error: errorText(error.reasons, Object.values(rejected)) }),
    candidates: Object.fromEntries(candidates.map(({ node, victims, violations }) => [node, { victims: victims.map(podKeyOf), violations }])),
    ties: sorted(bestCandidates),
  }
}

function explainedScores({ nodes }: PodExplanation): Pick<Answer, 'scores' | 'totals'> {
  const scored = nodes.filter((node) => node.scores.length > 0)
  const scores: Answer['scores'] = {}
  for (const { node, scores: list } of scored) for (const { plugin, score } of list) (scores[plugin] ??= {})[node] = score
  return { scores, totals: Object.fromEntries(scored.map(({ node, total }) => [node, total])) }
}

/** The answer of the fast scheduler, as its explanation. */
export function fastAnswer(scheduler: Scheduler, pod: Pod): Answer {
  const explained = explainPod(scheduler, pod)
  const { gate, preFilter, error, preemption } = explained
  const candidates = preemption?.candidates ?? []
  return {
    ...(gate && { gate: told(gate) }),
    ...(preFilter && { preFilter: told(preFilter) }),
    feasible: sorted(explained.feasible),
    rejected: Object.fromEntries(explained.nodes.flatMap(({ node, rejection }) => (rejection === undefined ? [] : [[node, told(rejection)]]))),
    ...explainedScores(explained),
    best: sorted(explained.best),
    ...(error && { error: errorText(error.reasons, explained.nodes.flatMap(({ rejection }) => rejection ?? [])) }),
    candidates: Object.fromEntries(candidates.map(({ node, victims, budgetViolations }) => [node, { victims, violations: budgetViolations }])),
    ties: sorted(candidates.filter((c) => c.isBest).map((c) => c.node)),
  }
}

/** The fields in which two answers differ, as text; '' when they agree. */
export function differences(expected: object, actual: object): string {
  const fields = [...new Set([...Object.keys(expected), ...Object.keys(actual)])]
  const of = (answer: object, field: string): unknown => (answer as { [field: string]: unknown })[field]
  return fields.filter((field) => !jsonEqual({ field: of(expected, field) }, { field: of(actual, field) }, true))
    .map((field) => `${field}: ${JSON.stringify(of(expected, field))} is not ${JSON.stringify(of(actual, field))}`).join('\n')
}

/** The cluster of a world as the reference sees it. */
export function clusterOf(world: World): Cluster {
  return { nodes: [...world.nodes.values()], pods: [...world.pods.values()], objects: world.allObjects() }
}
