/** The binding subresource. Models kubernetes/pkg/registry/core/pod/storage BindingREST (v1.35). */

import { apiErrors } from '../api/errors.ts'
import { topologyLabelsOf } from '../api/topology.ts'
import type { Condition, ObjectMeta, Pod } from '../api/types.ts'
import type { Store } from '../store/store.ts'
import type { Outcome, ServerClock } from './ports.ts'
import { refused } from './registry.ts'

const pods = { group: '', name: 'pods' }

/** Binds a pod to a node: sets nodeName, the node's zone and region as labels, and the condition PodScheduled. */
export function bindPod(store: Store, key: string, nodeName: string, pod: Pod, clock: ServerClock): Outcome<Pod> {
  const name = pod.metadata.name ?? ''
  if (pod.metadata.deletionTimestamp !== undefined) return refused(apiErrors.conflict(pods, name, `pod ${name} is being deleted, cannot be assigned to a host`))
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== '') {
    return refused(apiErrors.conflict(pods, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`))
  }
  if ((pod.spec.schedulingGates ?? []).length > 0) return refused(apiErrors.conflict({ ...pods, name: 'pods/binding' }, name, `pod ${name} has non-empty .spec.schedulingGates`))
  const scheduled: Condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: clock.timestamp(clock.nowMs) }
  const conditions = pod.status?.conditions?.filter((condition) => condition.type !== 'PodScheduled') ?? []
  const { nominatedNodeName: _nominated, ...status } = pod.status ?? {}
  const labels = topologyLabelsOf(store.find('nodes', nodeName))
  conditions.push(scheduled)
  const bound = store.put<Pod>('pods', key, (resourceVersion) => {
    const metadata: ObjectMeta = { ...pod.metadata, resourceVersion }
    if (labels !== undefined) metadata.labels = { ...metadata.labels, ...labels }
    return { ...pod, metadata, spec: { ...pod.spec, nodeName }, status: { ...status, conditions } }
  })
  return { ok: true, object: bound, warnings: [] }
}
