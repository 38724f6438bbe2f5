/** Rows with one pod to schedule: everything the row says is compared. */

import type { Pod } from '../../../simulator/api/types.ts'
import { explainPod } from '../../../simulator/scheduler/explain.ts'
import type { PodExplanation, Rejection } from '../../../simulator/scheduler/explain.ts'
import { podKeyOf } from '../../../simulator/scheduler/pod-class.ts'
import { jsonEqual } from '../compare.ts'
import type { CaseResult, JsonValue, Row } from '../runner.ts'
import { withoutNulls, World } from './world.ts'

const codes: { readonly [code: string]: string } = { unschedulable: 'Unschedulable', unschedulableAndUnresolvable: 'UnschedulableAndUnresolvable', error: 'Error' }
export type Answer = { [field: string]: unknown }

function sorted(list: readonly string[]): string[] {
  return [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function rejection({ plugin, code, reasons }: Rejection): Answer {
  return { plugin, code: codes[code], reasons: sorted(reasons) }
}

function scoresOf({ nodes }: PodExplanation): Answer {
  const scores: { [plugin: string]: { [node: string]: number } } = {}
  const totals: { [node: string]: number } = {}
  for (const { node, scores: list, total } of nodes) {
    if (list.length === 0) continue
    totals[node] = total
    for (const { plugin, score } of list) (scores[plugin] ??= {})[node] = score
  }
  return { scores, totals }
}

function explanationPart(explained: PodExplanation): Answer {
  const rejected: Answer = {}
  for (const { node, rejection: why } of explained.nodes) if (why !== undefined) rejected[node] = rejection(why)
  return {
    ...(explained.preFilter && { prefilter: rejection(explained.preFilter) }),
    feasible: sorted(explained.feasible),
    rejected,
    ...scoresOf(explained),
    best: sorted(explained.best),
  }
}

function postFilterPart(world: World, explained: PodExplanation): Answer | undefined {
  const nominatedNode = world.decision?.node ?? ''
  const candidates = explained.preemption?.candidates ?? []
  if (nominatedNode === '' && candidates.length === 0) return undefined
  const ties = sorted(candidates.filter((c) => c.isBest).map((c) => c.node))
  return {
    nominatedNode,
    ...(ties.length > 1 && { ties }),
    victims: world.decision?.victims ?? [],
    candidates: Object.fromEntries(candidates.map(({ node, victims, budgetViolations }) => [node, { victims, ...(budgetViolations > 0 && { pdbViolations: budgetViolations }) }])),
    cleared: sorted(world.cleared),
  }
}

/** Explains, tries, and tells everything in the form of a row. */
export function answer(world: World, pod: Pod): Answer {
  const key = podKeyOf(pod)
  const explained = explainPod(world.scheduler, pod)
  if (explained.gate !== undefined) {
    const condition = pod.status?.conditions?.find((c) => c.type === 'PodScheduled')
    return { result: 'gated', preEnqueue: rejection(explained.gate), reason: condition?.reason ?? '', message: condition?.message ?? '' }
  }
  world.attempt(key)
  const { decision } = world
  if (decision === undefined) return { result: 'none' }
  const part = explanationPart(explained)
  if (decision.result === 'scheduled') return { result: 'scheduled', ...part, chosen: decision.node }
  const postFilter = postFilterPart(world, explained)
  return {
    result: decision.result,
    ...part,
    reason: world.reason,
    message: world.message,
    ...(world.note !== world.message && { event: world.note }),
    ...(postFilter && { postFilter }),
  }
}

/** Brings what is drawn by lot to the same form on both sides. */
export function comparable(expected: { [field: string]: JsonValue }, actual: Answer): { expected: Answer; actual: Answer } {
  const want: Answer = { ...expected }
  const got: Answer = { ...actual }
  const best = (got['best'] ?? []) as string[]
  if (got['chosen'] !== undefined && best.includes(got['chosen'] as string)) {
    delete got['chosen']
    delete want['chosen']
  }
  const ours = got['postFilter'] as Answer | undefined
  const theirs = want['postFilter'] as Answer | undefined
  const ties = (ours?.['ties'] ?? []) as string[]
  if (ours !== undefined && theirs !== undefined && ties.length > 1 && ties.includes(ours['nominatedNode'] as string)) {
    for (const field of ['nominatedNode', 'victims', 'cleared']) {
      want['postFilter'] = { ...(want['postFilter'] as Answer), [field]: undefined }
      got['postFilter'] = { ...(got['postFilter'] as Answer), [field]: undefined }
    }
  }
  return { expected: want, actual: got }
}

/** Only the fields that differ, so that a failure can be read. */
export function difference(expected: Answer, actual: Answer): { expected: Answer; actual: Answer } | undefined {
  const left: Answer = {}
  const right: Answer = {}
  let differs = false
  for (const field of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    if (jsonEqual(expected[field], actual[field], true)) continue
    differs = true
    left[field] = expected[field]
    right[field] = actual[field]
  }
  return differs ? { expected: left, actual: right } : undefined
}

/** Runs a row with one pod. */
export function runAttempt(given: Row): CaseResult {
  const row = withoutNulls(given) as Row
  const name = String(row['name'])
  const world = new World(row)
  const pod = world.createPod(row['pod'] as unknown as Pod)
  const { expected, actual } = comparable(row['expect'] as { [field: string]: JsonValue }, answer(world, pod))
  const differs = difference(expected, actual)
  return differs === undefined ? { name, ok: true } : { name, ok: false, ...differs }
}
