/** Why a pod is where it is, in the app's shape: the answer first, then the exact text, then each node. */

import type { Cluster, Node, Pod } from '../../simulator/index.ts'
import { explainPod } from '../../simulator/scheduler/explain.ts'
import type { NodeExplanation } from '../../simulator/scheduler/explain.ts'
import { defaultProfile } from '../../simulator/scheduler/registry.ts'
import type { NodeVerdict, PodExplanation } from './host.ts'
import type { ObjectRef } from './host-rows.ts'
import { whyRejected } from './node-room.ts'
import { fixesFor } from './pod-fixes.ts'

/** Explains a pod. undefined when it does not exist or no scheduler runs. */
export function explain(cluster: Cluster, ref: ObjectRef): PodExplanation | undefined {
  const podKey = `${ref.namespace}/${ref.name}`
  const pod = cluster.peekOne<Pod>('pods', podKey)
  const { scheduler } = cluster.components
  if (pod === undefined || scheduler === undefined) return undefined
  const engine = scheduler.scheduler()
  const found = explainPod(engine, pod)
  const decisions = scheduler.decisions().filter((decision) => decision.podKey === podKey)
  const shiftMs = cluster.config.historyMs ?? 0
  const nodeName = pod.spec.nodeName ?? ''
  const kind = found.gate !== undefined ? 'gated' : nodeName !== '' ? (decisions.length === 0 ? 'bypassed' : 'placed') : 'pending'
  const nodes = found.nodes.map((node) => {
    const verdict = verdictOf(node, nodeName)
    const why = whyRejected(verdict.rejectedBy ?? '', engine, cluster.peekOne<Node>('nodes', node.node), pod)
    return why === undefined ? verdict : { ...verdict, why }
  })
  return {
    pod: ref, kind, attempt: decisions.length, attemptCount: decisions.length, attemptAtMs: (decisions.at(-1)?.atMs ?? cluster.nowMs) - shiftMs,
    sentence: sentenceOf(kind, nodeName, nodes), message: messageOf(cluster, pod), nodes,
    fixes: kind === 'pending' && found.feasible.length === 0 ? fixesFor(cluster, engine, pod) : [],
    ...(found.best.length > 1 ? { scoreNote: `${found.best.length} nodes share the highest score; one of them is drawn.` } : {}),
    ...(kind === 'pending' ? { wakes: 'The queue looks again when a node, a Pod or a taint changes that the rejecting plugins wait for.' } : {}),
  }
}

/** Filter plugins in running order. */
const filterNames = defaultProfile.map(({ plugin }) => plugin).filter((plugin) => 'filter' in plugin).map((plugin) => plugin.name)

function verdictOf(node: NodeExplanation, nodeName: string): NodeVerdict {
  const { rejection } = node
  const rejectedAt = rejection === undefined ? filterNames.length : filterNames.indexOf(rejection.plugin)
  const filters = filterNames.map((plugin, i) => ({ plugin, verdict: i < rejectedAt ? ('yes' as const) : i === rejectedAt ? ('no' as const) : ('not-asked' as const) }))
  if (rejection !== undefined) return { node: node.node, rejectedBy: rejection.plugin, reasons: rejection.reasons, filters }
  const scores = node.scores.map(({ plugin, raw, score, weight }) => ({ plugin, raw, normalized: score, weight, weighted: score * weight }))
  return { node: node.node, filters, scores, total: node.total, isChosen: node.node === nodeName }
}

function sentenceOf(kind: PodExplanation['kind'], nodeName: string, nodes: readonly NodeVerdict[]): string {
  const feasible = nodes.filter((node) => node.rejectedBy === undefined).length
  if (kind === 'gated') return 'A scheduling gate holds the Pod back; no node is looked at.'
  if (kind === 'bypassed') return `The Pod named ${nodeName} itself; the scheduler was not asked.`
  if (kind === 'placed') return feasible <= 1 ? `${nodeName} is the one node that fits.` : `${nodeName} had the highest score of ${feasible} nodes that fit.`
  const reasons = new Map<string, number>()
  for (const node of nodes) for (const reason of node.reasons ?? []) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const [first] = [...reasons.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  if (feasible > 0) return `${feasible} of ${nodes.length} nodes fit now; the next attempt can bind it.`
  return first === undefined ? 'No node can take it.' : `None of ${nodes.length} nodes fits. Most often: ${first[0]} (${first[1]}).`
}

function messageOf(cluster: Cluster, pod: Pod): string {
  const condition = pod.status?.conditions?.find((candidate) => candidate.type === 'PodScheduled')
  if (condition?.status === 'False') return condition.message ?? ''
  const event = cluster.eventRows().find((row) => row.regarding.uid === pod.metadata.uid && row.reason === 'Scheduled')
  return event?.message ?? ''
}
