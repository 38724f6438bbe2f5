import { matchesLabelSelector } from '../../../api/selector.ts'
import type { KubeObject, Node, Pod, PodAffinityTerm } from '../../../api/types.ts'
import { findObject, never, no, placedPods } from './types.ts'
import type { Cluster, ReferencePlugin } from './types.ts'

/** Whether a term of the pod that comes means another: upstream also asks the namespace selector without any labels. */
function meansFromNew(owner: Pod, term: PodAffinityTerm, other: Pod, cluster: Cluster): boolean {
  const { namespaceSelector, labelSelector } = term
  if (namespaceSelector === undefined || !matchesLabelSelector(namespaceSelector, {})) return means(owner, term, other, cluster)
  return labelSelector !== undefined && matchesLabelSelector(labelSelector, other.metadata.labels)
}

/** Whether a term of one pod means another. */
function means(owner: Pod, term: PodAffinityTerm, other: Pod, cluster: Cluster): boolean {
  const { namespaces = [], namespaceSelector, labelSelector } = term
  const namespace = other.metadata.namespace ?? ''
  const named = namespaces.length > 0 || namespaceSelector !== undefined ? namespaces : [owner.metadata.namespace ?? '']
  const labels = findObject<KubeObject>(cluster, 'Namespace', '', namespace)?.metadata.labels
  const isInside = named.includes(namespace) || (namespaceSelector !== undefined && matchesLabelSelector(namespaceSelector, labels))
  return isInside && labelSelector !== undefined && matchesLabelSelector(labelSelector, other.metadata.labels)
}

type Kind = 'podAffinity' | 'podAntiAffinity'

function required({ spec }: Pod, kind: Kind): readonly PodAffinityTerm[] {
  return spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? []
}

function preferred({ spec }: Pod, kind: Kind): { term: PodAffinityTerm; weight: number }[] {
  return (spec.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({ term: podAffinityTerm, weight }))
}

function isTogether(a: Node, b: Node, key: string): boolean {
  const value = a.metadata.labels?.[key]
  return value !== undefined && value === b.metadata.labels?.[key]
}

function meetsAffinity(pod: Pod, node: Node, cluster: Cluster): boolean {
  const terms = required(pod, 'podAffinity')
  if (terms.some(({ topologyKey }) => node.metadata.labels?.[topologyKey] === undefined)) return false
  // Only pods that all terms mean count.
  const friends = placedPods(cluster).filter(({ pod: other }) => terms.every((term) => meansFromNew(pod, term, other, cluster)))
  if (terms.every(({ topologyKey }) => friends.some((friend) => isTogether(friend.node, node, topologyKey)))) return true
  // The first of a group may start where nobody is yet.
  const isNobody = !terms.some(({ topologyKey }) => friends.some((friend) => friend.node.metadata.labels?.[topologyKey] !== undefined))
  return isNobody && terms.every((term) => meansFromNew(pod, term, pod, cluster))
}

function sum(list: readonly number[]): number { return list.reduce((a, b) => a + b, 0) }

/** Weights that a running pod adds for nodes of its domains: what the pod thinks of it, and what it thinks of the pod. */
function opinions(pod: Pod, other: Pod, cluster: Cluster): { key: string; weight: number }[] {
  const own = [...preferred(pod, 'podAffinity'), ...preferred(pod, 'podAntiAffinity').map(({ term, weight }) => ({ term, weight: -weight }))]
  const theirs = [
    ...required(other, 'podAffinity').map((term) => ({ term, weight: 1 })),
    ...preferred(other, 'podAffinity'), ...preferred(other, 'podAntiAffinity').map(({ term, weight }) => ({ term, weight: -weight })),
  ]
  return [...own.filter(({ term }) => meansFromNew(pod, term, other, cluster)), ...theirs.filter(({ term }) => means(other, term, pod, cluster))]
    .map(({ term, weight }) => ({ key: term.topologyKey, weight }))
}

export const interPodAffinity: ReferencePlugin = {
  name: 'InterPodAffinity',
  weight: 2,
  /** A pod without terms that nobody minds is not looked at again, even when nominated pods might mind. */
  preFilter(pod, cluster) {
    const hasOwn = required(pod, 'podAffinity').length + required(pod, 'podAntiAffinity').length > 0
    const isMinded = placedPods(cluster).some((other) => required(other.pod, 'podAntiAffinity').some((term) => means(other.pod, term, pod, cluster) && other.node.metadata.labels?.[term.topologyKey] !== undefined))
    return hasOwn || isMinded ? undefined : 'skip'
  },
  filter(pod, node, cluster) {
    if (!meetsAffinity(pod, node, cluster)) return never("node(s) didn't match pod affinity rules")
    const placed = placedPods(cluster)
    const hasFoe = required(pod, 'podAntiAffinity').some((term) => placed.some((other) => meansFromNew(pod, term, other.pod, cluster) && isTogether(other.node, node, term.topologyKey)))
    if (hasFoe) return no("node(s) didn't match pod anti-affinity rules")
    const isUnwelcome = placed.some((other) => required(other.pod, 'podAntiAffinity').some((term) => means(other.pod, term, pod, cluster) && isTogether(other.node, node, term.topologyKey)))
    return isUnwelcome ? no("node(s) didn't satisfy existing pods anti-affinity rules") : undefined
  },
  score(pod, nodes, cluster) {
    const said = placedPods(cluster).flatMap((other) => opinions(pod, other.pod, cluster).map((opinion) => ({ ...opinion, at: other.node })))
      .filter(({ at, key }) => at.metadata.labels?.[key] !== undefined)
    if (said.length === 0) return 'skip'
    const raw = nodes.map((node) => sum(said.filter(({ at, key }) => isTogether(at, node, key)).map(({ weight }) => weight)))
    const [low, high] = [Math.min(...raw), Math.max(...raw)]
    return { raw, normalized: raw.map((score) => (high > low ? Math.trunc(100 * ((score - low) / (high - low))) : 0)) }
  },
}
