/** What a pod asks for, over all its containers. Models component-helpers/resource (v1.35). */

import { addQuantities, isZeroQuantity } from './quantity.ts'
import { addResourceLists, maxResourceLists } from './resource-list.ts'
import type { Container, ContainerStatus, Pod, PodSpec, ResourceList } from './types.ts'

/** The parts of a pod that its resources depend on. */
export interface PodResourcesSource { readonly spec: PodSpec; readonly status?: Pod['status'] }

/** Which parts of a pod count. */
export interface PodResourcesOptions {
  /** Take the greater of spec, allocated and actual values, as the scheduler does while a pod is resized in place. */
  readonly useStatus?: boolean
  readonly excludeOverhead?: boolean
  /** Ignore spec.resources of the pod. */
  readonly skipPodLevel?: boolean
  /** Ignore the containers. */
  readonly skipContainers?: boolean
  /** Requests that count for a container which does not state them itself, as in scoring. */
  readonly nonMissing?: ResourceList
}

/** True for an init container that keeps running beside the main ones. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

/** True for resources that a pod may state for all its containers together. */
export function isPodLevelResource(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-')
}

function hasPodLevel(list: ResourceList | undefined): boolean {
  return list !== undefined && Object.keys(list).some(isPodLevelResource)
}

/** True when the pod states requests or limits for all its containers together. */
export function hasPodLevelResources({ spec }: PodResourcesSource): boolean {
  return hasPodLevel(spec.resources?.requests) || hasPodLevel(spec.resources?.limits)
}

type Side = 'requests' | 'limits'

function isResizeInfeasible({ status }: PodResourcesSource): boolean {
  return status?.conditions?.find((condition) => condition.type === 'PodResizePending')?.reason === 'Infeasible'
}

function effective(pod: PodResourcesSource, container: Container, side: Side, status: ContainerStatus | undefined): ResourceList {
  const given = container.resources?.[side] ?? {}
  if (status?.resources === undefined) return given
  const actual = status.resources[side] ?? {}
  const base = isResizeInfeasible(pod) ? actual : maxResourceLists(given, actual)
  return side === 'requests' ? maxResourceLists(base, status.allocatedResources ?? {}) : base
}

function withDefaults(list: ResourceList, nonMissing: ResourceList | undefined): ResourceList {
  return nonMissing === undefined ? list : { ...nonMissing, ...list }
}

function containerResources(pod: PodResourcesSource, container: Container, side: Side, options: PodResourcesOptions): ResourceList {
  if (options.useStatus !== true) return withDefaults(container.resources?.[side] ?? {}, side === 'requests' ? options.nonMissing : undefined)
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const status = statuses.find((each) => each.name === container.name)
  return withDefaults(effective(pod, container, side, status), side === 'requests' ? options.nonMissing : undefined)
}

/** The sum over the containers, at least what the init containers need one after the other beside the sidecars. */
function aggregate(pod: PodResourcesSource, side: Side, options: PodResourcesOptions): ResourceList {
  let sum: ResourceList = {}
  for (const container of pod.spec.containers) sum = addResourceLists(sum, containerResources(pod, container, side, options))
  let sidecars: ResourceList = {}
  let init: ResourceList = {}
  for (const container of pod.spec.initContainers ?? []) {
    const own = containerResources(pod, container, side, isSidecar(container) ? options : { ...options, useStatus: false })
    if (isSidecar(container)) {
      sum = addResourceLists(sum, own)
      sidecars = addResourceLists(sidecars, own)
      init = maxResourceLists(init, sidecars)
    } else {
      init = maxResourceLists(init, addResourceLists(addResourceLists({}, own), sidecars))
    }
  }
  return maxResourceLists(sum, init)
}

/** The requests of the containers alone. */
export function containerRequests(pod: PodResourcesSource, options: PodResourcesOptions = {}): ResourceList {
  return aggregate(pod, 'requests', options)
}

function overlayPodLevel(list: ResourceList, podLevel: ResourceList | undefined): ResourceList {
  const result = { ...list }
  for (const resource of Object.keys(podLevel ?? {})) if (isPodLevelResource(resource)) result[resource] = podLevel![resource]!
  return result
}

/** What the scheduler must find free for a pod: containers, pod-level requests and overhead. */
export function podRequests(pod: PodResourcesSource, options: PodResourcesOptions = {}): ResourceList {
  const base = options.skipContainers === true ? {} : aggregate(pod, 'requests', options)
  const list = options.skipPodLevel === true ? base : overlayPodLevel(base, pod.spec.resources?.requests)
  return options.excludeOverhead === true || pod.spec.overhead === undefined ? list : addResourceLists(list, pod.spec.overhead)
}

/** The limits of a pod. Overhead is added only where there is a limit. */
export function podLimits(pod: PodResourcesSource, options: PodResourcesOptions = {}): ResourceList {
  const base = aggregate(pod, 'limits', options)
  const list = options.skipPodLevel === true ? base : overlayPodLevel(base, pod.spec.resources?.limits)
  if (options.excludeOverhead === true || pod.spec.overhead === undefined) return list
  const result = { ...list }
  for (const resource of Object.keys(pod.spec.overhead)) {
    const limit = result[resource]
    if (limit !== undefined && !isZeroQuantity(limit)) result[resource] = addQuantities(limit, pod.spec.overhead[resource]!)
  }
  return result
}

/** The request of a pod for one resource as eviction and quota see it; '0' when there is none. */
export function podRequestOf(pod: PodResourcesSource, resource: string): string {
  const request = podRequests(pod, { skipContainers: hasPodLevelResources(pod), excludeOverhead: true })[resource] ?? '0'
  const overhead = pod.spec.overhead?.[resource]
  return overhead === undefined || isZeroQuantity(request) ? request : addQuantities(request, overhead)
}
