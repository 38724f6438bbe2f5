/**
 * What a pod asks for, in whole numbers: CPU in thousandths of a core, everything else in units or bytes.
 * Models component-helpers/resource PodRequests and pkg/scheduler/framework Resource (v1.35).
 */

import { quantityMilli, quantityValue } from '../api/quantity.ts'
import type { Container, Pod, ResourceList } from '../api/types.ts'

/** Resource name to amount. */
export type Amounts = Map<string, number>

/** Requests that a container without any counts with when nodes are scored: 100m CPU and 200Mi memory. */
export const defaultCpuMillis = 100
export const defaultMemoryBytes = 200 * 1024 * 1024

export interface RequestOptions {
  /** Count what the kubelet has actuated or allocated where that is more than the spec (in-place resize). */
  useStatus: boolean
  /** What a container counts with that does not name the resource. */
  missing?: Amounts
  /** Leave out the requests of the pod as a whole. */
  containersOnly?: boolean
}

/** The amount of one quantity in the unit of its resource. */
export function amountOf(resource: string, quantity: string): number {
  return resource === 'cpu' ? quantityMilli(quantity) : quantityValue(quantity)
}

/** A resource list as amounts. */
export function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts: Amounts = new Map()
  if (list !== undefined) for (const resource of Object.keys(list)) amounts.set(resource, amountOf(resource, list[resource]))
  return amounts
}

function addTo(sum: Amounts, more: Amounts): void {
  for (const [resource, amount] of more) sum.set(resource, (sum.get(resource) ?? 0) + amount)
}

function raiseTo(max: Amounts, other: Amounts): void {
  for (const [resource, amount] of other) {
    const known = max.get(resource)
    if (known === undefined || amount > known) max.set(resource, amount)
  }
}

/** Resources that may be requested for the pod as a whole. */
export function isPodLevelResource(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-')
}

/** True when the pod itself, not only its containers, names requests. */
export function hasPodLevelRequests(pod: Pod): boolean {
  const requests = pod.spec.resources?.requests
  return requests !== undefined && Object.keys(requests).some(isPodLevelResource)
}

function isResizeInfeasible(pod: Pod): boolean {
  return pod.status?.conditions?.find((c) => c.type === 'PodResizePending')?.reason === 'Infeasible'
}

/** A container's requests, or the most of spec, actuated and allocated ones. */
function containerRequests(pod: Pod, container: Container, useStatus: boolean): Amounts {
  const requests = amountsOf(container.resources?.requests)
  if (!useStatus || pod.status === undefined) return requests
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status
  const status = initContainerStatuses.find((s) => s.name === container.name) ?? containerStatuses.find((s) => s.name === container.name)
  if (status?.resources === undefined) return requests
  const effective = isResizeInfeasible(pod) ? new Map<string, number>() : requests
  raiseTo(effective, amountsOf(status.resources.requests))
  raiseTo(effective, amountsOf(status.allocatedResources))
  return effective
}

function fillMissing(amounts: Amounts, missing: Amounts | undefined): Amounts {
  if (missing !== undefined) for (const [resource, amount] of missing) if (!amounts.has(resource)) amounts.set(resource, amount)
  return amounts
}

/** True for an init container that keeps running beside the others. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

/**
 * The sum of all containers, or the peak of the init containers where that is more; then pod-level requests in place
 * of the sum, then the overhead.
 */
export function podRequests(pod: Pod, options: RequestOptions): Amounts {
  const sum: Amounts = new Map()
  const { spec } = pod
  for (const container of spec.containers) addTo(sum, fillMissing(containerRequests(pod, container, options.useStatus), options.missing))
  if (spec.initContainers !== undefined) {
    const sidecars: Amounts = new Map()
    const peak: Amounts = new Map()
    for (const container of spec.initContainers) {
      const own = fillMissing(containerRequests(pod, container, options.useStatus && isSidecar(container)), options.missing)
      if (isSidecar(container)) {
        addTo(sum, own)
        addTo(sidecars, own)
        raiseTo(peak, sidecars)
      } else {
        addTo(own, sidecars)
        raiseTo(peak, own)
      }
    }
    raiseTo(sum, peak)
  }
  const podLevel = options.containersOnly ? undefined : spec.resources?.requests
  if (podLevel !== undefined) {
    for (const resource of Object.keys(podLevel)) if (isPodLevelResource(resource)) sum.set(resource, amountOf(resource, podLevel[resource]))
  }
  if (spec.overhead !== undefined) addTo(sum, amountsOf(spec.overhead))
  return sum
}

/**
 * What an incoming pod counts with in the score of NodeResourcesFit: the defaults for containers without requests.
 * Upstream's scorer does not look at pod-level requests here, although the filter does.
 */
export function scoringRequests(pod: Pod): Amounts {
  return podRequests(pod, { useStatus: false, containersOnly: true, missing: new Map([['cpu', defaultCpuMillis], ['memory', defaultMemoryBytes]]) })
}

/** What a pod on a node counts with when nodes are scored: containers without requests count with the defaults. */
export function nonZeroRequests(pod: Pod, useStatus: boolean): Amounts {
  const missing: Amounts = new Map()
  const plain = hasPodLevelRequests(pod) ? podRequests(pod, { useStatus }) : undefined
  if (!plain?.has('cpu')) missing.set('cpu', defaultCpuMillis)
  if (!plain?.has('memory')) missing.set('memory', defaultMemoryBytes)
  return podRequests(pod, { useStatus, missing })
}

/** Resources that the scheduler counts per node beside CPU, memory, ephemeral storage and pods. */
export function isScalarResource(resource: string): boolean {
  return isExtendedResource(resource) || resource.startsWith('hugepages-') || resource.includes('kubernetes.io/') || resource.startsWith('attachable-volumes-')
}

/** Extended resources have a domain that is not Kubernetes' own. Models pkg/apis/core/v1/helper (v1.35). */
export function isExtendedResource(resource: string): boolean {
  return resource.includes('/') && !resource.includes('kubernetes.io/') && !resource.startsWith('requests.')
}

/** True when the kubelet reports other requests than the spec has, as during an in-place resize. */
export function needsStatusUsage(pod: Pod): boolean {
  const { containerStatuses, initContainerStatuses } = pod.status ?? {}
  if (containerStatuses === undefined && initContainerStatuses === undefined) return false
  const differs = (container: Container): boolean => {
    const status = containerStatuses?.find((s) => s.name === container.name) ?? initContainerStatuses?.find((s) => s.name === container.name)
    if (status?.resources === undefined) return false
    const { requests } = container.resources ?? {}
    return !isSameList(status.resources.requests, requests) || (status.allocatedResources !== undefined && !isSameList(status.allocatedResources, requests))
  }
  return pod.spec.containers.some(differs) || (pod.spec.initContainers?.some(differs) ?? false)
}

function isSameList(a: ResourceList = {}, b: ResourceList = {}): boolean {
  if (a === b) return true
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
