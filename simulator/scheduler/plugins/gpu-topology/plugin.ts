import { gpuResource } from '../../../gpu/devices.ts'
import { gpuSpecOf, islandsOf } from '../../../gpu/spec.ts'
import { compareText } from '../../../kernel/text.ts'
import type { NodeSlot, PodEntry } from '../../cluster-cache.ts'
import type { Cycle, ScorePlugin } from '../../framework.ts'
import { nodeOf, scoreMax } from '../../framework.ts'
import { skip, success } from '../../status.ts'

/** Free whole GPUs of each island. A node that names no model is one island. */
function islandSizes(slot: NodeSlot, allocatable: number): number[] {
  const spec = gpuSpecOf(nodeOf(slot))
  return spec === undefined ? [allocatable] : islandsOf(spec).map((island) => island.length)
}

function gpusOf({ usage }: PodEntry): number {
  return usage.requests.get(gpuResource) ?? 0
}

/** Takes GPUs as the device plugin would: from the fullest island that has enough, else from the emptiest ones. */
function take(free: number[], count: number): void {
  const fitting = free.filter((left) => left >= count)
  if (fitting.length > 0) {
    free[free.indexOf(Math.min(...fitting))] -= count
    return
  }
  let missing = count
  while (missing > 0) {
    const most = Math.max(...free)
    if (most <= 0) return
    const taken = Math.min(most, missing)
    free[free.indexOf(most)] -= taken
    missing -= taken
  }
}

/** GPUs that are free in each island when the pods of a node took theirs, the largest first. */
function freeByIsland(slot: NodeSlot, allocatable: number): number[] {
  const free = islandSizes(slot, allocatable)
  const pods = slot.pods.filter((entry) => gpusOf(entry) > 0).sort((a, b) => gpusOf(b) - gpusOf(a) || compareText(a.key, b.key))
  for (const entry of pods) take(free, gpusOf(entry))
  return free
}

function scoreNode({ cache, podClass: { usage: { requests } } }: Cycle, slot: NodeSlot): number {
  const wanted = requests.get(gpuResource) ?? 0
  const column = cache.findColumn(gpuResource)
  const allocatable = column?.allocatable[slot.index] ?? 0
  if (allocatable <= 0) return 0
  const used = column?.requested[slot.index] ?? 0
  const packed = Math.min(1, (used + wanted) / allocatable)
  const largest = Math.max(0, ...freeByIsland(slot, allocatable))
  const together = Math.min(1, largest / wanted)
  return Math.floor(((together + packed) / 2) * scoreMax)
}

/**
 * Prefers nodes on which the pod's GPUs are joined by NVLink, and of those the fullest. Not part of the default profile.
 * The score is the mean of two shares: how many of the pod's GPUs fit into one island, and how many of the node's GPUs
 * would be in use (as MostAllocated of NodeResourcesFit counts them).
 * Modelling assumption: the scheduler sees how many GPUs each pod has, not which; it packs them the largest first. A node
 * whose GPUs are shared or divided is scored by its count of nvidia.com/gpu alone.
 */
export const gpuTopology: ScorePlugin<void> = {
  name: 'GpuTopology',
  isNodeLocal: true,
  preScore({ podClass: { usage: { requests } } }) {
    return { status: (requests.get(gpuResource) ?? 0) === 0 ? skip : success }
  },
  score: (cycle, slot) => scoreNode(cycle, slot),
}
