/** Services, workloads and Events as the app shows them. */

import type { EventRow as StoredEvent } from '../../../simulator/apiserver/event-log.ts'
import type { Deployment, EndpointSlice, Job, KubeObject, ReplicaSet, Service } from '../../../simulator/api/types.ts'
import type { EventRow, ServiceRow, WorkloadRow } from '../host-rows.ts'

/** The row of a Service. @param slices its EndpointSlices */
export function serviceRow(service: Service, slices: readonly EndpointSlice[]): ServiceRow {
  const { spec, metadata } = service
  const ports = (spec.ports ?? []).map((port) => `${port.port}${port.nodePort === undefined ? '' : `:${port.nodePort}`}/${port.protocol ?? 'TCP'}`).join(',')
  const endpoints = slices.flatMap((slice) =>
    slice.endpoints.map((endpoint) => ({
      podName: endpoint.targetRef?.name ?? '',
      address: `${endpoint.addresses[0]}:${slice.ports?.[0]?.port ?? ''}`,
      isReady: endpoint.conditions?.ready !== false,
    })),
  )
  const readyCount = endpoints.filter((endpoint) => endpoint.isReady).length
  const shares = endpoints.map((endpoint) => (endpoint.isReady ? { ...endpoint, sharePercent: Math.round(100 / readyCount) } : endpoint))
  return {
    namespace: metadata.namespace ?? '', name: metadata.name ?? '', type: spec.type ?? 'ClusterIP', ports, endpoints: shares,
    ...(spec.clusterIP === undefined ? {} : { clusterIP: spec.clusterIP }),
  }
}

/** The row of a Deployment, a ReplicaSet without one, or a Job. */
export function workloadRow(object: KubeObject): WorkloadRow | undefined {
  const base = { kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' }
  if (object.kind === 'Deployment') {
    const { spec, status, metadata } = object as Deployment
    const revision = metadata.annotations?.['deployment.kubernetes.io/revision']
    return {
      ...base, wanted: spec.replicas ?? 1, ready: status?.readyReplicas ?? 0, updated: status?.updatedReplicas ?? 0, available: status?.availableReplicas ?? 0,
      ...(revision === undefined ? {} : { revision }),
    }
  }
  if (object.kind === 'ReplicaSet') {
    const { spec, status, metadata } = object as ReplicaSet
    return metadata.ownerReferences?.some((owner) => owner.controller === true) === true ? undefined : { ...base, wanted: spec.replicas ?? 1, ready: status?.readyReplicas ?? 0 }
  }
  if (object.kind === 'Job') {
    const { spec, status } = object as Job
    return { ...base, wanted: spec.completions ?? 1, ready: status?.succeeded ?? 0 }
  }
  return undefined
}

/** The row of an Event. @param shift ms from simulated time to the app's clock */
export function eventRow(event: StoredEvent, shift: number): EventRow {
  const { regarding } = event
  return {
    id: String(event.id),
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason,
    object: { kind: regarding.kind ?? '', name: regarding.name ?? '', ...(regarding.namespace === undefined ? {} : { namespace: regarding.namespace }) },
    from: event.component,
    message: event.message,
    count: event.count,
    firstMs: event.firstMs - shift,
    lastMs: event.lastMs - shift,
  }
}
