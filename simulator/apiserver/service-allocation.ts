/** Cluster IPs and node ports of Services. Models kubernetes/pkg/registry/core/service/storage (v1.35). */

import { apiErrors } from '../api/errors.ts'
import type { KubeObject, Service, ServicePort } from '../api/types.ts'
import type { Store } from '../store/store.ts'
import type { Identity } from './identity.ts'
import type { Outcome } from './ports.ts'

/** Gives a new Service the addresses and ports that it did not name itself. */
export function allocateService(object: KubeObject, key: string, store: Store, identity: Identity): Outcome<KubeObject> {
  const service = object as Service
  const { spec } = service
  const others = store.list<Service>('services').filter((other) => other.metadata.uid !== service.metadata.uid)
  const withAddress = allocateAddress(service, key, others, identity)
  if (withAddress === undefined) return { ok: false, status: apiErrors.internal('failed to allocate a serviceIP: range is full'), warnings: [] }
  const needsNodePorts = spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  const ports = needsNodePorts ? allocateNodePorts(spec.ports ?? [], key, others, identity) : spec.ports
  return { ok: true, object: { ...service, spec: { ...withAddress, ports } }, warnings: [] }
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
