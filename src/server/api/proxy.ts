/**
 * Subresource proxy of pods, services and nodes: a request of HTTP that goes on into the cluster.
 * Models apiserver/pkg/registry/generic/rest/proxy.go and pkg/registry/core/{pod,service}/storage (v1.35).
 * Differs: only HTTP/1.1 without upgrades, links in HTML stay as they are, and a node's kubelet answers /healthz and /pods only.
 */

import type { IncomingMessage } from 'node:http'
import type { Cluster, Pod } from '../../../simulator/index.ts'
import { apiErrors } from '../../../simulator/api/errors.ts'
import type { EndpointSlice, Service, Status } from '../../../simulator/api/types.ts'
import type { ResourceAddress } from './address.ts'
import type { Desk } from './desk.ts'
import { forwardedHeaders } from './port-forward.ts'

/** What goes back to the client. */
export interface ProxyAnswer { readonly code: number; readonly headers: { readonly [name: string]: string }; readonly text: string }

interface Target { readonly host: string; readonly port: number }

const firstPort = 80
const core = (name: string): { group: string; name: string } => ({ group: '', name })

function unavailable(message: string): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'ServiceUnavailable', code: 503 } as Status
}

/** `[SCHEME:]NAME[:PORT]`. */
function splitName(text: string): { readonly name: string; readonly port: string } {
  const parts = text.split(':')
  return parts.length === 3 ? { name: parts[1]!, port: parts[2]! } : { name: parts[0]!, port: parts[1] ?? '' }
}

function podTarget(cluster: Cluster, namespace: string, text: string): Target | Status {
  const { name, port } = splitName(text)
  const pod = cluster.peekOne<Pod>('pods', `${namespace}/${name}`)
  if (pod === undefined) return apiErrors.notFound(core('pods'), name)
  const host = pod.status?.podIP ?? ''
  if (host === '') return apiErrors.badRequest('address not allowed')
  return { host, port: port === '' ? (pod.spec.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort ?? firstPort) : Number(port) }
}

function serviceTarget(cluster: Cluster, namespace: string, text: string): Target | Status {
  const { name, port } = splitName(text)
  const service = cluster.peekOne<Service>('services', `${namespace}/${name}`)
  if (service === undefined) return apiErrors.notFound(core('services'), name)
  const { ports = [] } = service.spec
  const wanted = port === '' ? (ports.length === 1 ? ports[0] : ports.find((each) => (each.name ?? '') === '')) : ports.find((each) => each.name === port || String(each.port) === port)
  const slices = cluster.peek<EndpointSlice>('endpointslices.discovery.k8s.io').filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name)
  for (const slice of slices) {
    const found = slice.ports?.find((each) => (each.name ?? '') === (wanted?.name ?? ''))?.port
    const ready = slice.endpoints.find(({ conditions }) => conditions?.ready !== false)
    if (wanted !== undefined && found !== undefined && ready?.addresses[0] !== undefined) return { host: ready.addresses[0], port: found }
  }
  return unavailable(`no endpoints available for service ${JSON.stringify(text)}`)
}

function kubeletAnswer(cluster: Cluster, name: string, path: string): ProxyAnswer | Status {
  const node = splitName(name).name
  if (cluster.peekOne('nodes', node) === undefined) return apiErrors.notFound(core('nodes'), node)
  if (path.startsWith('/healthz')) return { code: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, text: 'ok' }
  if (/^\/pods\/?(\?|$)/.test(path)) {
    const items = cluster.peek<Pod>('pods').filter(({ spec }) => spec.nodeName === node)
    return { code: 200, headers: { 'Content-Type': 'application/json' }, text: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }) }
  }
  return { code: 404, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, text: '404 page not found\n' }
}

/** Sends a request on. The caller has seen that the user may do that. @param body text of the request's body */
export function proxyRequest(desk: Desk, request: IncomingMessage, address: ResourceAddress, body: string): ProxyAnswer | Status {
  const { resource, namespace = '', name = '', proxyPath = '' } = address
  const { cluster } = desk
  const question = (request.url ?? '').indexOf('?')
  if (proxyPath === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    const [path = '', query = ''] = [(request.url ?? '').slice(0, question < 0 ? undefined : question), question < 0 ? '' : (request.url ?? '').slice(question)]
    return { code: 301, headers: { Location: `${path}/${query}` }, text: '' }
  }
  const path = `${proxyPath === '' ? '/' : proxyPath}${question < 0 ? '' : (request.url ?? '').slice(question)}`
  if (resource === 'nodes') return kubeletAnswer(cluster, name, path)
  const target = resource === 'pods' ? podTarget(cluster, namespace, name) : serviceTarget(cluster, namespace, name)
  if (!('host' in target)) return target
  const result = desk.send(namespace, { method: request.method ?? 'GET', url: `http://${target.host}:${target.port}${path}`, headers: forwardedHeaders(request), body })
  if ('failure' in result) {
    const why = result.failure === 'refused' ? `dial tcp ${target.host}:${target.port}: connect: connection refused` : result.failure === 'timeout' ? `dial tcp ${target.host}:${target.port}: i/o timeout` : 'EOF'
    return unavailable(`error trying to reach service: ${why}`)
  }
  const { status, headers, body: text } = result.response
  return { code: status, headers: { ...headers }, text }
}
