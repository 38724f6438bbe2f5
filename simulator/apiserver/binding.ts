/** The binding subresource. Models kubernetes/pkg/registry/core/pod/storage BindingREST (v1.35). */

import { apiErrors } from '../api/errors.ts'
import { topologyLabelsOf } from '../api/topology.ts'
import type { Condition, ObjectMeta, Pod, PodStatus } from '../api/types.ts'
import type { Store } from '../store/store.ts'
import type { Outcome, ServerClock } from './ports.ts'
import { refused } from './registry.ts'

const pods = { group: '', name: 'pods' }

interface BoundStatus {
  readonly scheduledAt: string
  readonly status: PodStatus
}

/** Binds pods to nodes. */
export class Binder {
  private readonly store: Store
  private readonly clock: ServerClock
  /** What a status becomes by a binding: pods of one template share theirs before it and after it. Derived. */
  private readonly bound = new WeakMap<PodStatus, BoundStatus>()

  constructor(store: Store, clock: ServerClock) {
    this.store = store
    this.clock = clock
  }

  /** Binds a pod to a node: sets nodeName, the node's zone and region as labels, and the condition PodScheduled. */
  bind(key: string, nodeName: string, pod: Pod): Outcome<Pod> {
    const name = pod.metadata.name ?? ''
    if (pod.metadata.deletionTimestamp !== undefined) return refused(apiErrors.conflict(pods, name, `pod ${name} is being deleted, cannot be assigned to a host`))
    if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') {
      return refused(apiErrors.conflict(pods, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`))
    }
    if (pod.spec.schedulingGates !== undefined && pod.spec.schedulingGates.length > 0) return refused(apiErrors.conflict({ ...pods, name: 'pods/binding' }, name, `pod ${name} has non-empty .spec.schedulingGates`))
    const status = this.boundStatus(pod.status)
    const labels = topologyLabelsOf(this.store.find('nodes', nodeName))
    const object = this.store.put<Pod>('pods', key, (resourceVersion) => {
      const metadata: ObjectMeta = { ...pod.metadata, resourceVersion }
      if (labels !== undefined) metadata.labels = { ...metadata.labels, ...labels }
      return { ...pod, metadata, spec: { ...pod.spec, nodeName }, status }
    })
    return { ok: true, object, warnings: [] }
  }

  private boundStatus(before: PodStatus | undefined): PodStatus {
    const scheduledAt = this.clock.timestamp(this.clock.nowMs)
    const known = before === undefined ? undefined : this.bound.get(before)
    if (known?.scheduledAt === scheduledAt) return known.status
    const { nominatedNodeName: _nominated, ...kept } = before ?? {}
    const conditions: Condition[] = kept.conditions?.filter((condition) => condition.type !== 'PodScheduled') ?? []
    conditions.push({ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: scheduledAt })
    const status: PodStatus = { ...kept, conditions }
    if (before !== undefined) this.bound.set(before, { scheduledAt, status })
    return status
  }
}
