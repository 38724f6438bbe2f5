/**
 * How much of the free GPUs the cluster's own GPU pods could not use.
 *
 * Source: Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent",
 * USENIX ATC 2023, section 3: F = sum over nodes n and task classes m of p(m) * F(n, m), where p(m) is the share of m among
 * the tasks and F(n, m) the free GPUs of n that a task like m cannot use. The rate is F over all free GPUs.
 * Simplified: tasks are the unfinished GPU pods of the cluster; pods without GPUs are left out; a device is free or not,
 * since Kubernetes gives whole devices. A MIG device counts as its share of compute slices, a replica as its share.
 */

import type { Cluster, Node, Pod } from '../../../simulator/index.ts'
import { matchesRequiredNodeAffinity } from '../../../simulator/api/node-selector.ts'
import { findUntoleratedTaint, hardEffects } from '../../../simulator/api/tolerations.ts'
import { gpuDevices } from '../../../simulator/gpu/devices.ts'
import { getGpuModel } from '../../../simulator/gpu/models.ts'
import { gpuSpecOf } from '../../../simulator/gpu/spec.ts'
import { amountOf, podRequests } from '../../../simulator/scheduler/pod-requests.ts'

export interface GpuFigures {
  /** GPUs of all nodes that are healthy, in whole GPUs. */
  readonly total: number
  readonly inUse: number
  readonly free: number
  /** F of the paper: free GPUs that the average GPU pod of the cluster could not use. */
  readonly fragmented: number
  /** F over the free GPUs, 0 to 1; absent when nothing is free or there is no GPU pod. */
  readonly fragmentationRate?: number
}

const isGpuResource = (resource: string): boolean => /\/(gpu(\.shared)?|mig-.+)$/.test(resource)

/** Amounts of a node: what it offers less what its pods take. */
interface NodeRoom { readonly node: Node; readonly free: Map<string, number>; readonly weights: ReadonlyMap<string, number>; readonly podsFree: number }

/** What one device of each resource is worth in whole GPUs. */
function weightsOf(node: Node): Map<string, number> {
  const weights = new Map<string, number>()
  const spec = gpuSpecOf(node)
  if (spec === undefined) {
    for (const resource of Object.keys(node.status?.allocatable ?? {})) if (isGpuResource(resource)) weights.set(resource, 1)
    return weights
  }
  const slices = getGpuModel(spec.model).mig?.computeSlices ?? 1
  for (const { resource, profile } of gpuDevices(node.metadata.name ?? '', spec)) {
    weights.set(resource, (profile === undefined ? 1 : profile.slices / slices) / (spec.sharing?.replicas ?? 1))
  }
  return weights
}

/** True for a pod that holds (or waits for) its resources. */
export function isUnfinished(pod: Pod): boolean {
  return pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'
}

function roomsOf(nodes: readonly Node[], pods: readonly Pod[]): NodeRoom[] {
  const podsByNode = new Map<string, Pod[]>()
  for (const pod of pods) {
    const name = pod.spec.nodeName ?? ''
    if (name !== '') podsByNode.set(name, [...(podsByNode.get(name) ?? []), pod])
  }
  return nodes.map((node) => {
    const free = new Map(Object.entries(node.status?.allocatable ?? {}).map(([resource, quantity]) => [resource, amountOf(resource, quantity)]))
    const own = podsByNode.get(node.metadata.name ?? '') ?? []
    for (const pod of own) for (const [resource, amount] of podRequests(pod, { useStatus: false })) free.set(resource, (free.get(resource) ?? 0) - amount)
    return { node, free, weights: weightsOf(node), podsFree: (free.get('pods') ?? 0) - own.length }
  })
}

/** GPU pods of one shape. */
interface TaskClass { readonly pod: Pod; readonly requests: ReadonlyMap<string, number>; count: number }

function classesOf(pods: readonly Pod[]): TaskClass[] {
  const classes = new Map<string, TaskClass>()
  for (const pod of pods) {
    const requests = podRequests(pod, { useStatus: false })
    if (![...requests].some(([resource, amount]) => isGpuResource(resource) && amount > 0)) continue
    const key = JSON.stringify([[...requests], pod.spec.nodeSelector, pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, pod.spec.tolerations])
    const known = classes.get(key)
    if (known === undefined) classes.set(key, { pod, requests, count: 1 })
    else known.count++
  }
  return [...classes.values()]
}

/** Whether a pod of the class could be placed on a node as it is now. */
function fits({ pod, requests }: TaskClass, { node, free, podsFree }: NodeRoom): boolean {
  if (podsFree < 1 || node.spec?.unschedulable === true) return false
  if (findUntoleratedTaint(node.spec?.taints, pod.spec.tolerations, hardEffects) !== undefined) return false
  if (matchesRequiredNodeAffinity(pod.spec, node) !== true) return false
  return [...requests].every(([resource, amount]) => amount <= (free.get(resource) ?? 0))
}

function freeGpus({ free, weights }: NodeRoom, isUsable: (resource: string) => boolean): number {
  let sum = 0
  for (const [resource, weight] of weights) if (isUsable(resource)) sum += Math.max(0, free.get(resource) ?? 0) * weight
  return sum
}

function rounded(amount: number): number {
  return Math.round(amount * 1000) / 1000
}

/** GPU figures of a cluster now. Amounts in whole GPUs, to a thousandth. */
export function gpuFigures(cluster: Cluster): GpuFigures {
  const pods = cluster.peek<Pod>('pods').filter(isUnfinished)
  const rooms = roomsOf(cluster.peek<Node>('nodes'), pods)
  const classes = classesOf(pods)
  const taskCount = classes.reduce((sum, { count }) => sum + count, 0)
  let total = 0
  let free = 0
  let fragmented = 0
  for (const room of rooms) {
    for (const [resource, weight] of room.weights) total += amountOf(resource, room.node.status?.allocatable?.[resource] ?? '0') * weight
    const ownFree = freeGpus(room, () => true)
    free += ownFree
    if (ownFree === 0) continue
    for (const task of classes) {
      // What the task does not ask for, it cannot use: whole GPUs when it wants MIG devices, and the reverse.
      const lost = fits(task, room) ? freeGpus(room, (resource) => !task.requests.has(resource)) : ownFree
      fragmented += (lost * task.count) / taskCount
    }
  }
  return { total: rounded(total), inUse: rounded(total - free), free: rounded(free), fragmented: rounded(fragmented), ...(free > 0 && taskCount > 0 ? { fragmentationRate: rounded(fragmented / free) } : {}) }
}
