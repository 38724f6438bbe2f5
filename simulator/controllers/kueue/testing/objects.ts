/** Short forms of Kueue's objects for the tests of this folder. */

import type { Condition, PodSpec, Taint, Toleration } from '../../../api/types.ts'
import { infoOf } from '../snapshot.ts'
import type { WorkloadInfo } from '../snapshot.ts'
import type { ClusterQueue, Preemption, ResourceFlavor, Workload } from '../types.ts'

/** Quotas as `FLAVOR RESOURCE NOMINAL [borrow=N] [lend=N]`, one text for each; all resources form one group. */
export function clusterQueue(name: string, quotas: readonly string[], more: { cohort?: string; preemption?: Preemption } & Partial<ClusterQueue['spec']> = {}): ClusterQueue {
  const rows = quotas.map((text) => {
    const [flavor = '', resource = '', nominal = '0', ...limits] = text.split(' ')
    const limitOf = (key: string): string | undefined => limits.find((limit) => limit.startsWith(`${key}=`))?.slice(key.length + 1)
    return { flavor, quota: { name: resource, nominalQuota: nominal, ...(limitOf('borrow') === undefined ? {} : { borrowingLimit: limitOf('borrow')! }), ...(limitOf('lend') === undefined ? {} : { lendingLimit: limitOf('lend')! }) } }
  })
  const flavors = [...new Set(rows.map(({ flavor }) => flavor))]
  const coveredResources = [...new Set(rows.map(({ quota }) => quota.name))]
  return {
    apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'ClusterQueue', metadata: { name },
    spec: { namespaceSelector: {}, resourceGroups: [{ coveredResources, flavors: flavors.map((flavor) => ({ name: flavor, resources: rows.filter((row) => row.flavor === flavor).map(({ quota }) => quota) })) }], ...more },
  }
}

export function flavor(name: string, spec: { nodeLabels?: { [key: string]: string }; nodeTaints?: Taint[]; tolerations?: Toleration[] } = {}): ResourceFlavor {
  return { apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'ResourceFlavor', metadata: { name }, spec }
}

export interface WorkloadOptions {
  readonly queue: string
  /** Requests of each pod. */
  readonly requests: { readonly [resource: string]: string }
  readonly count?: number
  readonly minCount?: number
  readonly priority?: number
  /** Seconds after the hour at which it was created. */
  readonly createdAt?: number
  /** Flavor of every resource: it holds quota. */
  readonly flavor?: string
  /** Seconds after the hour at which it got its quota. */
  readonly reservedAt?: number
  readonly isEvicted?: boolean
  readonly pod?: Partial<PodSpec>
}

export function timeOf(seconds: number): string {
  return `2026-01-05T09:00:${String(seconds).padStart(2, '0')}Z`
}

export function workload(name: string, options: WorkloadOptions): WorkloadInfo {
  const { queue, requests, count = 1, minCount, priority = 0, createdAt = 0, flavor: assigned, reservedAt = createdAt, isEvicted = false, pod = {} } = options
  const conditions: Condition[] = [
    ...(assigned === undefined ? [] : [{ type: 'QuotaReserved', status: 'True' as const, lastTransitionTime: timeOf(reservedAt) }]),
    ...(isEvicted ? [{ type: 'Evicted', status: 'True' as const, lastTransitionTime: timeOf(reservedAt) }] : []),
  ]
  const resourceUsage = Object.fromEntries(Object.entries(requests).map(([resource, amount]) => [resource, String(Number(amount) * count)]))
  const flavors = Object.fromEntries(Object.keys(requests).map((resource) => [resource, assigned ?? '']))
  const object: Workload = {
    apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'Workload', metadata: { name, namespace: 'lab', uid: name, creationTimestamp: timeOf(createdAt) },
    spec: { queueName: 'lab', priority, podSets: [{ name: 'main', count, ...(minCount === undefined ? {} : { minCount }), template: { spec: { ...pod, containers: [{ name: 'c', image: 'i', resources: { requests: { ...requests } } }] } } }] },
    status: { conditions, ...(assigned === undefined ? {} : { admission: { clusterQueue: queue, podSetAssignments: [{ name: 'main', count, flavors, resourceUsage }] } }) },
  }
  return infoOf(object, queue)
}
