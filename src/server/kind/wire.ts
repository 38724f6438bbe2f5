/** How a request of the bridge looks on the wire: method, path, query, headers and body. Models client-go/rest (v1.35). */

import { parseYaml, isYamlError } from '../../../simulator/api/yaml/documents.ts'
import type { RequestQuery } from '../../../simulator/api/request.ts'
import type { BridgeRequest } from './contract.ts'

/** A request as HTTP has it. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query. */
  readonly target: string
  readonly headers: { readonly [name: string]: string }
  readonly body?: string
}

const methods = { get: 'GET', list: 'GET', watch: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE', deletecollection: 'DELETE' } as const
const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
/** Parts of the query that are not parameters of the URL. */
const notParameters: readonly string[] = ['table', 'managedFields']
const nameOnly = /^[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?$/

/** Absent and empty are the same here. */
const mayBeEmpty: readonly string[] = ['group', 'namespace', 'name']
const objectVerbs: readonly string[] = ['get', 'update', 'patch', 'delete']

/** Keeps out the deletion of all objects where one was meant: on the wire they differ in nothing but the name. */
export function refuseNameless({ verb, resource, name = '' }: BridgeRequest): string | undefined {
  return objectVerbs.includes(verb) && name === '' ? `${verb} of ${resource} needs a name` : undefined
}

/** Keeps out names that would change the path: a request reaches the object that it names and nothing else. */
export function refuseOddPath({ group, version, resource, namespace, name, subresource }: BridgeRequest): string | undefined {
  const odd = Object.entries({ group, version, resource, namespace, name, subresource }).find(([part, text]) => text !== undefined && !(mayBeEmpty.includes(part) && text === '') && !nameOnly.test(text))
  return odd === undefined ? undefined : `${JSON.stringify(odd[1])} cannot be the ${odd[0]} of a request`
}

function pathOf(request: BridgeRequest): string {
  const { group, version, resource, namespace, name, subresource } = request
  const root = group === '' ? ['api', version] : ['apis', group, version]
  const place = namespace === undefined || namespace === '' || resource === 'namespaces' ? [] : ['namespaces', namespace]
  const isNamed = name !== undefined && name !== '' && (request.verb !== 'create' || subresource !== undefined)
  return `/${[...root, ...place, resource, ...(isNamed ? [name] : []), ...(subresource === undefined ? [] : [subresource])].map(encodeURIComponent).join('/')}`
}

/** A watch of one object is a watch of its collection that names it. */
function selectorOf({ verb, name, query }: BridgeRequest): string | undefined {
  const own = verb === 'watch' && name !== undefined && name !== '' ? `metadata.name=${name}` : undefined
  return own === undefined ? query?.fieldSelector : [own, query?.fieldSelector].filter((each) => each !== undefined && each !== '').join(',')
}

function parametersOf(request: BridgeRequest): URLSearchParams {
  const parameters = new URLSearchParams()
  const { fieldSelector: _selector, ...query }: RequestQuery = request.query ?? {}
  if (request.verb === 'watch') parameters.set('watch', 'true')
  const selector = selectorOf(request)
  if (selector !== undefined && selector !== '') parameters.set('fieldSelector', selector)
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || notParameters.includes(key)) continue
    for (const each of Array.isArray(value) ? value : [value]) parameters.append(key, String(each))
  }
  return parameters
}

/** JSON of a body; YAML is read here once and sent as JSON. An apply patch may be JSON too. */
function bodyText(request: BridgeRequest): string | undefined {
  const { body } = request
  if (typeof body !== 'string') return body === undefined ? undefined : JSON.stringify(body)
  const parsed = parseYaml(body)
  // What is no YAML goes as it is: the server's own words tell what is wrong.
  return isYamlError(parsed) ? body : JSON.stringify(parsed.value)
}

/** The request as HTTP. Watches of one object go to the collection. */
export function toWire(request: BridgeRequest): WireRequest {
  const target = request.verb === 'watch' ? pathOf(withoutName(request)) : pathOf(request)
  const parameters = parametersOf(request).toString()
  const body = bodyText(request)
  const isYaml = request.contentType === 'application/yaml'
  const headers = {
    accept: request.query?.table === true ? tableType : 'application/json',
    'user-agent': request.userAgent ?? 'podflight-kind',
    ...(body === undefined ? {} : { 'content-type': request.contentType === undefined || isYaml ? 'application/json' : request.contentType }),
  }
  return { method: methods[request.verb], target: parameters === '' ? target : `${target}?${parameters}`, headers, ...(body === undefined ? {} : { body }) }
}

function withoutName({ name: _name, ...request }: BridgeRequest): BridgeRequest {
  return request
}
