/** Cluster IPs and node ports of Services. Models kubernetes/pkg/registry/core/service/storage (v1.35). */

import { apiErrors } from '../api/errors.ts'
import { fieldErrors } from '../api/field-error.ts'
import type { FieldError } from '../api/field-error.ts'
import type { KubeObject, Service, ServicePort } from '../api/types.ts'
import type { Store } from '../store/store.ts'
import type { Identity } from './identity.ts'
import type { Outcome } from './ports.ts'

/** Resource of the objects that stand for allocated addresses. */
export const ipAddresses = 'ipaddresses.networking.k8s.io'

/** The addresses that a Service holds; none for one that is headless or not there. */
export function clusterIPsOf(service: KubeObject | undefined): readonly string[] {
  return ((service as Service | undefined)?.spec.clusterIPs ?? []).filter((address) => address !== 'None' && address !== '')
}

/** The object of an address that a Service holds. Models pkg/registry/core/service/ipallocator (v1.35). */
export function ipAddressOf({ metadata }: KubeObject, address: string): KubeObject {
  const labels = { 'ipaddress.kubernetes.io/ip-family': address.includes(':') ? 'IPv6' : 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }
  const spec = { parentRef: { resource: 'services', namespace: metadata.namespace ?? '', name: metadata.name ?? '' } }
  return { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name: address, labels }, spec } as KubeObject
}

/** Gives a Service the addresses and ports that it did not name itself. A dry run does not look at those that it names. */
export function allocateService(object: KubeObject, key: string, store: Store, identity: Identity, isDryRun: boolean): Outcome<KubeObject> {
  const service = object as Service
  const { spec } = service
  const others = store.list<Service>('services').filter((other) => other.metadata.uid !== service.metadata.uid)
  const conflict = isDryRun ? undefined : findTaken(service, others)
  if (conflict !== undefined) return { ok: false, status: apiErrors.invalid({ group: '', name: 'Service' }, service.metadata.name ?? '', [conflict]), warnings: [] }
  const withAddress = allocateAddress(service, key, others, identity)
  if (withAddress === undefined) return { ok: false, status: apiErrors.internal('failed to allocate a serviceIP: range is full'), warnings: [] }
  const needsNodePorts = spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  const ports = needsNodePorts ? allocateNodePorts(spec.ports ?? [], key, others, identity) : spec.ports
  return { ok: true, object: { ...service, spec: { ...withAddress, ports } }, warnings: [] }
}

/** The first address or port that the Service names and another one has. */
function findTaken({ spec }: Service, others: readonly Service[]): FieldError | undefined {
  const { clusterIP } = spec
  if (clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None' && others.some((other) => other.spec.clusterIP === clusterIP)) {
    return fieldErrors.invalid('spec.clusterIPs', spec.clusterIPs ?? [clusterIP], `failed to allocate IP ${clusterIP}: provided IP is already allocated`)
  }
  const isTaken = (port: ServicePort): boolean =>
    others.some((other) => other.spec.ports?.some((taken) => taken.nodePort === port.nodePort) === true)
  const index = (spec.ports ?? []).findIndex((port) => port.nodePort !== undefined && port.nodePort !== 0 && isTaken(port))
  return index < 0 ? undefined : fieldErrors.invalid(`spec.ports[${index}].nodePort`, spec.ports?.[index].nodePort, 'provided port is already allocated')
}

function allocateAddress(service: Service, key: string, others: readonly Service[], identity: Identity): Service['spec'] | undefined {
  const { spec } = service
  if (spec.type === 'ExternalName' || (spec.clusterIP !== undefined && spec.clusterIP !== '')) {
    return spec.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIPs === undefined ? { ...spec, clusterIPs: [spec.clusterIP] } : spec
  }
  const taken = new Set(others.map((other) => other.spec.clusterIP))
  const address = identity.clusterIP(key, (candidate) => taken.has(candidate))
  return address === undefined ? undefined : { ...spec, clusterIP: address, clusterIPs: [address] }
}

function allocateNodePorts(ports: readonly ServicePort[], key: string, others: readonly Service[], identity: Identity): ServicePort[] {
  const taken = new Set<number>()
  for (const other of others) for (const port of other.spec.ports ?? []) if (port.nodePort !== undefined) taken.add(port.nodePort)
  for (const port of ports) if (port.nodePort !== undefined) taken.add(port.nodePort)
  return ports.map((port, index) => {
    if (port.nodePort !== undefined && port.nodePort !== 0) return port
    const nodePort = identity.nodePort(`${key}/${index}`, (candidate) => taken.has(candidate))
    if (nodePort === undefined) return port
    taken.add(nodePort)
    return { ...port, nodePort }
  })
}
