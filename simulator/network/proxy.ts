/**
 * What the node proxies route by: EndpointSlices as they were a propagation delay ago.
 * Modelling assumption: all proxies see a change at the same moment, `endpointPropagationMs` after it.
 */

import type { ApiClient } from '../api/client.ts'
import type { EndpointSlice, Service, ServicePort } from '../api/types.ts'
import type { Table } from '../kernel/table.ts'

const serviceNameLabel = 'kubernetes.io/service-name'

/** One place that a connection may go to. */
export interface Backend {
  readonly podKey: string
  readonly address: string
  readonly port: number
}

/** Where a connection to an address and port goes. */
export type Route =
  | { readonly kind: 'backends'; readonly service: string; readonly backends: readonly Backend[] }
  | { readonly kind: 'refused'; readonly service?: string }
  | { readonly kind: 'unreachable' }

/**
 * The rules of kube-proxy for one cluster. A Service without ready endpoints or such a port refuses, an unknown address
 * is unreachable; both are told by the Route. Models pkg/proxy (v1.35) as far as one hop shows.
 */
export class Proxy {
  private readonly slices: Table<EndpointSlice>
  private readonly api: ApiClient

  /** @param slices table of cluster state: slices by key as the proxies know them */
  constructor(slices: Table<EndpointSlice>, api: ApiClient) {
    this.slices = slices
    this.api = api
  }

  /** Takes over the present state of one slice. @returns whether something changed */
  apply(key: string): boolean {
    const slice = this.api.find<EndpointSlice>('endpointslices.discovery.k8s.io', key)
    if (slice === this.slices.get(key)) return false
    if (slice === undefined) return this.slices.delete(key)
    this.slices.set(key, slice)
    return true
  }

  /** Slices of a Service, as the proxies know them. */
  slicesOf(serviceKey: string): readonly EndpointSlice[] {
    const found: EndpointSlice[] = []
    this.slices.forEach((slice) => {
      const { namespace, labels } = slice.metadata
      if (`${namespace}/${labels?.[serviceNameLabel]}` === serviceKey) found.push(slice)
    })
    return found
  }

  /** Where a connection to a cluster IP or a pod IP goes. */
  route(address: string, port: number): Route {
    const service = this.serviceAt(address)
    if (service !== undefined) return this.routeService(service, port)
    const podKey = this.podAt(address)
    return podKey === undefined ? { kind: 'unreachable' } : { kind: 'backends', service: '', backends: [{ podKey, address, port }] }
  }

  private routeService(service: Service, port: number): Route {
    const key = `${service.metadata.namespace}/${service.metadata.name}`
    const servicePort = service.spec.ports?.find((candidate) => candidate.port === port)
    if (servicePort === undefined) return { kind: 'refused', service: key }
    const backends = this.backendsOf(key, servicePort)
    return backends.length === 0 ? { kind: 'refused', service: key } : { kind: 'backends', service: key, backends }
  }

  private backendsOf(serviceKey: string, servicePort: ServicePort): Backend[] {
    const backends: Backend[] = []
    for (const slice of this.slicesOf(serviceKey)) {
      const port = slice.ports?.find((candidate) => (candidate.name ?? '') === (servicePort.name ?? ''))?.port
      if (port === undefined) continue
      for (const endpoint of slice.endpoints) {
        if (endpoint.conditions?.ready === false || endpoint.targetRef?.kind !== 'Pod') continue
        backends.push({ podKey: `${endpoint.targetRef.namespace}/${endpoint.targetRef.name}`, address: endpoint.addresses[0], port })
      }
    }
    return backends
  }

  private serviceAt(address: string): Service | undefined {
    return this.api.list<Service>('services').find((service) => service.spec.clusterIP === address)
  }

  private podAt(address: string): string | undefined {
    for (const pod of this.api.list('pods')) {
      const status = pod.status as { podIP?: string; phase?: string } | undefined
      if (status?.podIP === address && status.phase !== 'Succeeded' && status.phase !== 'Failed') return `${pod.metadata.namespace}/${pod.metadata.name}`
    }
    return undefined
  }
}
