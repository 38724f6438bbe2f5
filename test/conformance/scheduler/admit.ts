/** What the API server does to the objects of a row on their way in. Models pkg/apis/core/v1 defaults and the pod strategy (v1.35). */

import type { Container, LabelSelector, Node, Pod, PodAffinity, PodAffinityTerm, ResourceList, ResourceRequirements, StringMap } from '../../../simulator/api/types.ts'
import { isPodLevelResource, podRequests } from '../../../simulator/scheduler/pod-requests.ts'

function withRequests(container: Container): Container {
  const { limits, requests } = container.resources ?? {}
  return limits === undefined ? container : { ...container, resources: { ...container.resources, requests: { ...limits, ...requests } } }
}

function withHostPorts(container: Container): Container {
  return { ...container, ports: container.ports?.map((port) => ({ ...port, hostPort: port.hostPort ?? port.containerPort })) }
}

/** Sums of the containers alone, of requests or of limits. */
function containerSums(pod: Pod, of: 'requests' | 'limits'): Map<string, number> {
  const counted = (container: Container): Container => ({ ...container, resources: { requests: container.resources?.[of] ?? {} } })
  const { resources: _resources, overhead: _overhead, ...spec } = pod.spec
  return podRequests({ ...pod, spec: { ...spec, containers: spec.containers.map(counted), initContainers: spec.initContainers?.map(counted) } }, { useStatus: false })
}

/** Pod-level limits of huge pages from the containers. */
function podLevelLimits(pod: Pod): ResourceList | undefined {
  const { limits, requests } = pod.spec.resources ?? {}
  if (Object.keys(limits ?? {}).length + Object.keys(requests ?? {}).length === 0) return limits
  const result: ResourceList = { ...limits }
  for (const [name, amount] of containerSums(pod, 'limits')) {
    if (name.startsWith('hugepages-') && requests?.[name] === undefined) result[name] ??= String(amount)
  }
  return Object.keys(result).length === 0 ? limits : result
}

/** Pod-level requests from the containers, else from the limits of the pod. */
function podLevelResources(pod: Pod): ResourceRequirements | undefined {
  const { resources } = pod.spec
  if (resources === undefined) return resources
  const limits = podLevelLimits(pod)
  if (limits === undefined || Object.keys(limits).length === 0) return resources
  const requests: ResourceList = { ...resources.requests }
  for (const [name, amount] of containerSums(pod, 'requests')) {
    if (requests[name] === undefined && (name === 'cpu' || name === 'memory')) requests[name] = name === 'cpu' ? `${amount}m` : `${amount}`
  }
  for (const name of Object.keys(limits)) if (requests[name] === undefined && isPodLevelResource(name)) requests[name] = limits[name]
  return { ...resources, limits, requests }
}

function mergedSelector(selector: LabelSelector, keys: readonly string[], operator: string, labels: StringMap): LabelSelector {
  const added = keys.filter((key) => labels[key] !== undefined).map((key) => ({ key, operator, values: [labels[key]] }))
  return added.length === 0 ? selector : { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...added] }
}

function mergedTerm(term: PodAffinityTerm, labels: StringMap): PodAffinityTerm {
  if (term.labelSelector === undefined) return term
  const matched = mergedSelector(term.labelSelector, term.matchLabelKeys ?? [], 'In', labels)
  return { ...term, labelSelector: mergedSelector(matched, term.mismatchLabelKeys ?? [], 'NotIn', labels) }
}

function mergedAffinity(affinity: PodAffinity | undefined, labels: StringMap): PodAffinity | undefined {
  return affinity && {
    requiredDuringSchedulingIgnoredDuringExecution: affinity.requiredDuringSchedulingIgnoredDuringExecution?.map((term) => mergedTerm(term, labels)),
    preferredDuringSchedulingIgnoredDuringExecution: affinity.preferredDuringSchedulingIgnoredDuringExecution?.map((p) => ({ ...p, podAffinityTerm: mergedTerm(p.podAffinityTerm, labels) })),
  }
}

/** A pod as the scheduler sees it. */
export function admitPod(given: Pod): Pod {
  const namespace = given.metadata.namespace ?? 'default'
  const labels = given.metadata.labels ?? {}
  const ports = given.spec.hostNetwork ? withHostPorts : (container: Container) => container
  const { affinity } = given.spec
  const containers = given.spec.containers.map(withRequests).map(ports)
  const initContainers = given.spec.initContainers?.map(withRequests).map(ports)
  const isBound = (given.spec.nodeName ?? '') !== ''
  const isGated = (given.spec.schedulingGates?.length ?? 0) > 0
  const gate = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' } as const
  const pod: Pod = {
    ...given,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...given.metadata, namespace, uid: given.metadata.uid ?? `${namespace}/${given.metadata.name}` },
    spec: {
      ...given.spec, containers,
      ...(initContainers && { initContainers }),
      priority: given.spec.priority ?? 0,
      preemptionPolicy: given.spec.preemptionPolicy ?? 'PreemptLowerPriority',
      schedulerName: given.spec.schedulerName ?? 'default-scheduler',
      ...(affinity && { affinity: { ...affinity, podAffinity: mergedAffinity(affinity.podAffinity, labels), podAntiAffinity: mergedAffinity(affinity.podAntiAffinity, labels) } }),
    },
    status: { ...given.status, phase: given.status?.phase ?? (isBound ? 'Running' : 'Pending'), ...(isGated && !isBound && { conditions: [gate] }) },
  }
  return { ...pod, spec: { ...pod.spec, resources: podLevelResources(pod) } }
}

/** A node as the scheduler sees it. */
export function admitNode(given: Node): Node {
  const { capacity, allocatable } = given.status ?? {}
  return {
    ...given,
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...given.metadata, uid: given.metadata.name ?? '' },
    status: { ...given.status, allocatable: allocatable ?? capacity ?? {} },
  }
}
