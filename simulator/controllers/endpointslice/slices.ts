/** The endpoints that a Service should have, and how they are spread over slices. Models k8s.io/endpointslice (v0.35). */

import type { ApiClient } from '../../api/client.ts'
import type { EndpointSlice, Node, Pod, Service, StringMap } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { controllerReference } from '../owners.ts'
import { isPodReady } from '../pods.ts'
import { addressesOf, hasClusterIP, headlessLabel, hostnameFor, isPodInEndpoints, targetPortOf } from '../service-pods.ts'

export type Endpoint = EndpointSlice['endpoints'][number]
export type SlicePort = NonNullable<EndpointSlice['ports']>[number]
export type Family = 'IPv4' | 'IPv6'

export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
export const sliceControllerName = 'endpointslice-controller.k8s.io'
const reserved: ReadonlySet<string> = new Set([serviceNameLabel, managedByLabel, headlessLabel])
/** Source: --max-endpoints-per-slice of kube-controller-manager. */
const endpointsPerSliceMax = 100

/** Endpoints that share their ports. */
export interface EndpointGroup { readonly ports: readonly SlicePort[]; readonly endpoints: Map<string, Endpoint> }

/** What to write for one group of ports. */
export interface SliceChanges { readonly create: readonly EndpointSlice[]; readonly update: readonly EndpointSlice[]; readonly remove: readonly EndpointSlice[] }

/** IP families that a Service gets slices for: its ipFamilies, else the one of its clusterIP (IPv4 for headless ones). Never empty. */
export function familiesOf(service: Service): Family[] {
  const families = (service.spec.ipFamilies ?? []).filter((family): family is Family => family === 'IPv4' || family === 'IPv6')
  return families.length > 0 ? families : [service.spec.clusterIP?.includes(':') === true ? 'IPv6' : 'IPv4']
}

/** Ports as a key that does not depend on their order. */
export function portsKey(ports: readonly SlicePort[] | undefined): string {
  return (ports ?? []).map(({ name, port, protocol, appProtocol }) => JSON.stringify([protocol ?? '', port ?? 0, name ?? '', appProtocol ?? ''])).sort((a, b) => (a < b ? -1 : 1)).join()
}

/** What makes two endpoints the same one, whatever their condition. */
export function endpointKey(endpoint: Endpoint): string {
  return JSON.stringify([[...endpoint.addresses].sort((a, b) => (a < b ? -1 : 1)), endpoint.hostname ?? '', endpoint.targetRef?.namespace ?? '', endpoint.targetRef?.name ?? ''])
}

function portsOf(pod: Pod, service: Service): SlicePort[] {
  const ports: SlicePort[] = []
  for (const servicePort of service.spec.ports ?? []) {
    const port = targetPortOf(pod, servicePort)
    if (port === undefined) continue
    const { name = '', protocol = 'TCP', appProtocol } = servicePort
    ports.push({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) })
  }
  return ports
}

function endpointOf(pod: Pod, node: Node | undefined, service: Service, family: Family): Endpoint {
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const hostname = hostnameFor(pod, service)
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone']
  return {
    addresses: addressesOf(pod, family),
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    ...(zone === undefined || zone === '' ? {} : { zone }),
  }
}

/** Endpoints by their ports. A pod on an unknown node is left out, and reported, unless unready ones are wanted too. */
export function groupEndpoints(service: Service, pods: readonly Pod[], family: Family, api: ApiClient): { groups: Map<string, EndpointGroup>; isNodeMissing: boolean } {
  const groups = new Map<string, EndpointGroup>()
  let isNodeMissing = false
  for (const pod of pods) {
    if (!isPodInEndpoints(pod, true)) continue
    const ports = portsOf(pod, service)
    const key = portsKey(ports)
    const group = groups.get(key) ?? { ports, endpoints: new Map<string, Endpoint>() }
    groups.set(key, group)
    const node = pod.spec.nodeName === undefined ? undefined : api.find<Node>('nodes', pod.spec.nodeName)
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      isNodeMissing = true
      continue
    }
    const endpoint = endpointOf(pod, node, service, family)
    if (endpoint.addresses.length > 0) group.endpoints.set(endpointKey(endpoint), endpoint)
  }
  return { groups, isNodeMissing }
}

/** Labels of a Service's slices. @returns whether the Service's own part differs from what a slice has */
export function sliceLabels(service: Service, present: StringMap | undefined): { readonly labels: StringMap; readonly changed: boolean } {
  const own = (labels: StringMap | undefined): StringMap => Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !reserved.has(key)))
  const fromService = own(service.metadata.labels)
  const labels = { ...fromService, ...(hasClusterIP(service) ? {} : { [headlessLabel]: '' }), [serviceNameLabel]: service.metadata.name!, [managedByLabel]: sliceControllerName }
  return { labels, changed: !equalJson(own(present), fromService) }
}

/** A slice without a name, to be created. */
export function newSlice(service: Service, ports: readonly SlicePort[], family: Family, endpoints: Endpoint[] = []): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generateName: `${service.metadata.name!}-`, namespace: service.metadata.namespace, labels: sliceLabels(service, undefined).labels, ownerReferences: [controllerReference(service)] },
    addressType: family,
    endpoints,
    ports: [...ports],
  }
}

interface KeptSlice { slice: EndpointSlice; changed: boolean }

/** Keeps, changes, fills and adds slices so that they hold the group's endpoints; touches as few as it can. */
export function changesFor(service: Service, family: Family, existing: readonly EndpointSlice[], group: EndpointGroup): SliceChanges {
  const missing = new Map(group.endpoints)
  const remove: EndpointSlice[] = []
  const kept: KeptSlice[] = []
  for (const slice of existing) {
    const result = keepWanted(service, slice, missing)
    if (result === undefined) remove.push(slice)
    else kept.push(result)
  }
  const waiting = [...missing.values()]
  const fill = (endpoints: Endpoint[]): Endpoint[] => [...endpoints, ...waiting.splice(0, endpointsPerSliceMax - endpoints.length)]
  for (const entry of kept.filter(({ changed }) => changed).sort((a, b) => b.slice.endpoints.length - a.slice.endpoints.length)) {
    entry.slice = { ...entry.slice, endpoints: fill(entry.slice.endpoints) }
  }
  const create: EndpointSlice[] = []
  while (waiting.length > 0) {
    const target = waiting.length < endpointsPerSliceMax ? closestFit(kept, waiting.length) : undefined
    if (target === undefined) create.push(newSlice(service, group.ports, family, fill([])))
    else {
      target.changed = true
      target.slice = { ...target.slice, endpoints: fill(target.slice.endpoints) }
    }
  }
  return { create, update: kept.filter(({ changed }) => changed).map(({ slice }) => slice), remove }
}

/** What stays of a slice; undefined when nothing does. Endpoints found are taken out of `missing`. */
function keepWanted(service: Service, slice: EndpointSlice, missing: Map<string, Endpoint>): KeptSlice | undefined {
  const present = slice.endpoints
  const endpoints: Endpoint[] = []
  let changed = false
  for (const endpoint of present) {
    const key = endpointKey(endpoint)
    const wanted = missing.get(key)
    if (wanted === undefined) continue
    endpoints.push(wanted)
    changed ||= !equalJson(wanted, endpoint)
    missing.delete(key)
  }
  const labels = sliceLabels(service, slice.metadata.labels)
  changed ||= endpoints.length !== present.length
  if (changed && endpoints.length === 0) return undefined
  if (!changed && !labels.changed) return { slice, changed: false }
  return { slice: { ...slice, metadata: { ...slice.metadata, labels: labels.labels }, endpoints }, changed: true }
}

/** The unchanged slice that has just enough room. */
function closestFit(kept: readonly KeptSlice[], count: number): KeptSlice | undefined {
  let best: KeptSlice | undefined
  let bestRoom = endpointsPerSliceMax
  for (const entry of kept) {
    const room = endpointsPerSliceMax - count - entry.slice.endpoints.length
    if (entry.changed || room < 0 || room >= bestRoom) continue
    best = entry
    bestRoom = room
  }
  return best
}
