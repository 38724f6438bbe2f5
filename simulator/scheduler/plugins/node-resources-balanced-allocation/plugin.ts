import type { ScorePlugin } from '../../framework.ts'
import { scoreMax } from '../../framework.ts'
import { skip, success } from '../../status.ts'

function fraction(requested: number, allocatable: number): number {
  return Math.min(1, requested / allocatable)
}

/**
 * Prefers nodes whose CPU and memory would be used to a like degree.
 * Models kubernetes/pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go (v1.35).
 */
export const nodeResourcesBalancedAllocation: ScorePlugin<void> = {
  name: 'NodeResourcesBalancedAllocation',
  isNodeLocal: true,
  preScore({ podClass: { usage: { requests } } }) {
    return { status: (requests.get('cpu') ?? 0) === 0 && (requests.get('memory') ?? 0) === 0 ? skip : success }
  },
  score({ cache, podClass: { usage: { requests } } }, { index }) {
    const cpu = cache.cpu.allocatable[index]
    const memory = cache.memory.allocatable[index]
    let deviation = 0
    if (cpu !== 0 && memory !== 0) {
      const cpuFraction = fraction(cache.cpu.requested[index] + (requests.get('cpu') ?? 0), cpu)
      const memoryFraction = fraction(cache.memory.requested[index] + (requests.get('memory') ?? 0), memory)
      // Of two values the standard deviation is half their distance.
      deviation = Math.abs((cpuFraction - memoryFraction) / 2)
    }
    return Math.trunc((1 - deviation) * scoreMax)
  },
}
