import type { Node, Pod } from '../../../api/types.ts'
import type { NodeEvent, PodEvent } from '../../cluster-events.ts'
import type { ClusterCache, NodeSlot } from '../../cluster-cache.ts'
import type { ResourceColumn } from '../../columns.ts'
import type { Cycle, FilterPlugin, ScorePlugin } from '../../framework.ts'
import { scoreMax } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { amountsOf, isScalarResource, podRequests } from '../../pod-requests.ts'
import type { Amounts } from '../../pod-requests.ts'
import type { PluginStatus } from '../../status.ts'
import { success } from '../../status.ts'

/** True for resources that a node's allocatable limits. */
export function isCounted(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage' || isScalarResource(resource)
}

/** Resources in the order in which reasons are given. */
export function shortages(cache: ClusterCache, requests: Amounts, index: number, podCount: number): PluginStatus {
  const reasons: string[] = []
  let isHopeless = false
  if (podCount + 1 > cache.podsAllowed[index]) reasons.push(schedulerReasons.tooManyPods)
  for (const [resource, amount] of requests) {
    if (amount === 0 || !isCounted(resource)) continue
    const column = cache.findColumn(resource)
    const allocatable = column === undefined ? 0 : column.allocatable[index]
    const requested = column === undefined ? 0 : column.requested[index]
    if (amount <= allocatable - requested) continue
    reasons.push(schedulerReasons.insufficient(resource))
    // More than the whole node has: no eviction helps.
    if (amount > allocatable) isHopeless = true
  }
  if (reasons.length === 0) return success
  return { code: isHopeless ? 'unschedulableAndUnresolvable' : 'unschedulable', reasons }
}

/** What a class asks for, by column. */
interface Wanted {
  readonly columns: readonly ResourceColumn[]
  readonly amounts: readonly number[]
  /** Rejections by what is short, as bits: bit 0 is the number of pods, two bits each resource. */
  readonly rejections: Map<number, PluginStatus>
}

const columnsMax = 12

/** Undefined when no node has had one of the resources yet. */
function wantedOf({ cache, podClass: { memo, usage } }: Cycle): Wanted | undefined {
  const known = memo.get('NodeResourcesFit') as Wanted | undefined
  if (known !== undefined) return known
  const columns: ResourceColumn[] = []
  const amounts: number[] = []
  for (const [resource, amount] of usage.requests) {
    if (amount === 0 || !isCounted(resource)) continue
    const column = cache.findColumn(resource)
    if (column === undefined || columns.length === columnsMax) return undefined
    columns.push(column)
    amounts.push(amount)
  }
  const wanted = { columns, amounts, rejections: new Map() }
  memo.set('NodeResourcesFit', wanted)
  return wanted
}

/** The answer from the columns; undefined when it must be worked out. Nodes that are short of the same get one object. */
function filterByColumns(cycle: Cycle, { index, pods }: NodeSlot): PluginStatus | undefined {
  const wanted = wantedOf(cycle)
  if (wanted === undefined) return undefined
  const { columns, amounts, rejections } = wanted
  let short = pods.length + 1 > cycle.cache.podsAllowed[index] ? 1 : 0
  for (let i = 0; i < columns.length; i++) {
    const amount = amounts[i]
    const { allocatable, requested } = columns[i]
    if (amount > allocatable[index] - requested[index]) short |= (amount > allocatable[index] ? 6 : 2) << (2 * i)
  }
  if (short === 0) return success
  let status = rejections.get(short)
  if (status === undefined) rejections.set(short, (status = shortages(cycle.cache, cycle.podClass.usage.requests, index, pods.length)))
  return status
}

function fitsEmptyNode(requests: Amounts, node: Node): boolean {
  const allocatable = amountsOf(node.status?.allocatable)
  if ((allocatable.get('pods') ?? 0) < 1) return false
  for (const [resource, amount] of requests) if (isCounted(resource) && amount > (allocatable.get(resource) ?? 0)) return false
  return true
}

function hasMore(requests: Amounts, old: Node, node: Node): boolean {
  const before = amountsOf(old.status?.allocatable)
  const after = amountsOf(node.status?.allocatable)
  const grew = (resource: string): boolean => (after.get(resource) ?? 0) > (before.get(resource) ?? 0)
  if (grew('pods')) return true
  for (const [resource, amount] of requests) if (amount > 0 && isCounted(resource) && grew(resource)) return true
  return false
}

function freesWanted(pod: Pod, { old, new: changed }: PodEvent): boolean {
  if (changed === undefined) return (old?.spec.nodeName ?? '') !== '' || (old?.status?.nominatedNodeName ?? '') !== ''
  if (changed.metadata.uid === pod.metadata.uid) return true
  if ((changed.spec.nodeName ?? '') === '' || old === undefined) return false
  const before = podRequests(old, { useStatus: true })
  const after = podRequests(changed, { useStatus: true })
  for (const [resource, amount] of podRequests(pod, { useStatus: true })) {
    if (amount > 0 && isCounted(resource) && (before.get(resource) ?? 0) > (after.get(resource) ?? 0)) return true
  }
  return false
}

/** The score of one resource where little use is best. */
export function leastRequested(requested: number, allocatable: number): number {
  return requested > allocatable ? 0 : Math.floor(((allocatable - requested) * scoreMax) / allocatable)
}

/**
 * Requests must fit into what is free; nodes with more left are preferred (LeastAllocated, CPU and memory alike).
 * Models kubernetes/pkg/scheduler/framework/plugins/noderesources/fit.go (v1.35).
 */
export const nodeResourcesFit: FilterPlugin<void> & ScorePlugin<void> = {
  name: 'NodeResourcesFit',
  isNodeLocal: true,
  retryOn: [
    { resource: 'Pod', actions: ['delete', 'updatePodScaleDown'], hint: (pod, objects) => freesWanted(pod, objects as PodEvent) },
    {
      resource: 'Node', actions: ['add', 'updateNodeAllocatable'],
      hint(pod, objects) {
        const { old, new: node } = objects as NodeEvent
        const requests = podRequests(pod, { useStatus: false })
        return node !== undefined && fitsEmptyNode(requests, node) && (old === undefined || hasMore(requests, old, node))
      },
    },
  ],
  filter(cycle, slot) {
    return filterByColumns(cycle, slot) ?? shortages(cycle.cache, cycle.podClass.usage.requests, slot.index, slot.pods.length)
  },
  score({ cache, podClass }, { index }) {
    const cpu = cache.cpu.allocatable[index]
    const memory = cache.memory.allocatable[index]
    const cpuScore = cpu === 0 ? 0 : leastRequested(cache.nonZeroCpu[index] + podClass.scoringCpu, cpu)
    const memoryScore = memory === 0 ? 0 : leastRequested(cache.nonZeroMemory[index] + podClass.scoringMemory, memory)
    const weights = (cpu === 0 ? 0 : 1) + (memory === 0 ? 0 : 1)
    return weights === 0 ? 0 : Math.floor((cpuScore + memoryScore) / weights)
  },
}
