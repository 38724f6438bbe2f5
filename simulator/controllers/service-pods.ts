/** Which pods are behind a Service, and on which ports. Models k8s.io/endpointslice and its util (v0.35). */

import type { ApiClient } from '../api/client.ts'
import { matchesSet } from '../api/selector.ts'
import type { Pod, Service, ServicePort, StringMap } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import type { StoreChange } from '../store/component.ts'
import { keyOf } from '../store/resource-id.ts'
import { isPodFinished, isPodReady, podCondition } from './pods.ts'

const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time'
export const headlessLabel = 'service.kubernetes.io/headless'

/** A pod that a Service may name: not finished, with an address. @param withTerminating pods being deleted too */
export function isPodInEndpoints(pod: Pod, withTerminating: boolean): boolean {
  if (isPodFinished(pod) || (pod.status?.podIP === undefined && (pod.status?.podIPs ?? []).length === 0)) return false
  return withTerminating || pod.metadata.deletionTimestamp === undefined
}

/** A pod is known by its own host name where its subdomain is the Service. */
export function hostnameFor(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec
  return hostname !== undefined && hostname !== '' && subdomain === service.metadata.name ? hostname : undefined
}

/** A pod's port behind a Service's port; undefined when it has no port of that name. */
export function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port
  if (typeof target === 'number') return target
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')
  for (const container of [...pod.spec.containers, ...sidecars]) {
    const found = container.ports?.find(({ name, protocol }) => name === target && (protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
    if (found !== undefined) return found.containerPort
  }
  return undefined
}

/** Addresses of a pod in one family. */
export function addressesOf(pod: Pod, family: 'IPv4' | 'IPv6'): string[] {
  const addresses = (pod.status?.podIPs ?? (pod.status?.podIP === undefined ? [] : [{ ip: pod.status.podIP }])).map(({ ip }) => ip)
  return addresses.filter((ip) => ip.includes(':') === (family === 'IPv6'))
}

/** True for a Service with an address of its own; false for headless ones ("None") and for those without an address yet. */
export function hasClusterIP(service: Service): boolean {
  return service.spec.clusterIP !== undefined && service.spec.clusterIP !== 'None' && service.spec.clusterIP !== ''
}

/** A Service whose pods a controller looks up. */
export function selectsPods(service: Service): boolean {
  return service.spec.type !== 'ExternalName' && service.spec.selector !== undefined
}

/** The pods that a Service selects, in order of creation. */
export function podsOf(service: Service, api: ApiClient): readonly Pod[] {
  return api.list<Pod>('pods', { namespace: service.metadata.namespace, selector: { matchLabels: service.spec.selector } })
}

/** A change that a Service's endpoints may show. */
function isVisibleChange(before: Pod, after: Pod): boolean {
  return before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp || isPodReady(before) !== isPodReady(after) || isPodFinished(before) !== isPodFinished(after) ||
    (before.status?.podIPs !== after.status?.podIPs && !equalJson(before.status?.podIPs, after.status?.podIPs)) ||
    (before.metadata.labels !== after.metadata.labels && !equalJson(before.metadata.labels, after.metadata.labels))
}

/** Keys of the Services whose endpoints a changed pod may change. */
export function serviceKeysOfPod({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  const podBefore = before as Pod | undefined
  const podAfter = after as Pod | undefined
  if (podBefore !== undefined && podAfter !== undefined && !isVisibleChange(podBefore, podAfter)) return noKeys
  // A pod without an address is in nobody's endpoints.
  const labelsBefore = hasAddress(podBefore) ? podBefore?.metadata : undefined
  const labelsAfter = hasAddress(podAfter) ? podAfter?.metadata : undefined
  const namespace = (labelsAfter ?? labelsBefore)?.namespace
  if (namespace === undefined) return noKeys
  const isSelected = (service: Service): boolean =>
    (labelsAfter !== undefined && selectsLabels(service, labelsAfter.labels)) || (labelsBefore !== undefined && labelsBefore.labels !== labelsAfter?.labels && selectsLabels(service, labelsBefore.labels))
  return api.list<Service>('services', { namespace }).filter((service) => selectsPods(service) && isSelected(service)).map(keyOf)
}

const noKeys: readonly string[] = []

function hasAddress(pod: Pod | undefined): boolean {
  return pod?.status?.podIP !== undefined || pod?.status?.podIPs !== undefined
}

function selectsLabels(service: Service, labels: StringMap | undefined): boolean {
  return matchesSet(service.spec.selector, labels)
}

/** When the earliest of the changes behind an update happened: the creation of the Service or changes of readiness. */
export function triggerTime(changed: readonly Pod[], service: Service, isFirst: boolean): string | undefined {
  const times = changed.map((pod) => podCondition(pod, 'Ready')?.lastTransitionTime).filter((time) => time !== undefined)
  if (isFirst && service.metadata.creationTimestamp !== undefined) times.push(service.metadata.creationTimestamp)
  return times.length === 0 ? undefined : times.reduce((earliest, time) => (time < earliest ? time : earliest))
}

/** Annotations with the trigger time set or removed. */
export function withTriggerTime(annotations: StringMap | undefined, time: string | undefined): StringMap {
  const { [triggerTimeAnnotation]: _old, ...rest } = annotations ?? {}
  return time === undefined ? rest : { ...rest, [triggerTimeAnnotation]: time }
}
