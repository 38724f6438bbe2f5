/** EndpointSlices for Endpoints that somebody keeps by hand. Models kubernetes/pkg/controller/endpointslicemirroring (v1.35). */

import type { EndpointSlice, Endpoints, Service } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { controllerReference } from '../owners.ts'

const resource = 'endpointslices.discovery.k8s.io'
const serviceNameLabel = 'kubernetes.io/service-name'
const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
const controllerName = 'endpointslicemirroring-controller.k8s.io'
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror'

type Content = Pick<EndpointSlice, 'endpoints' | 'ports' | 'addressType'>

/** One slice per subset. */
function contentsOf(endpoints: Endpoints): Content[] {
  return (endpoints.subsets ?? []).map(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const of = (list: typeof addresses, ready: boolean): EndpointSlice['endpoints'] => list.map(({ ip, hostname, nodeName, targetRef }) => ({
      addresses: [ip], conditions: { ready },
      ...(hostname === undefined ? {} : { hostname }), ...(nodeName === undefined ? {} : { nodeName }), ...(targetRef === undefined ? {} : { targetRef }),
    }))
    const first = [...addresses, ...notReadyAddresses][0]
    return {
      addressType: first?.ip.includes(':') === true ? 'IPv6' : 'IPv4',
      endpoints: [...of(addresses, true), ...of(notReadyAddresses, false)],
      ports: ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({ name, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) })),
    }
  })
}

function isMirrored(endpoints: Endpoints | undefined, service: Service | undefined): endpoints is Endpoints {
  return endpoints !== undefined && service !== undefined && service.spec.selector === undefined && endpoints.metadata.labels?.[skipLabel] !== 'true'
}

function contentOf({ endpoints, ports, addressType }: EndpointSlice): Content {
  return { endpoints, ports: ports ?? [], addressType }
}

function write(endpoints: Endpoints, existing: readonly EndpointSlice[], { api }: ComponentContext): ReconcileResult {
  const wanted = contentsOf(endpoints)
  const labels = { ...endpoints.metadata.labels, [serviceNameLabel]: endpoints.metadata.name!, [managedByLabel]: controllerName }
  const stale = existing.filter((slice) => !wanted.some((content) => equalJson(content, contentOf(slice))))
  for (const content of wanted.filter((each) => !existing.some((slice) => equalJson(each, contentOf(slice))))) {
    const old = stale.shift()
    const metadata = old === undefined ? { generateName: `${endpoints.metadata.name!}-`, namespace: endpoints.metadata.namespace, ownerReferences: [controllerReference(endpoints)] } : old.metadata
    const slice: EndpointSlice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { ...metadata, labels }, ...content }
    if (!(old === undefined ? api.create(resource, slice) : api.update(resource, slice)).ok) return { failed: true }
  }
  for (const slice of stale) if (!api.delete(resource, keyOf(slice)).ok) return { failed: true }
  return done
}

/** The EndpointSlice mirroring controller. */
export const endpointSliceMirroringController: Controller = {
  name: 'endpointslicemirroring-controller',
  watches: [{ resource: 'services' }, { resource: 'endpoints' }],
  reconcile(key, context): ReconcileResult {
    const { api } = context
    const endpoints = api.find<Endpoints>('endpoints', key)
    const service = api.find<Service>('services', key)
    const [namespace, name] = key.split('/')
    const existing = api.list<EndpointSlice>(resource, { namespace, selector: { matchLabels: { [serviceNameLabel]: name, [managedByLabel]: controllerName } } })
    if (isMirrored(endpoints, service)) return write(endpoints, existing, context)
    for (const slice of existing) if (!api.delete(resource, keyOf(slice)).ok) return { failed: true }
    return done
  },
}
