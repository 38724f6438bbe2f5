import type { PluginArguments } from '../../configuration/types.ts'
import type { ScorePlugin } from '../../framework.ts'
import { scoreMax } from '../../framework.ts'
import { skip, success } from '../../status.ts'
import { useOf } from '../node-resources-fit/configured.ts'

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

function deviationOf(fractions: readonly number[]): number {
  if (fractions.length < 2) return 0
  if (fractions.length === 2) return Math.abs((fractions[0]! - fractions[1]!) / 2)
  const mean = fractions.reduce((sum, value) => sum + value, 0) / fractions.length
  return Math.sqrt(fractions.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / fractions.length)
}

/** The plugin for other resources than CPU and memory. */
export function makeNodeResourcesBalancedAllocation({ resources }: PluginArguments['NodeResourcesBalancedAllocation']): ScorePlugin<void> {
  if (resources.length === 2 && resources[0]!.name === 'cpu' && resources[1]!.name === 'memory') return nodeResourcesBalancedAllocation
  return {
    name: 'NodeResourcesBalancedAllocation',
    isNodeLocal: true,
    preScore: ({ podClass: { usage: { requests } } }) => ({ status: resources.every(({ name }) => (requests.get(name) ?? 0) === 0) ? skip : success }),
    score({ cache, podClass }, { index }) {
      const fractions: number[] = []
      for (const { name } of resources) {
        const use = useOf(cache, podClass, name, index, false)
        if (use !== undefined) fractions.push(fraction(use.requested, use.allocatable))
      }
      return Math.trunc((1 - deviationOf(fractions)) * scoreMax)
    },
  }
}
