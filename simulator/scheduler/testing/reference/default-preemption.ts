import { matchesLabelSelector } from '../../../api/selector.ts'
import type { Node, Pod, PodDisruptionBudget } from '../../../api/types.ts'
import { compareText } from '../../../kernel/text.ts'
import { keyOf, listObjects, podsOn, priorityOf } from './types.ts'
import type { Cluster, Verdict } from './types.ts'

export interface Candidate { readonly node: string; readonly victims: readonly Pod[]; readonly violations: number }
/** Whether a pod fits on a node of a cluster, nominated pods seen. */
export type Fits = (pod: Pod, node: Node, cluster: Cluster) => Verdict | undefined

function startOf(pod: Pod): string { return pod.status?.startTime ?? '9999' }

function byImportance(a: Pod, b: Pod): number {
  return priorityOf(b) - priorityOf(a) || compareText(startOf(a), startOf(b)) || compareText(keyOf(a), keyOf(b))
}

function without(cluster: Cluster, gone: readonly Pod[]): Cluster {
  return { ...cluster, pods: cluster.pods.filter((pod) => !gone.includes(pod)), before: cluster.before ?? cluster }
}

function protects({ metadata, spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {}
  const isEmpty = Object.keys(matchLabels).length + matchExpressions.length === 0
  return metadata.namespace === pod.metadata.namespace && !isEmpty && Object.keys(pod.metadata.labels ?? {}).length > 0
    && matchesLabelSelector(spec?.selector, pod.metadata.labels) && status?.disruptedPods?.[pod.metadata.name ?? ''] === undefined
}

/** Pods whose eviction goes beyond a budget, the more important ones being evicted first. */
function violating(pods: readonly Pod[], cluster: Cluster): Pod[] {
  const budgets = listObjects<PodDisruptionBudget>(cluster, 'PodDisruptionBudget')
  return pods.filter((pod, i) => budgets.some((budget) => {
    const used = pods.slice(0, i + 1).filter((other) => protects(budget, other)).length
    return protects(budget, pod) && used > (budget.status?.disruptionsAllowed ?? 0)
  }))
}

/** Takes all less important pods away, then puts back as many as possible. */
export function candidateOn(pod: Pod, node: Node, cluster: Cluster, fits: Fits): Candidate | undefined {
  const less = podsOn(cluster, node.metadata.name ?? '').filter((other) => priorityOf(other) < priorityOf(pod)).sort(byImportance)
  if (less.length === 0 || fits(pod, node, without(cluster, less)) !== undefined) return undefined
  const violators = violating(less, cluster)
  let gone: readonly Pod[] = less
  for (const other of [...violators, ...less.filter((p) => !violators.includes(p))]) {
    const left = gone.filter((p) => p !== other)
    if (fits(pod, node, without(cluster, left)) === undefined) gone = left
  }
  if (gone.length === 0) return undefined
  return { node: node.metadata.name ?? '', victims: [...gone].sort(byImportance), violations: gone.filter((p) => violators.includes(p)).length }
}

/** Fewest violations, least important victims, fewest of them, those that run for the shortest time. */
export function bestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const highest = ({ victims }: Candidate): number => Math.max(...victims.map(priorityOf))
  const rules: ((c: Candidate) => number)[] = [
    (c) => c.violations, highest,
    (c) => c.victims.map((victim) => priorityOf(victim) + 2 ** 31).reduce((a, b) => a + b, 0),
    (c) => c.victims.length,
  ]
  let left = candidates
  for (const rule of rules) {
    const least = Math.min(...left.map(rule))
    left = left.filter((c) => rule(c) === least)
  }
  const earliest = (c: Candidate): string => c.victims.filter((victim) => priorityOf(victim) === highest(c)).map(startOf).sort(compareText)[0]
  const latest = left.map(earliest).sort(compareText).at(-1)
  return left.filter((c) => earliest(c) === latest)
}

/** Whether the pod may evict others: not if it never does, nor while victims of its own are still leaving. */
export function mayPreempt(pod: Pod, cluster: Cluster, verdictOf: (node: string) => Verdict | undefined): boolean {
  if (pod.spec.preemptionPolicy === 'Never') return false
  const nominated = pod.status?.nominatedNodeName ?? ''
  if (!cluster.nodes.some((node) => node.metadata.name === nominated) || verdictOf(nominated)?.code === 'unschedulableAndUnresolvable') return true
  return !podsOn(cluster, nominated).some((other) => priorityOf(other) < priorityOf(pod) && other.metadata.deletionTimestamp !== undefined
    && other.status?.conditions?.some((c) => c.type === 'DisruptionTarget' && c.status === 'True' && c.reason === 'PreemptionByScheduler'))
}
