/** Where a request goes: method, path and query as an API request. Models apiserver/pkg/endpoints/request RequestInfo (v1.35). */

import { apiErrors } from '../../../simulator/api/errors.ts'
import type { RequestQuery, Verb } from '../../../simulator/api/request.ts'
import type { Status } from '../../../simulator/api/types.ts'

export interface ResourceAddress {
  readonly kind: 'resource'
  readonly verb: Verb
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  readonly query: RequestQuery
  /** For subresource proxy: what is behind it, as it came. '' when nothing is, not even a slash. */
  readonly proxyPath?: string
}
/** A path that is no resource, such as /healthz. */
export interface PathAddress { readonly kind: 'path'; readonly path: string }
export interface BadAddress { readonly kind: 'bad'; readonly status: Status }
export type Address = ResourceAddress | PathAddress | BadAddress

type QueryType = 'text' | 'number' | 'boolean' | 'list'
const queryTypes: { readonly [name: string]: QueryType | undefined } = {
  labelSelector: 'text', fieldSelector: 'text', limit: 'number', continue: 'text', resourceVersion: 'text', resourceVersionMatch: 'text', sendInitialEvents: 'boolean',
  allowWatchBookmarks: 'boolean', timeoutSeconds: 'number', dryRun: 'text', fieldValidation: 'text', fieldManager: 'text', force: 'boolean', propagationPolicy: 'text',
  gracePeriodSeconds: 'number', includeObject: 'text', container: 'text', follow: 'boolean', previous: 'boolean', tailLines: 'number', sinceSeconds: 'number', sinceTime: 'text',
  timestamps: 'boolean', limitBytes: 'number', command: 'list', stdin: 'boolean', stdout: 'boolean', stderr: 'boolean', tty: 'boolean',
}
const namespaceSubresources: readonly string[] = ['status', 'finalize']

class BadQuery extends Error {}

function valueOf(type: QueryType, values: readonly string[]): unknown {
  const text = values[0] ?? ''
  if (type === 'list') return values
  if (type === 'boolean') return text.toLowerCase() !== 'false' && text !== '0'
  if (type === 'text') return text
  if (!/^[+-]?\d{1,18}$/.test(text)) throw new BadQuery(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** Query parameters that the API knows, in their types. @throws BadQuery for a number that is none */
function readQuery(parameters: URLSearchParams): RequestQuery {
  const query: { [name: string]: unknown } = {}
  for (const name of new Set(parameters.keys())) {
    const type = Object.hasOwn(queryTypes, name) ? queryTypes[name] : undefined
    if (type === undefined) continue
    const values = parameters.getAll(name)
    if (values.length === 1 && values[0] === '' && type !== 'list') continue
    query[name] = valueOf(type, values)
  }
  return query as RequestQuery
}

function refusal(status: Status): BadAddress {
  return { kind: 'bad', status }
}

/** Verbs by HTTP method, for one object and for a collection. */
const objectVerbs: { readonly [method: string]: Verb | undefined } = { GET: 'get', HEAD: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
const collectionVerbs: { readonly [method: string]: Verb | undefined } = { GET: 'list', HEAD: 'list', POST: 'create', DELETE: 'deletecollection' }

function isWatch(parameters: URLSearchParams): boolean {
  const watch = parameters.get('watch')
  return watch !== null && watch.toLowerCase() !== 'false' && watch !== '0'
}

interface Place { readonly group: string; readonly version: string; readonly rest: readonly string[] }

/** Group, version and what is behind them; undefined for paths that are no resources. */
function placeOf(parts: readonly string[]): Place | undefined {
  if (parts[0] === 'api' && parts.length > 2) return { group: '', version: parts[1]!, rest: parts.slice(2) }
  if (parts[0] === 'apis' && parts.length > 3) return { group: parts[1]!, version: parts[2]!, rest: parts.slice(3) }
  return undefined
}

interface Names { readonly resource: string; readonly namespace?: string; readonly name?: string; readonly subresource?: string; readonly isTooLong: boolean }

function namesOf(parts: readonly string[]): Names {
  const isInNamespace = parts[0] === 'namespaces' && parts.length > 2 && !namespaceSubresources.includes(parts[2]!)
  const [resource = '', name, subresource, ...more] = isInNamespace ? parts.slice(2) : parts
  return { resource, ...(isInNamespace ? { namespace: parts[1]! } : {}), ...(name === undefined ? {} : { name }), ...(subresource === undefined ? {} : { subresource }), isTooLong: more.length > 0 }
}

function verbOf(method: string, names: Names, parameters: URLSearchParams, isOldWatch: boolean): Verb | undefined {
  const { name, subresource } = names
  if (subresource !== undefined && method === 'POST') return 'create'
  const verb = name === undefined ? collectionVerbs[method] : method === 'POST' ? 'create' : objectVerbs[method]
  const reads = verb === 'get' || verb === 'list'
  return reads && subresource === undefined && (isOldWatch || isWatch(parameters)) ? 'watch' : verb
}

function splitPath(path: string): string[] | undefined {
  try {
    return path.split('/').filter((part) => part !== '').map(decodeURIComponent)
  } catch {
    return undefined
  }
}

/** Reads the address of a request. Never throws. */
export function addressOf(method: string, target: string): Address {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const parameters = new URLSearchParams(question < 0 ? '' : target.slice(question + 1))
  const parts = splitPath(path)
  if (parts === undefined) return refusal(apiErrors.badRequest(`invalid URL escape in ${JSON.stringify(path)}`))
  const place = placeOf(parts)
  if (place === undefined) return { kind: 'path', path }
  const isOldWatch = place.rest[0] === 'watch'
  const names = namesOf(isOldWatch ? place.rest.slice(1) : place.rest)
  const proxied = names.subresource === 'proxy' ? /^\/api\/v1\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy(.*)$/.exec(path)?.[1] : undefined
  if ((names.isTooLong && proxied === undefined) || names.resource === '') return refusal(apiErrors.noSuchPath())
  const verb = verbOf(method, names, parameters, isOldWatch)
  if (verb === undefined) return refusal(apiErrors.methodNotAllowed())
  try {
    const { isTooLong: _long, ...named } = names
    return { kind: 'resource', verb, group: place.group, version: place.version, ...named, ...(proxied === undefined ? {} : { proxyPath: proxied }), query: proxied === undefined ? readQuery(parameters) : {} }
  } catch (error) {
    if (!(error instanceof BadQuery)) throw error
    return refusal(apiErrors.badRequest(error.message))
  }
}
