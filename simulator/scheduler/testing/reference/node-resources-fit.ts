import type { Node } from '../../../api/types.ts'
import { amounts, isCounted, nonZeroAmounts, podAmounts, scoringAmounts } from './requests.ts'
import { podsOn } from './types.ts'
import type { Cluster, ReferencePlugin } from './types.ts'

/** Sum of one resource over the pods of a node. */
export function usedOn(cluster: Cluster, node: Node, resource: string, isNonZero = false): number {
  return podsOn(cluster, node.metadata.name ?? '')
    .map((pod) => (isNonZero ? nonZeroAmounts(pod) : podAmounts(pod, { isRunning: true }))[resource] ?? 0)
    .reduce((a, b) => a + b, 0)
}

export const nodeResourcesFit: ReferencePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  filter(pod, node, cluster) {
    const has = amounts(node.status?.allocatable)
    const wanted = Object.entries(podAmounts(pod, { isRunning: false })).filter(([resource, amount]) => amount > 0 && isCounted(resource))
    const short = wanted.filter(([resource, amount]) => amount > (has[resource] ?? 0) - usedOn(cluster, node, resource))
    const isFull = podsOn(cluster, node.metadata.name ?? '').length + 1 > (has['pods'] ?? 0)
    const reasons = [...(isFull ? ['Too many pods'] : []), ...short.map(([resource]) => `Insufficient ${resource}`)]
    if (reasons.length === 0) return undefined
    const isHopeless = short.some(([resource, amount]) => amount > (has[resource] ?? 0))
    return { code: isHopeless ? 'unschedulableAndUnresolvable' : 'unschedulable', reasons }
  },
  /** The share of CPU and memory that stays free. */
  score(pod, nodes, cluster) {
    const wanted = scoringAmounts(pod)
    const raw = nodes.map((node) => {
      const has = amounts(node.status?.allocatable)
      const parts = ['cpu', 'memory'].filter((resource) => (has[resource] ?? 0) > 0).map((resource) => {
        const used = usedOn(cluster, node, resource, true) + (wanted[resource] ?? 0)
        return used > has[resource] ? 0 : Math.floor(((has[resource] - used) * 100) / has[resource])
      })
      return parts.length === 0 ? 0 : Math.floor(parts.reduce((a, b) => a + b, 0) / parts.length)
    })
    return { raw, normalized: raw }
  },
}
