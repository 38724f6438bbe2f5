/**
 * Why a Pod is where it is, in the app's shape: the answer first, then the exact text, then each node. A Pod that was
 * bound is explained as the cluster was at that moment: the past is run again on a fork, up to the attempt itself.
 */

import type { Cluster, Node, Pod } from '../../simulator/index.ts'
import { explainPod } from '../../simulator/scheduler/explain.ts'
import type { NodeExplanation, PodExplanation as Explained } from '../../simulator/scheduler/explain.ts'
import type { Decision } from '../../simulator/scheduler/ports.ts'
import type { Scheduler } from '../../simulator/scheduler/scheduler.ts'
import { deviceSentence } from './explain/device-sentence.ts'
import { whyNever } from './explain/never-fits.ts'
import { preemptionVerdict } from './explain/preemption-texts.ts'
import { wakeRows, wakeSentence } from './explain/wake-texts.ts'
import type { FilterVerdict, NodeVerdict, PodExplanation, PreemptionVerdict } from './explanation.ts'
import type { ObjectRef } from './host-rows.ts'
import { wantedBy, whyRejected } from './node-room.ts'
import { fixesFor } from './pod-fixes.ts'

/** The past of a cluster, as Moments keeps it. */
export interface Past {
  /** The cluster as it was, a fork of its own; undefined before the first moment that is kept. */
  at(ms: number): Cluster | undefined
}

/** What is known of one moment. */
interface View { readonly cluster: Cluster; readonly engine: Scheduler; readonly pod: Pod; readonly found: Explained }

/**
 * Explains a Pod. undefined when it does not exist or no scheduler runs.
 * @param cluster a fork of the moment that is looked at: it is changed for trials
 * @param past without it, a Pod on a node is explained as if it were to be scheduled again now
 */
export function explain(cluster: Cluster, ref: ObjectRef, past?: Past): PodExplanation | undefined {
  const podKey = `${ref.namespace ?? 'default'}/${ref.name}`
  const pod = cluster.peekOne<Pod>('pods', podKey)
  const { scheduler } = cluster.components
  if (pod === undefined || scheduler === undefined) return undefined
  const attempts = attemptsOf(cluster, scheduler.decisions(), pod, podKey)
  const engine = scheduler.scheduler()
  const kind = kindOf(engine, pod, podKey, attempts)
  const bound = kind === 'placed' ? attempts.findLast((decision) => decision.result === 'scheduled') : undefined
  const atAttempt = bound === undefined ? undefined : replayed(past, bound, (view) => tell(view, { ref, kind, chosen: bound.node, bestCount: bound.bestCount }))
  const part = atAttempt ?? tell({ cluster, engine, pod, found: explainPod(engine, pod) }, { ref, kind, chosen: pod.spec.nodeName ?? '' })
  const shiftMs = cluster.config.historyMs ?? 0
  const evicting = attempts.findLast((decision) => decision.victims.length > 0)
  const eviction = evicting === undefined ? undefined : replayed(past, evicting, ({ found }) => evictionOf(found, evicting, shiftMs))
  return {
    ...part,
    basis: atAttempt === undefined ? 'now' : 'attempt', atMs: (atAttempt === undefined ? cluster.nowMs : (bound?.atMs ?? 0)) - shiftMs,
    attempt: attempts.length, attemptCount: attempts.length, attemptAtMs: (attempts.at(-1)?.atMs ?? cluster.nowMs) - shiftMs, message: messageOf(cluster, pod),
    ...(eviction === undefined ? {} : { preemption: eviction }),
    fixes: (kind === 'pending' || kind === 'gated') && part.nodes.every((node) => node.rejectedBy !== undefined) ? fixesFor(cluster, engine, pod) : [],
  }
}

/** Recorded attempts of this Pod; one of the same name before it does not count. */
function attemptsOf(cluster: Cluster, decisions: readonly Decision[], pod: Pod, podKey: string): readonly Decision[] {
  const createdMs = pod.metadata.creationTimestamp === undefined ? 0 : cluster.clock.parse(pod.metadata.creationTimestamp)
  return decisions.filter((decision) => decision.podKey === podKey && decision.atMs >= createdMs)
}

function kindOf(engine: Scheduler, pod: Pod, podKey: string, attempts: readonly Decision[]): PodExplanation['kind'] {
  if ((pod.spec.nodeName ?? '') !== '') return attempts.length === 0 ? 'bypassed' : 'placed'
  if (engine.gateOf(pod) !== undefined) return 'gated'
  return attempts.length === 0 && engine.queue.find(podKey) === undefined && pod.metadata.deletionTimestamp === undefined ? 'ignored' : 'pending'
}

/** Runs the past up to an attempt and looks just before it. undefined when the past does not reach so far. */
function replayed<T>(past: Past | undefined, { podKey, atMs }: Decision, look: (view: View) => T): T | undefined {
  const cluster = past?.at(atMs - 1)
  const engine = cluster?.components.scheduler?.scheduler()
  if (cluster === undefined || engine === undefined) return undefined
  let seen: T | undefined
  engine.onAttempt = (pod) => {
    if (seen === undefined && `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}` === podKey) seen = look({ cluster, engine, pod, found: explainPod(engine, pod) })
  }
  cluster.advanceTo(atMs)
  return seen
}

function evictionOf({ preemption }: Explained, { node, atMs }: Decision, shiftMs: number): PreemptionVerdict | undefined {
  return preemption === undefined ? undefined : preemptionVerdict(preemption, node, atMs - shiftMs)
}

interface Told { readonly ref: ObjectRef; readonly kind: PodExplanation['kind']; readonly chosen: string; readonly bestCount?: number }
type Part = Omit<PodExplanation, 'basis' | 'atMs' | 'attempt' | 'attemptCount' | 'attemptAtMs' | 'message' | 'fixes'>

/** What can be said of one moment. */
function tell({ cluster, engine, pod, found }: View, { ref, kind, chosen, bestCount = found.best.length }: Told): Part {
  const filters = filterRows(engine, pod)
  const wanted = wantedBy(pod)
  const nodes = kind === 'ignored' || kind === 'bypassed' ? [] : found.nodes.map((node) => {
    const verdict = verdictOf(node, chosen, filters)
    const why = whyRejected(verdict.rejectedBy ?? '', engine, cluster.peekOne<Node>('nodes', node.node), pod, wanted)
    return why === undefined ? verdict : { ...verdict, why }
  })
  const never = kind === 'pending' || kind === 'gated' ? whyNever(engine, pod) : []
  const shiftMs = cluster.config.historyMs ?? 0
  const rows = wakeRows(found.wake)
  const wakes = wakeSentence(found.wake, rows, cluster.nowMs, (atMs) => atMs - shiftMs)
  const waits = kind === 'pending' || kind === 'gated'
  const { backoffEndMs, flushMs, queue } = found.wake
  return {
    pod: ref, kind, sentence: sentenceOf(kind, chosen, nodes, never, found, pod, engine), never, nodes, best: found.best,
    ...(kind === 'placed' ? scoreNoteOf(found, chosen, bestCount) : {}), ...samplingNoteOf(found, nodes.length),
    ...(found.preemption === undefined || !waits ? {} : { preemption: preemptionVerdict(found.preemption) }),
    ...(waits && wakes !== '' ? { wakes } : {}),
    ...(waits ? { wakeUp: { queue, events: rows, ...(backoffEndMs > cluster.nowMs ? { backoffEndsAtMs: backoffEndMs - shiftMs } : {}), ...(flushMs === undefined ? {} : { retriesAtMs: flushMs - shiftMs }) } } : {}),
  }
}

// ---- nodes -----------------------------------------------------------------------------------------------------------

interface FilterRows { readonly names: readonly string[]; readonly rows: Map<number, readonly FilterVerdict[]> }

function filterRows(engine: Scheduler, pod: Pod): FilterRows {
  const { localFilters, crossFilters } = engine.profileOf(pod)
  return { names: [...localFilters, ...crossFilters].map(({ plugin }) => plugin.name), rows: new Map() }
}

/** The verdicts up to the plugin that said no; thousands of nodes share a handful of lists. */
function filtersUpTo({ names, rows }: FilterRows, rejectedAt: number): readonly FilterVerdict[] {
  let row = rows.get(rejectedAt)
  if (row === undefined) {
    row = names.map((plugin, i) => ({ plugin, verdict: i < rejectedAt ? ('yes' as const) : i === rejectedAt ? ('no' as const) : ('not-asked' as const) }))
    rows.set(rejectedAt, row)
  }
  return row
}

function verdictOf(node: NodeExplanation, chosen: string, filters: FilterRows): NodeVerdict {
  const { rejection } = node
  if (rejection !== undefined) return { node: node.node, rejectedBy: rejection.plugin, reasons: rejection.reasons, filters: filtersUpTo(filters, filters.names.indexOf(rejection.plugin)) }
  const yes = filtersUpTo(filters, filters.names.length)
  if (node.isUnseen === true) return { node: node.node, filters: yes, isUnseen: true }
  const scores = node.scores.map(({ plugin, raw, score, weight }) => ({ plugin, raw, normalized: score, weight, weighted: score * weight }))
  return { node: node.node, filters: yes, scores, total: node.total, isChosen: node.node === chosen }
}

// ---- words -----------------------------------------------------------------------------------------------------------

function sentenceOf(kind: PodExplanation['kind'], chosen: string, nodes: readonly NodeVerdict[], never: readonly string[], found: Explained, pod: Pod, engine: Scheduler): string {
  const feasible = nodes.filter((node) => node.rejectedBy === undefined && node.isUnseen !== true).length
  if (kind === 'gated') return 'A scheduling gate holds the Pod back; no node is looked at.'
  if (kind === 'bypassed') return `The Pod named ${chosen} itself; the scheduler was not asked.`
  if (kind === 'ignored') return `No scheduler named ${pod.spec.schedulerName ?? ''} runs, so nobody looks at the Pod.`
  if (kind === 'placed') return placedSentence(chosen, feasible, nodes, found)
  if (never.length > 0) return `It can never fit on this cluster as it is written. ${never.join(' ')}`
  if (found.preFilter !== undefined) return `No node is looked at: ${found.preFilter.reasons.join(', ')}.`
  const ofDevices = feasible === 0 ? deviceSentence(engine, pod, nodes) : undefined
  if (ofDevices !== undefined) return `None of ${nodes.length} nodes fits. ${ofDevices}`
  const reasons = new Map<string, number>()
  for (const node of nodes) for (const reason of node.reasons ?? []) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const [first] = [...reasons.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  if (feasible > 0) return `${feasible} of ${nodes.length} nodes fit now; the next attempt can bind it.`
  return first === undefined ? 'No node can take it.' : `None of ${nodes.length} nodes fits. Most often: ${first[0]} (${first[1]}).`
}

function placedSentence(chosen: string, feasible: number, nodes: readonly NodeVerdict[], { best, sampling }: Explained): string {
  if (sampling?.nominatedNode === chosen) return `${chosen} was freed for it by preemption, and it fits there.`
  if (feasible <= 1 && nodes.find((node) => node.node === chosen)?.rejectedBy === undefined) return `${chosen} is the one node that fits.`
  if (best.includes(chosen)) return `${chosen} had the highest score of ${feasible} nodes that fit.`
  return `It runs on ${chosen}. As the cluster is now, ${best[0] ?? 'no node'} would be chosen.`
}

function scoreNoteOf({ best }: Explained, chosen: string, bestCount: number): Pick<PodExplanation, 'scoreNote'> {
  if (best.length < 2) return {}
  return { scoreNote: best.includes(chosen) ? `${bestCount} nodes share the highest score; ${chosen} was drawn.` : `${best.length} nodes share the highest score; one of them is drawn.` }
}

function samplingNoteOf({ sampling }: Explained, nodeCount: number): Pick<PodExplanation, 'samplingNote'> {
  if (sampling === undefined) return {}
  if (sampling.nominatedNode !== undefined) return { samplingNote: `It was nominated to ${sampling.nominatedNode}, which fits; no other node was looked at.` }
  return { samplingNote: `An attempt stops when it has found ${sampling.wanted} nodes that fit. It began at ${sampling.firstNode} and looked at ${sampling.lookedAt} of ${nodeCount} nodes; the others were not scored.` }
}

function messageOf(cluster: Cluster, pod: Pod): string {
  const condition = pod.status?.conditions?.find((candidate) => candidate.type === 'PodScheduled')
  if (condition?.status === 'False') return condition.message ?? ''
  const event = cluster.eventRows().find((row) => row.regarding.uid === pod.metadata.uid && row.reason === 'Scheduled')
  return event?.message ?? ''
}
