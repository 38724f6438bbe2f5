/**
 * Quality of service: the class of a pod and the OOM score of its containers.
 * Models kubernetes/pkg/apis/core/v1/helper/qos and pkg/kubelet/qos (v1.35).
 */

import { addQuantities, compareQuantities, quantityValue } from './quantity.ts'
import { containerRequests, isSidecar } from './resources.ts'
import type { Container, Pod, ResourceList, ResourceRequirements } from './types.ts'

/** The three classes, from the best to the least protected. */
export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'
type PodFacts = Pick<Pod, 'spec'> & { readonly status?: Pod['status'] }

const systemCriticalPriority = 2_000_000_000
const guaranteedAdjustment = -997
const bestEffortAdjustment = 1000

/** The cpu and memory entries of a list that are more than zero. */
function computeEntries(list: ResourceList | undefined): [string, string][] {
  const entries: [string, string][] = []
  for (const resource of ['cpu', 'memory']) {
    const quantity = list?.[resource]
    if (quantity !== undefined && compareQuantities(quantity, '0') > 0) entries.push([resource, quantity])
  }
  return entries
}

/** The class that the resources of a pod give it. */
export function computePodQos({ spec }: Pick<Pod, 'spec'>): QosClass {
  const sources: (ResourceRequirements | undefined)[] = spec.resources === undefined || spec.resources === null
    ? [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.resources)
    : [spec.resources]
  const requests: ResourceList = {}
  const limits: ResourceList = {}
  let isGuaranteed = true
  for (const source of sources) {
    for (const [resource, quantity] of computeEntries(source?.requests)) requests[resource] = addQuantities(requests[resource] ?? '0', quantity)
    const limited = computeEntries(source?.limits)
    for (const [resource, quantity] of limited) limits[resource] = addQuantities(limits[resource] ?? '0', quantity)
    // Pod-level resources without any limit leave the class to the comparison below.
    const isPodLevel = source !== undefined && source === spec.resources
    if (limited.length < 2 && !(isPodLevel && Object.keys(source?.limits ?? {}).length === 0)) isGuaranteed = false
  }
  const requested = Object.keys(requests)
  if (requested.length === 0 && Object.keys(limits).length === 0) return 'BestEffort'
  const isCovered = requested.every((resource) => limits[resource] !== undefined && compareQuantities(limits[resource], requests[resource]!) === 0)
  return isGuaranteed && isCovered && requested.length === Object.keys(limits).length ? 'Guaranteed' : 'Burstable'
}

/** The class that the status states, else the computed one. */
export function podQosOf(pod: PodFacts): QosClass {
  const stated = pod.status?.qosClass
  return stated === undefined || stated === '' ? computePodQos(pod) : (stated as QosClass)
}

/** True for pods of the highest built-in priority class, and static pods. */
export function isCriticalPod({ spec }: Pick<Pod, 'spec'>): boolean {
  return spec.priority !== undefined && spec.priority >= systemCriticalPriority
}

function memoryRequest(container: Container): number {
  const request = container.resources?.requests?.['memory']
  return request === undefined ? 0 : quantityValue(request)
}

/** The part of the pod-level request that no container asks for, shared equally by all containers. */
function unclaimedMemory(pod: PodFacts): number {
  const request = pod.spec.resources?.requests?.['memory']
  if (request === undefined || quantityValue(request) === 0) return 0
  const claimed = quantityValue(containerRequests(pod)['memory'] ?? '0')
  return Math.trunc((quantityValue(request) - claimed) / (pod.spec.containers.length + (pod.spec.initContainers ?? []).length))
}

/**
 * The oom_score_adj of a container's processes.
 * @param memoryBytes memory capacity of the node
 */
export function oomScoreAdjust(pod: PodFacts, container: Container, memoryBytes: number): number {
  if (isCriticalPod(pod) && pod.spec.priorityClassName === 'system-node-critical') return guaranteedAdjustment
  const qosClass = podQosOf(pod)
  if (qosClass === 'Guaranteed') return guaranteedAdjustment
  if (qosClass === 'BestEffort') return bestEffortAdjustment
  const shared = unclaimedMemory(pod)
  const adjust = (bytes: number): number => 1000 - Math.trunc((1000 * (bytes + shared)) / memoryBytes)
  let adjustment = adjust(memoryRequest(container))
  if (isSidecar(container) && (pod.spec.initContainers ?? []).some((init) => init.name === container.name)) {
    adjustment = Math.min(adjustment, adjust(Math.min(...pod.spec.containers.map(memoryRequest))))
  }
  if (adjustment < 1000 + guaranteedAdjustment) return 1000 + guaranteedAdjustment
  return adjustment === bestEffortAdjustment ? adjustment - 1 : adjustment
}
