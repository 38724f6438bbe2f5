/** kubectl describe of services, endpoints, ingresses and network policies. Models k8s.io/kubectl/pkg/describe (v1.35). */

import { formatLabelSelector } from '../../api/selector.ts'
import type { Endpoints, EndpointSlice, KubeObject, LabelSelector, Service } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { attempt, failureText } from '../failures.ts'
import { formatLabels } from '../printers/table.ts'
import { listObjects } from '../resource-builder.ts'
import type { Run, Session } from '../session.ts'
import { needKind } from './describer.ts'
import type { Describer } from './describer.ts'
import { describeEvents } from './events.ts'
import { goTime, orNone, writeAnnotations, writeHead, writeLabels } from './lines.ts'
import type { Lines } from './lines.ts'

const shownEndpointsMax = 3

/** `10.0.0.1:80,10.0.0.2:80 + 3 more...`: ready endpoints of the slices for one port name. */
export function endpointsText(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>'
  const found: string[] = []
  for (const slice of slices) {
    const ready = slice.endpoints.filter((endpoint) => endpoint.conditions?.ready !== false)
    if ((slice.ports ?? []).length === 0) found.push(...ready.map((endpoint) => endpoint.addresses[0] ?? ''))
    for (const port of slice.ports ?? []) if ((port.name ?? '') === portName) found.push(...ready.map((endpoint) => `${endpoint.addresses[0] ?? ''}:${port.port ?? 0}`))
  }
  const shown = found.slice(0, shownEndpointsMax).join(',')
  return found.length > shownEndpointsMax ? `${shown} + ${found.length - shownEndpointsMax} more...` : shown
}

function* readSlices(session: Session, namespace: string | undefined, service: string): Run<readonly EndpointSlice[]> {
  const list = yield* listObjects(session, needKind('discovery.k8s.io', 'endpointslices'), { namespace, selector: `kubernetes.io/service-name=${service}` })
  return list.items as EndpointSlice[]
}

interface Ingressing { readonly ip?: string; readonly hostname?: string; readonly ipMode?: string }
interface MoreOfService { externalIPs?: string[]; loadBalancerIP?: string; healthCheckNodePort?: number; loadBalancerSourceRanges?: string[]; trafficDistribution?: string }

function writeServicePorts(lines: Lines, service: Service, slices: readonly EndpointSlice[]): void {
  for (const port of service.spec.ports ?? []) {
    const name = (port.name ?? '') === '' ? '<unset>' : port.name
    lines.field('Port', `${name}\t${port.port}/${port.protocol ?? ''}`)
    lines.field('TargetPort', `${port.targetPort ?? 0}/${port.protocol ?? ''}`)
    if ((port.nodePort ?? 0) !== 0) lines.field('NodePort', `${name}\t${port.nodePort}/${port.protocol ?? ''}`)
    lines.field('Endpoints', endpointsText(slices, port.name ?? ''))
  }
}

function writeAddresses(lines: Lines, service: Service): void {
  const spec = service.spec as Service['spec'] & MoreOfService
  const joined = (list: readonly string[] | undefined) => orNone((list ?? []).join(','))
  if (spec.ipFamilyPolicy !== undefined) lines.field('IP Family Policy', spec.ipFamilyPolicy)
  lines.field('IP Families', joined(spec.ipFamilies))
  lines.field('IP', spec.clusterIP ?? '')
  lines.field('IPs', joined(spec.clusterIPs))
  if ((spec.externalIPs ?? []).length > 0) lines.field('External IPs', joined(spec.externalIPs))
  if ((spec.loadBalancerIP ?? '') !== '') lines.field('Desired LoadBalancer IP', spec.loadBalancerIP ?? '')
  if ((spec.externalName ?? '') !== '') lines.field('External Name', spec.externalName ?? '')
  const ingress = (service.status?.loadBalancer as { ingress?: Ingressing[] } | undefined)?.ingress ?? []
  if (ingress.length > 0) lines.field('LoadBalancer Ingress', ingress.map((one) => (one.ip !== undefined && one.ip !== '' ? `${one.ip}${one.ipMode === undefined ? '' : ` (${one.ipMode})`}` : one.hostname ?? '')).join(', '))
}

export const describeService: Describer<Service> = function* (service, { lines, session }) {
  const { metadata } = service
  const spec = service.spec as Service['spec'] & MoreOfService
  const slices = yield* readSlices(session, metadata.namespace, metadata.name ?? '')
  writeHead(lines, metadata)
  lines.field('Selector', formatLabels(spec.selector))
  lines.field('Type', spec.type ?? '')
  writeAddresses(lines, service)
  writeServicePorts(lines, service, slices)
  lines.field('Session Affinity', spec.sessionAffinity ?? '')
  if ((spec.externalTrafficPolicy ?? '') !== '') lines.field('External Traffic Policy', spec.externalTrafficPolicy ?? '')
  if (spec.internalTrafficPolicy !== undefined) lines.field('Internal Traffic Policy', spec.internalTrafficPolicy)
  if ((spec.healthCheckNodePort ?? 0) !== 0) lines.field('HealthCheck NodePort', spec.healthCheckNodePort ?? 0)
  if ((spec.loadBalancerSourceRanges ?? []).length > 0) lines.field('LoadBalancer Source Ranges', (spec.loadBalancerSourceRanges ?? []).join(','))
  if (spec.trafficDistribution !== undefined) lines.field('Traffic Distribution', spec.trafficDistribution)
  yield* describeEvents(session, lines, service)
}

export const describeEndpoints: Describer<Endpoints> = function* (endpoints, { lines, session }) {
  writeHead(lines, endpoints.metadata)
  lines.write(0, 'Subsets:\n')
  for (const subset of endpoints.subsets ?? []) {
    lines.field('Addresses', orNone((subset.addresses ?? []).map(({ ip }) => ip).join(',')), 1)
    lines.field('NotReadyAddresses', orNone((subset.notReadyAddresses ?? []).map(({ ip }) => ip).join(',')), 1)
    if ((subset.ports ?? []).length > 0) lines.write(1, 'Ports:\n    Name\tPort\tProtocol\n    ----\t----\t--------\n')
    for (const port of subset.ports ?? []) lines.write(2, `${(port.name ?? '') === '' ? '<unset>' : port.name}\t${port.port}\t${port.protocol ?? ''}\n`)
    lines.write(0, '\n')
  }
  yield* describeEvents(session, lines, endpoints)
}

function writeEndpoint(lines: Lines, endpoint: EndpointSlice['endpoints'][number]): void {
  lines.field('- Addresses', orNone(endpoint.addresses.join(', ')), 1)
  lines.write(2, 'Conditions:\n')
  lines.field('Ready', endpoint.conditions?.ready === undefined ? '<unset>' : String(endpoint.conditions.ready), 3)
  lines.field('Hostname', endpoint.hostname ?? '<unset>', 2)
  if (endpoint.targetRef !== undefined) lines.field('TargetRef', `${endpoint.targetRef.kind ?? ''}/${endpoint.targetRef.name ?? ''}`, 2)
  lines.field('NodeName', endpoint.nodeName ?? '<unset>', 2)
  lines.field('Zone', endpoint.zone ?? '<unset>', 2)
}

export const describeEndpointSlice: Describer<EndpointSlice> = function* (slice, { lines, session }) {
  writeHead(lines, slice.metadata)
  lines.field('AddressType', slice.addressType)
  const ports = slice.ports ?? []
  lines.write(0, ports.length === 0 ? 'Ports: <unset>\n' : 'Ports:\n  Name\tPort\tProtocol\n  ----\t----\t--------\n')
  for (const port of ports) lines.write(1, `${(port.name ?? '') === '' ? '<unset>' : port.name}\t${port.port ?? '<unset>'}\t${port.protocol ?? ''}\n`)
  const endpoints = slice.endpoints ?? []
  lines.write(0, endpoints.length === 0 ? 'Endpoints: <none>\n' : 'Endpoints:\n')
  for (const endpoint of endpoints) writeEndpoint(lines, endpoint)
  yield* describeEvents(session, lines, slice)
}

interface IngressBackend { readonly service?: { readonly name: string; readonly port?: { readonly number?: number; readonly name?: string } }; readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string } }
interface Ingress extends KubeObject {
  spec?: { ingressClassName?: string; defaultBackend?: IngressBackend; tls?: { secretName?: string; hosts?: string[] }[]; rules?: { host?: string; http?: { paths: { path?: string; backend: IngressBackend }[] } }[] }
  status?: { loadBalancer?: { ingress?: Ingressing[] } }
}

function* backendText(session: Session, namespace: string | undefined, backend: IngressBackend): Run<string> {
  const { service, resource } = backend
  if (service === undefined) return resource === undefined ? '' : `APIGroup: ${resource.apiGroup ?? '<none>'}, Kind: ${resource.kind}, Name: ${resource.name}`
  const { number = 0, name = '' } = service.port ?? {}
  const text = `${service.name}:${number !== 0 ? number : name}`
  const slices = yield* attempt(readSlices(session, namespace, service.name))
  if (!slices.ok) return `${text} (<error: ${failureText(slices.failure)}>)`
  const read = yield* attempt(session.call<Service>({ verb: 'get', kind: needKind('', 'services'), namespace, name: service.name }))
  if (!read.ok) return `${text} (<error: ${failureText(read.failure)}>)`
  const port = (read.value.spec.ports ?? []).find((one) => (number !== 0 && one.port === number) || (name !== '' && one.name === name))
  return `${text} (${endpointsText(slices.value, port?.name ?? '')})`
}

function* writeRules(session: Session, lines: Lines, ingress: Ingress, byDefault: string): Run<void> {
  lines.write(0, 'Rules:\n  Host\tPath\tBackends\n')
  lines.write(1, '----\t----\t--------\n')
  const rules = (ingress.spec?.rules ?? []).filter((rule) => rule.http !== undefined)
  for (const rule of rules) {
    lines.write(1, `${(rule.host ?? '') === '' ? '*' : rule.host}\t\n`)
    for (const path of rule.http?.paths ?? []) lines.write(2, `\t${path.path ?? ''} \t${yield* backendText(session, ingress.metadata.namespace, path.backend)}\n`)
  }
  if (rules.length === 0) lines.write(1, `*\t*\t${byDefault}\n`)
}

export const describeIngress: Describer<Ingress> = function* (ingress, { lines, session }) {
  const { metadata, spec = {}, status } = ingress
  lines.field('Name', metadata.name ?? '')
  writeLabels(lines, 'Labels', metadata.labels)
  lines.field('Namespace', metadata.namespace ?? '')
  const addresses = (status?.loadBalancer?.ingress ?? []).map((one) => one.ip ?? one.hostname ?? '').filter((one) => one !== '')
  lines.field('Address', [...new Set(addresses)].sort(compareText).join(','))
  lines.field('Ingress Class', spec.ingressClassName ?? '<none>')
  const byDefault = spec.defaultBackend === undefined ? '<default>' : yield* backendText(session, metadata.namespace, spec.defaultBackend)
  lines.field('Default backend', byDefault)
  if ((spec.tls ?? []).length > 0) lines.write(0, 'TLS:\n')
  for (const tls of spec.tls ?? []) lines.write(1, `${(tls.secretName ?? '') === '' ? 'SNI routes' : `${tls.secretName} terminates`} ${(tls.hosts ?? []).join(',')}\n`)
  yield* writeRules(session, lines, ingress, byDefault)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  yield* describeEvents(session, lines, ingress)
}

interface IngressClass extends KubeObject { spec?: { controller?: string; parameters?: { apiGroup?: string; kind: string; name: string } } }

export const describeIngressClass: Describer<IngressClass> = function* (ingressClass, { lines, session }) {
  const { metadata, spec } = ingressClass
  writeHead(lines, metadata, { isClusterScoped: true })
  lines.field('Controller', spec?.controller ?? '')
  if (spec?.parameters !== undefined) {
    lines.write(0, 'Parameters:\n')
    if (spec.parameters.apiGroup !== undefined) lines.field('APIGroup', spec.parameters.apiGroup, 1)
    lines.field('Kind', spec.parameters.kind, 1)
    lines.field('Name', spec.parameters.name, 1)
  }
  yield* describeEvents(session, lines, ingressClass)
}

interface Peer { readonly podSelector?: LabelSelector; readonly namespaceSelector?: LabelSelector; readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] } }
interface PolicyRule { readonly ports?: readonly { readonly port?: number | string; readonly endPort?: number; readonly protocol?: string }[]; readonly from?: readonly Peer[]; readonly to?: readonly Peer[] }
interface NetworkPolicy extends KubeObject { spec: { podSelector?: LabelSelector; policyTypes?: string[]; ingress?: PolicyRule[]; egress?: PolicyRule[] } }

const indent = '    '

function writePeer(lines: Lines, peer: Peer, word: string): void {
  lines.write(0, `${indent}${word}:\n`)
  if (peer.namespaceSelector !== undefined) lines.write(1, `${indent}NamespaceSelector: ${formatLabelSelector(peer.namespaceSelector)}\n`)
  if (peer.podSelector !== undefined) lines.write(1, `${indent}PodSelector: ${formatLabelSelector(peer.podSelector)}\n`)
  if (peer.namespaceSelector !== undefined || peer.podSelector !== undefined || peer.ipBlock === undefined) return
  lines.write(1, `${indent}IPBlock:\n`)
  lines.write(2, `${indent}CIDR: ${peer.ipBlock.cidr}\n`)
  lines.write(2, `${indent}Except: ${(peer.ipBlock.except ?? []).join(', ')}\n`)
}

function writePolicyRules(lines: Lines, rules: readonly PolicyRule[] | undefined, direction: 'ingress' | 'egress'): void {
  const [word, member, end] = direction === 'ingress' ? (['From', 'from', 'source'] as const) : (['To', 'to', 'destination'] as const)
  const list = rules ?? []
  if (list.length === 0) return lines.write(0, `${indent}<none> (Selected pods are isolated for ${direction} connectivity)\n`)
  list.forEach((rule, index) => {
    if ((rule.ports ?? []).length === 0) lines.write(0, `${indent}To Port: <any> (traffic allowed to all ports)\n`)
    for (const port of rule.ports ?? []) lines.write(0, `${indent}${port.endPort === undefined ? 'To Port' : 'To Port Range'}: ${port.port ?? '<nil>'}${port.endPort === undefined ? '' : `-${port.endPort}`}/${port.protocol ?? 'TCP'}\n`)
    const peers = rule[member] ?? []
    if (peers.length === 0) lines.write(0, `${indent}${word}: <any> (traffic not restricted by ${end})\n`)
    for (const peer of peers) writePeer(lines, peer, word)
    if (index < list.length - 1) lines.write(0, `${indent}----------\n`)
  })
}

export const describeNetworkPolicy: Describer<NetworkPolicy> = function* (policy, { lines }) {
  const { metadata, spec } = policy
  lines.field('Name', metadata.name ?? '')
  lines.field('Namespace', metadata.namespace ?? '')
  lines.field('Created on', goTime(metadata.creationTimestamp))
  writeLabels(lines, 'Labels', metadata.labels)
  writeAnnotations(lines, 'Annotations', metadata.annotations)
  lines.write(0, 'Spec:\n')
  lines.write(1, 'PodSelector: ')
  const selector = spec.podSelector ?? {}
  const isAll = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0
  lines.write(2, isAll ? '<none> (Allowing the specific traffic to all pods in this namespace)\n' : `${formatLabelSelector(selector)}\n`)
  const types = spec.policyTypes ?? []
  if (types.includes('Ingress')) { lines.write(1, 'Allowing ingress traffic:\n'); writePolicyRules(lines, spec.ingress, 'ingress') } else lines.write(1, 'Not affecting ingress traffic\n')
  if (types.includes('Egress')) { lines.write(1, 'Allowing egress traffic:\n'); writePolicyRules(lines, spec.egress, 'egress') } else lines.write(1, 'Not affecting egress traffic\n')
  lines.write(1, `Policy Types: ${orNone(types.join(', '))}\n`)
}
