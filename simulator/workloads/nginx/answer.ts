/** How nginx answers a request by its configuration: server, location, return, files. Models nginx 1.27 http core and rewrite modules. */

import type { FileView, HttpRequest, HttpResponse } from '../program.ts'
import type { Directive } from './config.ts'

export const serverHeader = 'nginx/1.27.5'

const statusTexts: { readonly [code: number]: string } = {
  301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Authorization Required', 403: 'Forbidden', 404: 'Not Found',
  405: 'Not Allowed', 408: 'Request Time-out', 409: 'Conflict', 410: 'Gone', 411: 'Length Required', 412: 'Precondition Failed', 413: 'Request Entity Too Large', 414: 'Request-URI Too Large',
  415: 'Unsupported Media Type', 416: 'Requested Range Not Satisfiable', 421: 'Misdirected Request', 429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable', 504: 'Gateway Time-out', 505: 'HTTP Version Not Supported',
}
const redirects: readonly number[] = [301, 302, 303, 307, 308]

interface Request {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly host: string
  readonly uri: string
}

/** Configuration that holds at a place: own directives before those around it. */
type Scopes = readonly (readonly Directive[])[]

function last(scopes: Scopes, name: string): Directive | undefined {
  for (const scope of scopes) {
    const found = scope.filter((directive) => directive.name === name)
    if (found.length > 0) return found[found.length - 1]
  }
  return undefined
}

function all(directives: readonly Directive[], name: string): readonly Directive[] {
  return directives.filter((directive) => directive.name === name)
}

/** The http block's servers. */
export function serversOf(directives: readonly Directive[]): { readonly http: readonly Directive[]; readonly servers: readonly Directive[] } {
  const http = all(directives, 'http').flatMap(({ block }) => block ?? [])
  return { http, servers: all(http, 'server') }
}

/** Ports on which a server block listens; 80 without a directive. */
export function portsOf(server: Directive): number[] {
  const listens = all(server.block ?? [], 'listen')
  if (listens.length === 0) return [80]
  return listens.map(({ args }) => Number(/(\d+)$/.exec(args[0])?.[1] ?? 80))
}

function parse(request: HttpRequest): Request {
  const match = /^[a-z]+:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(request.url)
  const host = request.headers['Host'] ?? match?.[1] ?? ''
  const path = match?.[2] === undefined || match[2] === '' ? '/' : match[2]
  const query = match?.[3] ?? ''
  return { method: request.method, path, query, host: host.replace(/:\d+$/, ''), uri: query === '' ? path : `${path}?${query}` }
}

function chooseServer(servers: readonly Directive[], port: number, host: string): Directive | undefined {
  const onPort = servers.filter((server) => portsOf(server).includes(port))
  const named = onPort.find((server) => all(server.block ?? [], 'server_name').some(({ args }) => args.includes(host)))
  const isDefault = (server: Directive): boolean => all(server.block ?? [], 'listen').some(({ args }) => args.includes('default_server'))
  return named ?? onPort.find(isDefault) ?? onPort[0]
}

function matchesRegex(pattern: string, path: string, isCaseless: boolean): boolean {
  try {
    return new RegExp(pattern, isCaseless ? 'i' : '').test(path)
  } catch {
    // PCRE knows forms that JavaScript does not; such a location matches nothing here.
    return false
  }
}

/** Exact match, then the longest prefix unless a regular expression matches first. */
function chooseLocation(block: readonly Directive[], path: string): Directive | undefined {
  const locations = all(block, 'location')
  let prefix: Directive | undefined
  let length = -1
  let isFinal = false
  for (const location of locations) {
    const [first, second] = location.args
    if (first === '=' && second === path) return location
    const text = second === undefined ? first : first === '^~' ? second : undefined
    if (text === undefined || !path.startsWith(text) || text.length <= length) continue
    prefix = location
    length = text.length
    isFinal = first === '^~'
  }
  if (isFinal) return prefix
  const regex = locations.find(({ args }) => (args[0] === '~' || args[0] === '~*') && matchesRegex(args[1], path, args[0] === '~*'))
  return regex ?? prefix
}

function expand(text: string, request: Request): string {
  return text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => {
    const values: { readonly [name: string]: string } = {
      uri: request.path, request_uri: request.uri, args: request.query, query_string: request.query, host: request.host, http_host: request.host, request_method: request.method, scheme: 'http',
      hostname: request.host, remote_addr: '10.244.0.1', server_name: request.host, is_args: request.query === '' ? '' : '?',
    }
    if (name.startsWith('arg_')) return new RegExp(`(?:^|&)${name.slice(4)}=([^&]*)`).exec(request.query)?.[1] ?? ''
    return Object.hasOwn(values, name) ? values[name] : whole
  })
}

function headersOf(scopes: Scopes, request: Request, status: number): { [name: string]: string } {
  const headers: { [name: string]: string } = {}
  for (const scope of scopes) {
    const own = all(scope, 'add_header')
    if (own.length === 0) continue
    for (const { args } of own) if (args[2] === 'always' || [200, 201, 204, 206, ...redirects, 304].includes(status)) headers[args[0]] = expand(args[1], request)
    break
  }
  return headers
}

/** nginx's own page for a status. */
export function errorPage(status: number): HttpResponse {
  const title = `${status} ${statusTexts[status] ?? ''}`.trim()
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${serverHeader}</center>\r\n</body>\r\n</html>\r\n`
  return { status, headers: { 'Content-Type': 'text/html' }, body }
}

function returned(directive: Directive, scopes: Scopes, request: Request): HttpResponse {
  const [first, second] = directive.args
  const isUrlOnly = !/^\d+$/.test(first)
  const status = isUrlOnly ? 302 : Number(first)
  const text = isUrlOnly ? first : second
  const headers = headersOf(scopes, request, status)
  if (redirects.includes(status) && text !== undefined) return { ...errorPage(status), headers: { 'Content-Type': 'text/html', Location: expand(text, request), ...headers } }
  if (text === undefined && status >= 300) return { ...errorPage(status), headers: { 'Content-Type': 'text/html', ...headers } }
  return { status, headers: { 'Content-Type': contentType(scopes, last(scopes, 'default_type')?.args[0] ?? 'text/plain'), ...headers }, body: expand(text ?? '', request) }
}

function contentType(scopes: Scopes, type: string): string {
  const charset = last(scopes, 'charset')?.args[0]
  return charset === undefined || charset === 'off' || !type.startsWith('text/') ? type : `${type}; charset=${charset}`
}

function typeOf(path: string, http: readonly Directive[], scopes: Scopes): string {
  const extension = /\.([^./]+)$/.exec(path)?.[1] ?? ''
  for (const types of all(http, 'types')) for (const { name, args } of types.block ?? []) if (args.includes(extension)) return contentType(scopes, name)
  return contentType(scopes, last(scopes, 'default_type')?.args[0] ?? 'text/plain')
}

interface Place {
  readonly scopes: Scopes
  readonly location: Directive | undefined
  readonly http: readonly Directive[]
  readonly files: FileView
}

function fileFor(place: Place, path: string): string {
  const alias = place.location === undefined ? undefined : all(place.location.block ?? [], 'alias')[0]
  const prefix = place.location?.args[place.location.args.length - 1] ?? ''
  return alias === undefined ? `${last(place.scopes, 'root')?.args[0] ?? '/etc/nginx/html'}${path}` : `${alias.args[0]}${path.slice(prefix.length)}`
}

function served(place: Place, request: Request): HttpResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorPage(405)
  const tried = last(place.scopes, 'try_files')
  const paths = tried === undefined ? [request.path] : tried.args.slice(0, -1).map((arg) => expand(arg, request))
  for (const path of paths) {
    const found = readPath(place, path, request)
    if (found !== undefined) return found
  }
  const fallback = tried?.args[tried.args.length - 1]
  if (fallback === undefined) return errorPage(404)
  if (fallback.startsWith('=')) return errorPage(Number(fallback.slice(1)))
  return readPath(place, expand(fallback, request), request) ?? errorPage(404)
}

function readPath(place: Place, path: string, request: Request): HttpResponse | undefined {
  const full = fileFor(place, path)
  const names = full.endsWith('/') ? (last(place.scopes, 'index')?.args ?? ['index.html']).map((name) => full + name) : [full]
  for (const name of names) {
    const text = place.files.read(name)
    if (text !== undefined) return { status: 200, headers: { 'Content-Type': typeOf(name, place.http, place.scopes), ...headersOf(place.scopes, request, 200) }, body: text }
  }
  if (full.endsWith('/') && place.files.list(full) !== undefined) return errorPage(403)
  return undefined
}

function locate(directives: readonly Directive[], port: number, request: Request, files: FileView): HttpResponse {
  const { http, servers } = serversOf(directives)
  const server = chooseServer(servers, port, request.host)
  if (server === undefined) return errorPage(404)
  const block = server.block ?? []
  const early = all(block, 'return')[0]
  if (early !== undefined) return returned(early, [block, http], request)
  const scopes: (readonly Directive[])[] = [block, http]
  let location: Directive | undefined
  for (let inner = chooseLocation(block, request.path); inner !== undefined; inner = chooseLocation(inner.block ?? [], request.path)) {
    location = inner
    scopes.unshift(inner.block ?? [])
  }
  const own = location?.block ?? []
  const back = all(own, 'return')[0]
  if (back !== undefined) return returned(back, scopes, request)
  if (all(own, 'proxy_pass').length > 0) return errorPage(502)
  return served({ scopes, location, http, files }, request)
}

/** Answers one request on a port. */
export function answer(directives: readonly Directive[], port: number, request: HttpRequest, files: FileView): HttpResponse {
  const parsed = parse(request)
  const response = locate(directives, port, parsed, files)
  const body = parsed.method === 'HEAD' ? '' : response.body
  return { ...response, headers: { Server: serverHeader, ...response.headers }, body }
}
