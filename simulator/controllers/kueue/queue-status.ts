/** The statuses of queues, and which objects may go while others use them. Models sigs.k8s.io/kueue/pkg/controller/core (v0.10). */

import { compareText } from '../../kernel/text.ts'
import { equalJson } from '../../kernel/equal.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { done } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { amountText, flavorResource, usageOf } from './amounts.ts'
import type { FlavorResource } from './amounts.ts'
import { isAdmitted, isTrue, withCondition } from './conditions.ts'
import { removeFinalizer } from './finalizer.ts'
import { activityOf, clusterQueueOf, isOfConsequence, isPending, readWorld, reservingInfos } from './queues.ts'
import type { World } from './queues.ts'
import { QueueNode } from './snapshot.ts'
import type { WorkloadInfo } from './snapshot.ts'
import { inUseFinalizer, resources } from './types.ts'
import type { ClusterQueue, FlavorUsage, LocalQueue, ResourceFlavor, Workload } from './types.ts'

function sumUsage(infos: readonly WorkloadInfo[]): Map<FlavorResource, number> {
  const sum = new Map<FlavorResource, number>()
  for (const { podSets } of infos) for (const [key, value] of usageOf(podSets)) sum.set(key, (sum.get(key) ?? 0) + value)
  return sum
}

/** Usage in the order of the queue's flavors; resources by name. Only ClusterQueues tell what is borrowed. */
function usageTable(queue: ClusterQueue, infos: readonly WorkloadInfo[], withBorrowed: boolean): FlavorUsage[] {
  const usage = sumUsage(infos)
  const node = new QueueNode(queue, undefined)
  const hasCohort = (queue.spec.cohort ?? '') !== ''
  return (queue.spec.resourceGroups ?? []).flatMap(({ coveredResources, flavors }) => flavors.map(({ name: flavor }) => ({
    name: flavor,
    resources: [...coveredResources].sort(compareText).map((name) => {
      const used = usage.get(flavorResource(flavor, name)) ?? 0
      const over = hasCohort ? Math.max(0, used - node.quotaFor(flavorResource(flavor, name)).nominal) : 0
      return { name, total: amountText(name, used), ...(withBorrowed ? { borrowed: amountText(name, over) } : {}) }
    }),
  })))
}

function syncClusterQueue(queue: ClusterQueue, world: World, context: ComponentContext): ReconcileResult {
  const { api, clock } = context
  const name = queue.metadata.name ?? ''
  const reserving = reservingInfos(world).filter(({ clusterQueue }) => clusterQueue === name)
  if (queue.metadata.deletionTimestamp !== undefined && queue.metadata.finalizers?.includes(inUseFinalizer) === true) return reserving.length === 0 ? removeFinalizer(queue, context) : done
  const admitted = reserving.filter(({ workload }) => isAdmitted(workload))
  const { isActive, reason, message } = activityOf(queue, world.flavors)
  const condition = { type: 'Active', status: isActive ? ('True' as const) : ('False' as const), reason, message, observedGeneration: queue.metadata.generation }
  const status: ClusterQueue['status'] = {
    admittedWorkloads: admitted.length,
    conditions: withCondition(queue.status?.conditions, condition, clock.timestamp(clock.nowMs)),
    flavorsReservation: usageTable(queue, reserving, true),
    flavorsUsage: usageTable(queue, admitted, true),
    pendingWorkloads: world.workloads.filter((workload) => isPending(workload) && clusterQueueOf(workload, world) === name).length,
    reservingWorkloads: reserving.length,
  }
  return equalJson(status, queue.status) ? done : { failed: !api.updateStatus(resources.clusterQueues, { ...queue, status }).ok }
}

function localCondition(local: LocalQueue, queue: ClusterQueue | undefined): readonly ['True' | 'False', string, string] {
  if ((local.spec.stopPolicy ?? 'None') !== 'None') return ['False', 'Stopped', 'LocalQueue is stopped']
  if (queue === undefined) return ['False', 'ClusterQueueDoesNotExist', "Can't submit new workloads to clusterQueue"]
  return isTrue(queue.status?.conditions, 'Active') ? ['True', 'Ready', 'Can submit new workloads to clusterQueue'] : ['False', 'ClusterQueueIsInactive', "Can't submit new workloads to clusterQueue"]
}

function isIn(local: LocalQueue, { metadata, spec }: Workload): boolean {
  return metadata.namespace === local.metadata.namespace && spec.queueName === local.metadata.name
}

function flavorRows(queue: ClusterQueue, world: World): object[] {
  return (queue.spec.resourceGroups ?? []).flatMap(({ coveredResources, flavors }) => flavors.flatMap(({ name }) => {
    const flavor = world.flavors.find(({ metadata }) => metadata.name === name)
    if (flavor === undefined) return []
    const { nodeLabels, nodeTaints } = flavor.spec ?? {}
    return [{ name, resources: [...coveredResources].sort(compareText), ...(nodeLabels === undefined ? {} : { nodeLabels }), ...(nodeTaints === undefined ? {} : { nodeTaints }) }]
  }))
}

function syncLocalQueue(local: LocalQueue, world: World, { api, clock }: ComponentContext): ReconcileResult {
  const queue = world.clusterQueues.find(({ metadata }) => metadata.name === local.spec.clusterQueue)
  const [conditionStatus, reason, message] = localCondition(local, queue)
  const reserving = reservingInfos(world).filter(({ workload }) => isIn(local, workload))
  const admitted = reserving.filter(({ workload }) => isAdmitted(workload))
  const isOpen = (local.spec.stopPolicy ?? 'None') === 'None'
  const rows = queue === undefined ? [] : flavorRows(queue, world)
  const status: LocalQueue['status'] = {
    admittedWorkloads: admitted.length,
    conditions: withCondition(local.status?.conditions, { type: 'Active', status: conditionStatus, reason, message, observedGeneration: local.metadata.generation }, clock.timestamp(clock.nowMs)),
    flavorUsage: queue === undefined ? [] : usageTable(queue, admitted, false),
    ...(rows.length === 0 ? {} : { flavors: rows }),
    flavorsReservation: queue === undefined ? [] : usageTable(queue, reserving, false),
    pendingWorkloads: isOpen ? world.workloads.filter((workload) => isPending(workload) && isIn(local, workload)).length : 0,
    reservingWorkloads: reserving.length,
  }
  return equalJson(status, local.status) ? done : { failed: !api.updateStatus(resources.localQueues, { ...local, status }).ok }
}

/** A flavor that is being deleted stays until no queue names it. */
function syncFlavor(flavor: ResourceFlavor, world: World, context: ComponentContext): ReconcileResult {
  if (flavor.metadata.deletionTimestamp === undefined) return done
  const isUsed = world.clusterQueues.some(({ spec }) => spec.resourceGroups?.some(({ flavors }) => flavors.some(({ name }) => name === flavor.metadata.name)))
  return isUsed ? done : removeFinalizer(flavor, context)
}

const everything = (): readonly string[] => ['sync']
/** Real Kueue gathers the changes of workloads for a second before it counts them. */
const batchMs = 1000

function hasSpecChanged({ before, after }: StoreChange): boolean {
  const spec = (object: unknown): unknown => (object as { readonly spec?: unknown } | undefined)?.spec
  return before === undefined || after === undefined || !equalJson(spec(before), spec(after)) || before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp
}

/** The controller of the queues' statuses: all of them, once for each batch of changes. */
export const kueueQueueController: Controller = {
  name: 'kueue-queue-controller',
  serviceAccount: 'kueue-controller-manager',
  namespace: 'kueue-system',
  watches: [
    { resource: resources.workloads, keysOf: (change) => (isOfConsequence(change) ? everything() : []), delayMs: () => batchMs },
    { resource: resources.clusterQueues, keysOf: (change) => (hasSpecChanged(change) ? everything() : ['locals']) },
    { resource: resources.localQueues, keysOf: (change) => (hasSpecChanged(change) ? everything() : []) },
    { resource: resources.flavors, keysOf: (change) => (hasSpecChanged(change) ? everything() : []) },
  ],
  reconcile(key, context) {
    const world = readWorld(context.api)
    const results: ReconcileResult[] = []
    if (key === 'sync') results.push(...world.clusterQueues.map((queue) => syncClusterQueue(queue, world, context)), ...world.flavors.map((flavor) => syncFlavor(flavor, world, context)))
    const locals = [...context.api.list<LocalQueue>(resources.localQueues)].sort((a, b) => compareText(keyOf(a), keyOf(b)))
    const after = readWorld(context.api)
    results.push(...locals.map((local) => syncLocalQueue(local, after, context)))
    return { failed: results.some(({ failed }) => failed === true) }
  },
}
