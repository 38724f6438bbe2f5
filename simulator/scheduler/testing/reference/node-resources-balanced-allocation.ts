import { usedOn } from './node-resources-fit.ts'
import { amounts, podAmounts } from './requests.ts'
import type { ReferencePlugin } from './types.ts'

export const nodeResourcesBalancedAllocation: ReferencePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score(pod, nodes, cluster) {
    const wanted = podAmounts(pod, { isRunning: false })
    if ((wanted['cpu'] ?? 0) === 0 && (wanted['memory'] ?? 0) === 0) return 'skip'
    const raw = nodes.map((node) => {
      const has = amounts(node.status?.allocatable)
      const shares = ['cpu', 'memory'].filter((resource) => (has[resource] ?? 0) > 0)
        .map((resource) => Math.min(1, (usedOn(cluster, node, resource) + (wanted[resource] ?? 0)) / has[resource]))
      // The standard deviation of two values is half their distance.
      const deviation = shares.length === 2 ? Math.abs((shares[0] - shares[1]) / 2) : 0
      return Math.trunc((1 - deviation) * 100)
    })
    return { raw, normalized: raw }
  },
}
