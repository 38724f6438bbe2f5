/**
 * Quota and usage of all ClusterQueues at one moment, to be changed while admission tries things.
 * Models sigs.k8s.io/kueue/pkg/cache (v0.10): a cohort holds what its queues do not keep for themselves.
 * Differs: cohorts have no parents (kind Cohort is alpha).
 */

import { amountOf, flavorResource, totalRequests, usageOf } from './amounts.ts'
import type { FlavorResource, PodSetRequests, Usage } from './amounts.ts'
import type { ClusterQueue, Preemption, ResourceFlavor, ResourceGroup, Workload } from './types.ts'

export interface Quota { readonly nominal: number; readonly borrowingLimit?: number; readonly lendingLimit?: number }

/** A workload that holds quota, or asks for it. */
export interface WorkloadInfo {
  readonly key: string
  readonly workload: Workload
  readonly clusterQueue: string
  readonly podSets: readonly PodSetRequests[]
}

/** A workload with what it asks for. */
export function infoOf(workload: Workload, clusterQueue: string): WorkloadInfo {
  return { key: `${workload.metadata.namespace ?? ''}/${workload.metadata.name ?? ''}`, workload, clusterQueue, podSets: totalRequests(workload) }
}

const noQuota: Quota = { nominal: 0 }

class CohortNode {
  readonly members: QueueNode[] = []
  readonly quota = new Map<FlavorResource, number>()
  readonly usage = new Map<FlavorResource, number>()
}

/** One ClusterQueue in a snapshot. */
export class QueueNode {
  readonly name: string
  readonly queue: ClusterQueue
  readonly cohort: CohortNode | undefined
  readonly quotas: ReadonlyMap<FlavorResource, Quota>
  readonly usage = new Map<FlavorResource, number>()
  readonly workloads = new Map<string, WorkloadInfo>()

  constructor(queue: ClusterQueue, cohort: CohortNode | undefined) {
    this.name = queue.metadata.name ?? ''
    this.queue = queue
    this.cohort = cohort
    this.quotas = quotasOf(queue)
  }

  get preemption(): Preemption {
    return this.queue.spec.preemption ?? {}
  }

  /** The other queues of the cohort and this one, in the order of their creation. */
  get cohortQueues(): readonly QueueNode[] {
    return this.cohort?.members ?? [this]
  }

  quotaFor(key: FlavorResource): Quota {
    return this.quotas.get(key) ?? noQuota
  }

  used(key: FlavorResource): number {
    return this.usage.get(key) ?? 0
  }

  /** The resource group that covers a resource. */
  groupOf(resource: string): ResourceGroup | undefined {
    return this.queue.spec.resourceGroups?.find(({ coveredResources }) => coveredResources.includes(resource))
  }

  /** What the queue never lends. */
  guaranteed(key: FlavorResource): number {
    const { nominal, lendingLimit } = this.quotaFor(key)
    return lendingLimit === undefined ? 0 : Math.max(0, nominal - lendingLimit)
  }

  /** What is free for this queue now; negative when more was given than there is. */
  available(key: FlavorResource): number {
    const { nominal, borrowingLimit } = this.quotaFor(key)
    if (this.cohort === undefined) return nominal - this.used(key)
    const guaranteed = this.guaranteed(key)
    const fromCohort = (this.cohort.quota.get(key) ?? 0) - (this.cohort.usage.get(key) ?? 0)
    const usedInCohort = Math.max(0, this.used(key) - guaranteed)
    const limit = borrowingLimit === undefined ? fromCohort : nominal - guaranteed - usedInCohort + borrowingLimit
    return Math.max(0, guaranteed - this.used(key)) + Math.min(limit, fromCohort)
  }

  /** What would be free if nobody used anything. */
  potentialAvailable(key: FlavorResource): number {
    const { nominal, borrowingLimit } = this.quotaFor(key)
    if (this.cohort === undefined) return nominal
    const all = this.guaranteed(key) + (this.cohort.quota.get(key) ?? 0)
    return borrowingLimit === undefined ? all : Math.min(nominal + borrowingLimit, all)
  }

  isBorrowing(key: FlavorResource): boolean {
    return this.borrowsWith(key, 0)
  }

  /** True when the queue would use more than its own with this much more. */
  borrowsWith(key: FlavorResource, more: number): boolean {
    return this.used(key) + more > this.quotaFor(key).nominal
  }

  addUsage(usage: Usage): void {
    for (const [key, value] of usage) {
      const free = Math.max(0, this.guaranteed(key) - this.used(key))
      this.usage.set(key, this.used(key) + value)
      if (this.cohort !== undefined && value > free) this.cohort.usage.set(key, (this.cohort.usage.get(key) ?? 0) + value - free)
    }
  }

  removeUsage(usage: Usage): void {
    for (const [key, value] of usage) {
      const inCohort = this.used(key) - this.guaranteed(key)
      this.usage.set(key, this.used(key) - value)
      if (this.cohort !== undefined && inCohort > 0) this.cohort.usage.set(key, (this.cohort.usage.get(key) ?? 0) - Math.min(value, inCohort))
    }
  }

  fits(usage: Usage): boolean {
    for (const [key, value] of usage) if (value > this.available(key)) return false
    return true
  }
}

function quotasOf({ spec }: ClusterQueue): Map<FlavorResource, Quota> {
  const quotas = new Map<FlavorResource, Quota>()
  for (const { flavors } of spec.resourceGroups ?? []) {
    for (const flavor of flavors) {
      for (const { name, nominalQuota, borrowingLimit, lendingLimit } of flavor.resources) {
        quotas.set(flavorResource(flavor.name, name), {
          nominal: amountOf(name, nominalQuota),
          ...(borrowingLimit === undefined ? {} : { borrowingLimit: amountOf(name, borrowingLimit) }),
          ...(lendingLimit === undefined ? {} : { lendingLimit: amountOf(name, lendingLimit) }),
        })
      }
    }
  }
  return quotas
}

/** All queues with the workloads that hold their quota. */
export class Snapshot {
  readonly queues: ReadonlyMap<string, QueueNode>
  readonly flavors: ReadonlyMap<string, ResourceFlavor>

  /** @param reserving workloads with quota */
  constructor(queues: readonly ClusterQueue[], flavors: readonly ResourceFlavor[], reserving: readonly WorkloadInfo[]) {
    const cohorts = new Map<string, CohortNode>()
    const nodes = new Map<string, QueueNode>()
    for (const queue of queues) {
      const { cohort: name = '' } = queue.spec
      if (name !== '' && !cohorts.has(name)) cohorts.set(name, new CohortNode())
      const node = new QueueNode(queue, cohorts.get(name))
      node.cohort?.members.push(node)
      for (const [key, { nominal }] of node.quotas) node.cohort?.quota.set(key, (node.cohort.quota.get(key) ?? 0) + nominal - node.guaranteed(key))
      nodes.set(node.name, node)
    }
    this.queues = nodes
    this.flavors = new Map(flavors.map((flavor) => [flavor.metadata.name ?? '', flavor]))
    for (const info of reserving) this.add(info)
  }

  add(info: WorkloadInfo): void {
    const node = this.queues.get(info.clusterQueue)
    node?.workloads.set(info.key, info)
    node?.addUsage(usageOf(info.podSets))
  }

  remove(info: WorkloadInfo): void {
    const node = this.queues.get(info.clusterQueue)
    node?.workloads.delete(info.key)
    node?.removeUsage(usageOf(info.podSets))
  }
}
