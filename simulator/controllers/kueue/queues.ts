/** Which queue a workload waits in, whether that queue is open, and in which order it serves. Models sigs.k8s.io/kueue/pkg/queue and pkg/cache (v0.10). */

import type { ApiClient } from '../../api/client.ts'
import type { Condition } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { compareText } from '../../kernel/text.ts'
import type { StoreChange } from '../../store/component.ts'
import { keyOf, objectKey } from '../../store/resource-id.ts'
import { findCondition, hasQuotaReservation, isActive, isFinished, priorityOf } from './conditions.ts'
import { queueTimestamp } from './preemption.ts'
import { infoOf, Snapshot } from './snapshot.ts'
import type { WorkloadInfo } from './snapshot.ts'
import { resources } from './types.ts'
import type { ClusterQueue, LocalQueue, ResourceFlavor, Workload } from './types.ts'

/** Everything of Kueue that the store holds, at one moment. */
export interface World {
  readonly clusterQueues: readonly ClusterQueue[]
  readonly flavors: readonly ResourceFlavor[]
  readonly workloads: readonly Workload[]
  findLocalQueue(namespace: string, name: string): LocalQueue | undefined
}

/** The queues, flavors and workloads as the API has them now. Lists are read once; a later write is not seen. */
export function readWorld(api: ApiClient): World {
  return {
    clusterQueues: api.list<ClusterQueue>(resources.clusterQueues),
    flavors: api.list<ResourceFlavor>(resources.flavors),
    workloads: api.list<Workload>(resources.workloads),
    findLocalQueue: (namespace, name) => api.find<LocalQueue>(resources.localQueues, objectKey(namespace, name)),
  }
}

/** The Active condition of a ClusterQueue. */
export interface Activity { readonly isActive: boolean; readonly reason: string; readonly message: string }

/** Whether a queue can admit workloads, and why not. */
export function activityOf({ metadata, spec }: ClusterQueue, flavors: readonly ResourceFlavor[]): Activity {
  if (metadata.deletionTimestamp !== undefined) return { isActive: false, reason: 'Terminating', message: "Can't admit new workloads; clusterQueue is terminating" }
  const known = new Set(flavors.map((flavor) => flavor.metadata.name))
  const named = (spec.resourceGroups ?? []).flatMap((group) => group.flavors.map(({ name }) => name))
  const missing = named.filter((name) => !known.has(name))
  const isStopped = (spec.stopPolicy ?? 'None') !== 'None'
  if (!isStopped && missing.length === 0) return { isActive: true, reason: 'Ready', message: 'Can admit new workloads' }
  const problems = [...(isStopped ? ['is stopped'] : []), ...(missing.length > 0 ? [`references missing ResourceFlavor(s): [${missing.join(' ')}]`] : [])]
  return { isActive: false, reason: isStopped ? 'Stopped' : 'FlavorNotFound', message: `Can't admit new workloads: ${problems.join(', ')}.` }
}

/** The ClusterQueue that a workload waits in: its LocalQueue must be there and open. */
export function clusterQueueOf({ metadata, spec }: Workload, world: World): string | undefined {
  const local = world.findLocalQueue(metadata.namespace ?? '', spec.queueName ?? '')
  return local === undefined || (local.spec.stopPolicy ?? 'None') !== 'None' ? undefined : local.spec.clusterQueue
}

/** True for a workload that wants quota and has none. */
export function isPending(workload: Workload): boolean {
  return isActive(workload) && !hasQuotaReservation(workload) && !isFinished(workload) && workload.metadata.deletionTimestamp === undefined
}

/** What of a workload concerns others than itself: all but the words in which it is told why it waits. */
function gist({ metadata, spec, status = {} }: Workload): unknown {
  const { conditions = [], resourceRequests: _requests, ...rest } = status
  const isTalk = ({ type, status: state, reason }: Condition): boolean => type === 'QuotaReserved' && state === 'False' && reason === 'Pending'
  return { meta: [metadata.deletionTimestamp, metadata.finalizers, metadata.ownerReferences], spec, rest, conditions: conditions.filter((condition) => !isTalk(condition)) }
}

/** True unless a change only says anew why a workload waits. */
export function isOfConsequence({ before, after }: StoreChange): boolean {
  return before === undefined || after === undefined || !equalJson(gist(before as Workload), gist(after as Workload))
}

/** A workload that waits out its back-off, or was told not to come back yet. */
export function isHeldBack({ status }: Workload, now: string): boolean {
  if (findCondition(status?.conditions, 'Requeued')?.status === 'False') return true
  const requeueAt = status?.requeueState?.requeueAt
  return requeueAt !== undefined && requeueAt > now
}

/** Higher priority first, then older. */
export function comparePending(a: Workload, b: Workload): number {
  return priorityOf(b) - priorityOf(a) || compareText(queueTimestamp(a), queueTimestamp(b)) || compareText(keyOf(a), keyOf(b))
}

/** The first workload of each ClusterQueue that may be tried now. */
export function headByQueue(world: World, mayBeTried: (workload: Workload) => boolean): ReadonlyMap<string, Workload> {
  const heads = new Map<string, Workload>()
  for (const workload of world.workloads) {
    if (!isPending(workload) || !mayBeTried(workload)) continue
    const name = clusterQueueOf(workload, world)
    const before = name === undefined ? undefined : heads.get(name)
    if (name !== undefined && (before === undefined || comparePending(workload, before) < 0)) heads.set(name, workload)
  }
  return heads
}

/** Waiting workloads by their ClusterQueue, each queue in its order. */
export function pendingByQueue(world: World): ReadonlyMap<string, readonly Workload[]> {
  const queues = new Map<string, Workload[]>()
  for (const workload of world.workloads) {
    if (!isPending(workload)) continue
    const name = clusterQueueOf(workload, world)
    if (name === undefined) continue
    const list = queues.get(name) ?? []
    list.push(workload)
    queues.set(name, list)
  }
  for (const list of queues.values()) list.sort(comparePending)
  return queues
}

/** Workloads that hold quota. */
export function reservingInfos(world: World): WorkloadInfo[] {
  return world.workloads.filter((workload) => !isFinished(workload) && hasQuotaReservation(workload) && workload.status?.admission !== undefined).map((workload) => infoOf(workload, workload.status!.admission!.clusterQueue))
}

/** The quota of the open queues. */
export function snapshotOf(world: World): Snapshot {
  return new Snapshot(world.clusterQueues, world.flavors, reservingInfos(world))
}
