/** The one thing to say about a Pod that waits for devices: how many are free where, or what keeps it from those that are. */

import type { Pod } from '../../../simulator/index.ts'
import type { Scheduler } from '../../../simulator/scheduler/scheduler.ts'
import type { NodeVerdict } from '../explanation.ts'
import { resourceName, wantedBy } from '../node-room.ts'

/** Figures of the split at most. */
const splitMax = 4

/** undefined for a Pod that asks for no device, and when the devices are not what it lacks. */
export function deviceSentence({ cache }: Scheduler, pod: Pod, nodes: readonly NodeVerdict[]): string | undefined {
  const wanted = [...wantedBy(pod)].find(([resource, amount]) => resource.includes('/') && amount > 0)
  if (wanted === undefined) return undefined
  const [resource, amount] = wanted
  const column = cache.findColumn(resource)
  const free = new Map(cache.nodeSlots().map((slot) => [slot.name, (column?.allocatable[slot.index] ?? 0) - (column?.requested[slot.index] ?? 0)]))
  const name = resourceName(resource)
  const able = nodes.filter((node) => (free.get(node.node) ?? 0) >= amount)
  if (able.length > 0) {
    const reasons = new Set(able.map((node) => node.why ?? node.reasons?.join(', ')))
    const [reason] = reasons
    if (reasons.size > 1 || reason === undefined) return undefined
    return `${able.length === 1 ? `${able[0].node} has` : `${able.length} nodes have`} the ${amount} ${name} that it needs, but: ${reason}.`
  }
  const left = [...free.values()].filter((count) => count > 0).sort((a, b) => b - a)
  if (left.length === 0) return `It needs ${amount} ${name}; none is free.`
  const total = left.reduce((sum, count) => sum + count, 0)
  if (left.length === 1) return `It needs ${amount} ${name}; ${total} ${total === 1 ? 'is' : 'are'} free.`
  const shown = left.slice(0, splitMax).join(', ')
  return `It needs ${amount} ${name} on one node; ${total} are free, split ${shown}${left.length > splitMax ? ' and less' : ''}.`
}
