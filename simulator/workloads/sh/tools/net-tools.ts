/** wget, curl, nc and nslookup: single requests by the network of the container, with the texts of the real tools. */

import type { HttpRequest, HttpResponse, RequestFailure } from '../../program.ts'
import type { Json } from '../../../kernel/json.ts'
import { sleepSeconds } from './durations.ts'
import type { Tool, ToolContext, ToolStep } from './tool.ts'
import { ToolFailure } from './tool.ts'

/** Modelling assumption: a SYN without answer is given up after this long, as Linux does with 6 retries. */
const connectTimeoutMs = 127_000
/** curl has no default total timeout; this bounds a request to what never answers. */
const curlTimeoutMs = 30_000
const redirectsMax = 10

interface Target {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly scheme: string
}

function parseUrl(text: string): Target | undefined {
  const match = /^(?:(https?):\/\/)?(?:[^@/]*@)?(\[[0-9a-fA-F:]+\]|[^:/?#]+)(?::(\d+))?([/?#].*)?$/.exec(text)
  if (match === null) return undefined
  const scheme = match[1] ?? 'http'
  return { scheme, host: match[2], port: Number(match[3] ?? (scheme === 'https' ? 443 : 80)), path: match[4] ?? '/' }
}

function isAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.startsWith('[')
}

/** Reason of a status code, as servers write it. */
function reason(status: number): string {
  const reasons: { readonly [code: number]: string } = {
    200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 307: 'Temporary Redirect', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden',
    404: 'Not Found', 405: 'Not Allowed', 408: 'Request Timeout', 413: 'Request Entity Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error', 502: 'Bad Gateway',
    503: 'Service Unavailable', 504: 'Gateway Timeout',
  }
  return reasons[status] ?? ''
}

function header(response: HttpResponse, name: string): string | undefined {
  const key = Object.keys(response.headers).find((one) => one.toLowerCase() === name)
  return key === undefined ? undefined : response.headers[key]
}

function headerLines(response: HttpResponse): string[] {
  return [`HTTP/1.1 ${response.status} ${reason(response.status)}`, ...Object.keys(response.headers).map((name) => `${name}: ${response.headers[name]}`)]
}

function plain(record: { readonly [key: string]: Json | undefined }): Json {
  return record
}

// wget

interface WgetOptions {
  readonly url: string
  readonly output: string | undefined
  readonly isQuiet: boolean
  readonly showsHeaders: boolean
  readonly isSpider: boolean
  readonly timeoutMs: number | undefined
  readonly headers: { readonly [name: string]: string }
  readonly body: string | undefined
}

interface WgetMemory {
  readonly address: string
  readonly redirects: number
  readonly url: string
}

const wgetUsage = 'BusyBox v1.36.1 multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...\n'

function wgetOptions(context: ToolContext): WgetOptions {
  const headers: { [name: string]: string } = { 'User-Agent': 'Wget' }
  let [output, url, body]: (string | undefined)[] = []
  let [isQuiet, showsHeaders, isSpider] = [false, false, false]
  let timeoutMs: number | undefined
  const args = context.argv.slice(1)
  const addHeader = (text: string): void => {
    const at = text.indexOf(':')
    headers[text.slice(0, at)] = text.slice(at + 1).trim()
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    const long = /^--([\w-]+)(?:=(.*))?$/s.exec(arg)
    const value = (): string => long?.[2] ?? args[++i] ?? ''
    if (long !== null) {
      if (long[1] === 'header') addHeader(value())
      else if (long[1] === 'post-data') body = value()
      else if (long[1] === 'post-file') body = context.files.read(value()) ?? ''
      else if (long[1] === 'timeout') timeoutMs = (sleepSeconds(value()) ?? 0) * 1000
      else if (long[1] === 'output-document') output = value()
      else if (long[1] === 'quiet') isQuiet = true
      else if (long[1] === 'server-response') showsHeaders = true
      else if (long[1] === 'spider') isSpider = true
      else if (long[1] === 'tries') value()
      else if (long[1] !== 'no-check-certificate') throw new ToolFailure(`wget: unrecognized option '${arg}'\n${wgetUsage}`)
    } else if (arg.startsWith('-') && arg !== '-') {
      for (let j = 1; j < arg.length; j++) {
        const letter = arg[j]
        if (letter === 'q') isQuiet = true
        else if (letter === 'S') showsHeaders = true
        else if (letter === 'c') continue
        else if ('OTPUtoY'.includes(letter)) {
          const rest = arg.slice(j + 1) || (args[++i] ?? '')
          if (letter === 'O') output = rest
          if (letter === 'T') timeoutMs = (sleepSeconds(rest) ?? 0) * 1000
          if (letter === 'U') headers['User-Agent'] = rest
          break
        } else throw new ToolFailure(`wget: unrecognized option: ${letter}\n${wgetUsage}`)
      }
    } else url = arg
  }
  if (url === undefined) throw new ToolFailure(wgetUsage)
  return { url, output, isQuiet, showsHeaders, isSpider, timeoutMs, headers, body }
}

const wget: Tool = {
  run(context) {
    const options = wgetOptions(context)
    const memory = context.memory as unknown as WgetMemory | undefined
    const url = memory?.url ?? options.url
    const target = parseUrl(url)
    if (target === undefined || /^(?!https?:)[a-z]+:\/\//i.test(url)) return { err: `wget: not an http or ftp url: ${url}\n`, code: 1 }
    if (memory === undefined) return wgetStart(options, target, url, 0)
    const { answer } = context
    if (memory.address === '') {
      const addresses = answer?.kind === 'addresses' ? answer.addresses : []
      if (addresses.length === 0) return { err: `wget: bad address '${target.host}'\n`, code: 1 }
      return wgetSend(options, target, { address: addresses[0], redirects: memory.redirects, url })
    }
    if (answer?.kind === 'response') return wgetDone(context, options, target, memory, answer.response)
    if (answer?.kind === 'failure') return { err: wgetFailure(options, target, memory.address, answer.failure), code: 1 }
    return { code: 1 }
  },
}

function wgetStart(options: WgetOptions, target: Target, url: string, redirects: number): ToolStep {
  if (isAddress(target.host)) return wgetSend(options, target, { address: target.host, redirects, url })
  return { wait: { t: 'need', need: { kind: 'lookup', name: target.host } }, memory: plain({ address: '', redirects, url }) }
}

function wgetSend(options: WgetOptions, target: Target, memory: WgetMemory): ToolStep {
  const request: HttpRequest = {
    method: options.body === undefined ? (options.isSpider ? 'HEAD' : 'GET') : 'POST',
    url: `${target.scheme}://${target.host}:${target.port}${target.path}`,
    headers: { ...(options.body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }), ...options.headers },
    body: options.body ?? '',
  }
  const err = options.isQuiet ? '' : `Connecting to ${target.host} (${memory.address}:${target.port})\n`
  return { err, wait: { t: 'need', need: { kind: 'request', request, timeoutMs: options.timeoutMs ?? connectTimeoutMs } }, memory: plain({ ...memory }) }
}

function wgetFailure(options: WgetOptions, target: Target, address: string, failure: RequestFailure): string {
  switch (failure.failure) {
    case 'resolve': return `wget: bad address '${target.host}'\n`
    case 'refused': return `wget: can't connect to remote host (${address}): Connection refused\n`
    case 'timeout': return options.timeoutMs === undefined ? `wget: can't connect to remote host (${address}): Connection timed out\n` : 'wget: download timed out\n'
    case 'empty': return 'wget: error getting response\n'
    case 'reset': return 'wget: error getting response: Connection reset by peer\n'
  }
}

function wgetDone(context: ToolContext, options: WgetOptions, target: Target, memory: WgetMemory, response: HttpResponse): ToolStep {
  const shown = options.showsHeaders ? headerLines(response).map((line) => `  ${line}\n`).join('') : ''
  const location = header(response, 'location')
  if (response.status >= 300 && response.status < 400 && location !== undefined) {
    if (memory.redirects >= redirectsMax) return { err: `${shown}wget: too many redirections\n`, code: 1 }
    const url = location.startsWith('/') ? `${target.scheme}://${target.host}:${target.port}${location}` : location
    const next = parseUrl(url)
    if (next !== undefined) return wgetStart(options, next, url, memory.redirects + 1)
  }
  if (response.status < 200 || response.status > 299) return { err: `${shown}wget: server returned error: HTTP/1.1 ${response.status} ${reason(response.status)}\n`, code: 1 }
  if (options.isSpider) return { err: `${shown}${options.isQuiet ? '' : 'remote file exists\n'}`, code: 0 }
  const name = options.output ?? (target.path.replace(/[?#].*$/, '').replace(/^.*\//, '') || 'index.html')
  const isStdout = name === '-'
  const shownName = isStdout ? '-' : name
  const bar = `${shownName.slice(0, 20).padEnd(20)} 100% |********************************| ${String(response.body.length).padStart(5)}  0:00:00 ETA\n`
  const progress = options.isQuiet ? '' : isStdout ? `writing to stdout\n${bar}written to stdout\n` : `saving to '${name}'\n${bar}'${name}' saved\n`
  if (isStdout) return { out: response.body, err: shown + progress, code: 0 }
  if (options.output === undefined && context.files.exists(name)) return { err: `wget: can't open '${name}': File exists\n`, code: 1 }
  const error = name === '/dev/null' ? undefined : context.files.write(name, response.body)
  if (error !== undefined) return { err: `wget: can't open '${name}': ${error}\n`, code: 1 }
  return { err: shown + progress, code: 0 }
}

// curl

interface CurlOptions {
  readonly urls: readonly string[]
  readonly method: string | undefined
  readonly headers: { readonly [name: string]: string }
  readonly body: string | undefined
  readonly output: string | undefined
  readonly format: string
  readonly flags: ReadonlySet<string>
  readonly maxMs: number | undefined
  readonly connectMs: number | undefined
  readonly retries: number
  readonly retryDelayMs: number
}

interface CurlMemory {
  readonly at: number
  readonly redirects: number
  readonly url: string
  readonly tries: number
  readonly isWaiting: boolean
  readonly code: number
  readonly startMs: number
}

const curlFlags: { readonly [name: string]: string } = {
  silent: 's', 'show-error': 'S', fail: 'f', include: 'i', verbose: 'v', location: 'L', insecure: 'k', head: 'I', 'no-progress-meter': 's', get: 'G', compressed: '~', 'http1.1': '~', 'fail-with-body': 'F', 'retry-connrefused': '~', 'retry-all-errors': '~', ipv4: '4', 'no-buffer': 'N', globoff: 'g',
}
const curlValues: { readonly [name: string]: string } = {
  output: 'o', 'write-out': 'w', request: 'X', data: 'd', 'data-raw': 'd', 'data-binary': 'd', 'data-ascii': 'd', json: '+', header: 'H', 'max-time': 'm', 'connect-timeout': '=', 'user-agent': 'A', user: 'u', retry: '^', 'retry-delay': '@', 'retry-max-time': '%', url: '&', resolve: '%', cacert: '%', referer: 'e',
}

function curlOptions(context: ToolContext): CurlOptions {
  const urls: string[] = []
  const headers: { [name: string]: string } = { 'User-Agent': 'curl/8.10.1', Accept: '*/*' }
  const flags = new Set<string>()
  const values = new Map<string, string>()
  const data: string[] = []
  const args = context.argv.slice(1)
  const set = (letter: string, value: string): void => {
    if (letter === 'H') {
      const at = value.indexOf(':')
      headers[value.slice(0, at)] = value.slice(at + 1).trim()
    } else if (letter === 'd' || letter === '+') {
      data.push(value.startsWith('@') ? (value === '@-' ? context.stdin() : (context.files.read(value.slice(1)) ?? '')).replace(/\n/g, letter === 'd' ? '' : '\n') : value)
      if (letter === '+') Object.assign(headers, { 'Content-Type': 'application/json', Accept: 'application/json' })
    } else if (letter === '&') urls.push(value)
    else if (letter === 'A') headers['User-Agent'] = value
    else values.set(letter, value)
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg.startsWith('--')) {
      const name = arg.slice(2)
      if (Object.hasOwn(curlFlags, name)) flags.add(curlFlags[name])
      else if (Object.hasOwn(curlValues, name)) {
        if (i + 1 >= args.length) throw new ToolFailure(`curl: option ${arg}: requires parameter\ncurl: try 'curl --help' or 'curl --manual' for more information\n`, 2)
        set(curlValues[name], args[++i])
      } else throw new ToolFailure(`curl: option ${arg}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n`, 2)
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (let j = 1; j < arg.length; j++) {
        const letter = arg[j]
        if ('sSfivLkIGNg46#'.includes(letter)) flags.add(letter)
        else if ('owXdHmAueFbc'.includes(letter)) {
          const rest = arg.slice(j + 1)
          if (rest === '' && i + 1 >= args.length) throw new ToolFailure(`curl: option ${arg}: requires parameter\ncurl: try 'curl --help' or 'curl --manual' for more information\n`, 2)
          set(letter, rest === '' ? args[++i] : rest)
          break
        } else throw new ToolFailure(`curl: option -${letter}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n`, 2)
      }
    } else urls.push(arg)
  }
  if (urls.length === 0) throw new ToolFailure("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n".replace('(2) ', ''), 2)
  const milliseconds = (letter: string): number | undefined => (values.has(letter) ? Number(values.get(letter)) * 1000 : undefined)
  return {
    urls, method: values.get('X'), headers, body: data.length === 0 ? undefined : data.join('&'), output: values.get('o'), format: values.get('w') ?? '', flags,
    maxMs: milliseconds('m'), connectMs: milliseconds('='), retries: Number(values.get('^') ?? 0), retryDelayMs: milliseconds('@') ?? 0,
  }
}

const curl: Tool = {
  run(context) {
    if (context.argv.length === 1) return { err: "curl: try 'curl --help' or 'curl --manual' for more information\n", code: 2 }
    if (context.argv[1] === '--version' || context.argv[1] === '-V') return { out: 'curl 8.10.1 (x86_64-pc-linux-musl) libcurl/8.10.1\nProtocols: http https\n', code: 0 }
    const options = curlOptions(context)
    const memory = context.memory as unknown as CurlMemory | undefined
    const { answer } = context
    if (memory === undefined) return curlSend(context, options, { at: 0, redirects: 0, url: options.urls[0], tries: 0, isWaiting: false, code: 0, startMs: context.nowMs })
    if (memory.isWaiting) return curlSend(context, options, { ...memory, isWaiting: false })
    if (answer?.kind === 'response') return curlDone(context, options, memory, answer.response)
    if (answer?.kind === 'failure') return curlFailed(context, options, memory, answer.failure)
    return { code: 2 }
  },
}

function curlSend(context: ToolContext, options: CurlOptions, memory: CurlMemory): ToolStep {
  const target = parseUrl(memory.url)
  if (target === undefined || /^(?!https?:)[a-z]+:\/\//i.test(memory.url)) {
    const scheme = /^([a-z]+):\/\//i.exec(memory.url)?.[1]
    return curlNext(context, options, memory, scheme === undefined ? 3 : 1, curlError(options, scheme === undefined ? 3 : 1, scheme === undefined ? 'URL rejected: Malformed input to a URL function' : `Protocol "${scheme}" not supported`))
  }
  const method = options.method ?? (options.flags.has('I') ? 'HEAD' : options.body === undefined || options.flags.has('G') ? 'GET' : 'POST')
  const hasType = Object.keys(options.headers).some((name) => name.toLowerCase() === 'content-type')
  const headers = options.body === undefined || hasType ? options.headers : { 'Content-Type': 'application/x-www-form-urlencoded', ...options.headers }
  const query = options.flags.has('G') && options.body !== undefined ? `${target.path.includes('?') ? '&' : '?'}${options.body}` : ''
  const request: HttpRequest = { method, url: `${target.scheme}://${target.host}:${target.port}${target.path}${query}`, headers, body: options.flags.has('G') ? '' : (options.body ?? '') }
  const limits = [options.maxMs, options.connectMs].filter((one) => one !== undefined && one > 0) as number[]
  return { wait: { t: 'need', need: { kind: 'request', request, timeoutMs: limits.length === 0 ? curlTimeoutMs : Math.min(...limits) } }, memory: plain({ ...memory }) }
}

function curlError(options: CurlOptions, code: number, message: string): string {
  return options.flags.has('s') && !options.flags.has('S') ? '' : `curl: (${code}) ${message}\n`
}

const curlCodes = { resolve: 6, refused: 7, timeout: 28, empty: 52, reset: 56 } as const

function curlFailed(context: ToolContext, options: CurlOptions, memory: CurlMemory, failure: RequestFailure): ToolStep {
  const code = curlCodes[failure.failure]
  if (memory.tries < options.retries && (code === 28 || code === 7 || code === 52)) {
    const delayMs = options.retryDelayMs || 1000 * Math.min(2 ** memory.tries, 600)
    const left = options.retries - memory.tries
    const err = options.flags.has('s') ? '' : `Warning: Problem: ${code === 28 ? 'timeout' : 'connection refused'}. Will retry in ${delayMs / 1000} ${delayMs === 1000 ? 'second' : 'seconds'}. ${left} \n`.replace(' \n', ` ${left === 1 ? 'retry' : 'retries'} left.\n`)
    return { err, wait: { t: 'time', untilMs: context.nowMs + delayMs }, memory: plain({ ...memory, tries: memory.tries + 1, isWaiting: true }) }
  }
  const message = code === 28 && options.connectMs !== undefined && options.maxMs === undefined ? `Connection timed out after ${options.connectMs} milliseconds` : failure.message
  return curlNext(context, options, memory, code, curlError(options, code, message), writeOut(options, memory, undefined, context.nowMs))
}

function curlDone(context: ToolContext, options: CurlOptions, memory: CurlMemory, response: HttpResponse): ToolStep {
  const location = header(response, 'location')
  if (options.flags.has('L') && response.status >= 300 && response.status < 400 && location !== undefined) {
    if (memory.redirects >= 50) return curlNext(context, options, memory, 47, curlError(options, 47, 'Maximum (50) redirects followed'))
    const url = location.startsWith('/') ? memory.url.replace(/^(https?:\/\/)?([^/]*).*$/, `$1$2${location}`) : location
    return curlSend(context, options, { ...memory, url, redirects: memory.redirects + 1 })
  }
  const isFailed = response.status >= 400 && (options.flags.has('f') || options.flags.has('F'))
  const head = options.flags.has('i') || options.flags.has('I') ? `${headerLines(response).join('\r\n')}\r\n\r\n` : ''
  const body = options.flags.has('I') || (isFailed && !options.flags.has('F')) ? '' : response.body
  let out = head + body
  let err = curlVerbose(options, memory, response) + curlMeter(context, options, response)
  if (options.output !== undefined && options.output !== '-') {
    const error = options.output === '/dev/null' ? undefined : context.files.write(options.output, out)
    if (error !== undefined) err += `curl: (23) Failure writing output to destination\n`
    out = ''
  }
  const tail = writeOut(options, memory, response, context.nowMs)
  if (isFailed) return curlNext(context, options, memory, 22, err + curlError(options, 22, `The requested URL returned error: ${response.status}`), out + tail)
  return curlNext(context, options, memory, 0, err, out + tail)
}

function curlNext(context: ToolContext, options: CurlOptions, memory: CurlMemory, code: number, err: string, out = ''): ToolStep {
  const at = memory.at + 1
  const url = options.urls[at]
  const worst = code === 0 ? memory.code : code
  if (url === undefined) return { out, err, code: worst }
  const next = curlSend(context, options, { at, redirects: 0, url, tries: 0, isWaiting: false, code: worst, startMs: context.nowMs })
  return { ...next, out: out + (next.out ?? ''), err: err + (next.err ?? '') }
}

function curlVerbose(options: CurlOptions, memory: CurlMemory, response: HttpResponse): string {
  if (!options.flags.has('v')) return ''
  const target = parseUrl(memory.url)
  if (target === undefined) return ''
  const method = options.method ?? (options.flags.has('I') ? 'HEAD' : options.body === undefined ? 'GET' : 'POST')
  const sent = [`${method} ${target.path} HTTP/1.1`, `Host: ${target.host}${target.port === 80 ? '' : `:${target.port}`}`, ...Object.keys(options.headers).map((name) => `${name}: ${options.headers[name]}`)]
  return [`* Connected to ${target.host} port ${target.port}`, ...sent.map((line) => `> ${line}`), '> ', '* Request completely sent off', ...headerLines(response).map((line) => `< ${line}`), '< ', `* Connection #0 to host ${target.host} left intact`, ''].join('\n')
}

/** The progress meter, which curl prints when its output is no terminal. */
function curlMeter(context: ToolContext, options: CurlOptions, response: HttpResponse): string {
  if (options.flags.has('s') || (context.isTerminal && options.output === undefined)) return ''
  const size = String(response.body.length).padStart(5)
  return `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n\r100 ${size}  100 ${size}    0     0  ${size}      0 --:--:-- --:--:-- --:--:-- ${size}\n`
}

function writeOut(options: CurlOptions, memory: CurlMemory, response: HttpResponse | undefined, nowMs: number): string {
  const seconds = ((nowMs - memory.startMs) / 1000).toFixed(6)
  const values: { readonly [name: string]: string } = {
    http_code: String(response?.status ?? 0).padStart(3, '0'), response_code: String(response?.status ?? 0).padStart(3, '0'), time_total: seconds, time_connect: '0.001000', time_starttransfer: seconds, size_download: String(response?.body.length ?? 0), url_effective: memory.url,
    num_redirects: String(memory.redirects), content_type: response === undefined ? '' : (header(response, 'content-type') ?? ''), errormsg: '', exitcode: '0', remote_ip: '', method: options.method ?? 'GET', scheme: 'http', http_version: '1.1',
  }
  return options.format.replace(/%\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '').replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/%%/g, '%')
}

// nslookup and nc

/** The name that the resolver's search list makes of a short name; the network answers addresses only. */
function fullName(context: ToolContext, name: string): string {
  if (name.endsWith('.')) return name.slice(0, -1)
  const search = /^search\s+(.*)$/m.exec(context.files.read('/etc/resolv.conf') ?? '')?.[1].trim().split(/\s+/) ?? []
  const dots = name.split('.').length - 1
  if (name.endsWith('.svc')) return search[2] === undefined ? name : `${name}.${search[2]}`
  if (dots <= 1 && search[dots] !== undefined && !/\.(com|org|net|io|local)$/.test(name)) return `${name}.${search[dots]}`
  return name
}

const nslookup: Tool = {
  run(context) {
    const names = context.argv.slice(1).filter((arg) => !arg.startsWith('-'))
    const name = names[0]
    if (name === undefined) throw new ToolFailure('BusyBox v1.36.1 multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n')
    if (context.memory === undefined) return { wait: { t: 'need', need: { kind: 'lookup', name } }, memory: true }
    const server = names[1] ?? /^nameserver\s+(\S+)/m.exec(context.files.read('/etc/resolv.conf') ?? '')?.[1] ?? '127.0.0.1'
    const { answer } = context
    if (answer?.kind === 'failure' && (answer.failure.failure === 'timeout' || /timed out/.test(answer.failure.message))) return { out: ';; connection timed out; no servers could be reached\n\n', code: 1 }
    const head = `Server:\t\t${server}\nAddress:\t${server}:53\n\n`
    const addresses = answer?.kind === 'addresses' ? answer.addresses : []
    const full = fullName(context, name)
    if (addresses.length === 0) return { out: `${head}** server can't find ${full}: NXDOMAIN\n\n`, code: 1 }
    return { out: `${head}${addresses.map((address) => `Name:\t${full}\nAddress: ${address}\n`).join('')}\n`, code: 0 }
  },
}

const nc: Tool = {
  run(context) {
    const operands: string[] = []
    const flags = new Set<string>()
    let seconds: number | undefined
    for (let i = 1; i < context.argv.length; i++) {
      const arg = context.argv[i]
      if (!arg.startsWith('-')) operands.push(arg)
      else {
        const letters = arg.slice(1)
        for (let at = 0; at < letters.length; at++) {
          const letter = letters[at]
          if (letter === 'w') {
            seconds = Number(arg.slice(at + 2) || context.argv[++i])
            break
          }
          flags.add(letter)
        }
      }
    }
    const [host, port] = operands
    if (flags.has('l')) return { err: 'nc: listening is not simulated; run a server image instead\n', code: 1 }
    if (host === undefined || !/^\d+$/.test(port ?? '')) throw new ToolFailure('BusyBox v1.36.1 multi-call binary.\n\nUsage: nc [IPADDR PORT]\n')
    const memory = context.memory as { readonly address: string } | undefined
    if (memory === undefined && !isAddress(host)) return { wait: { t: 'need', need: { kind: 'lookup', name: host } }, memory: { address: '' } }
    const { answer } = context
    if (memory === undefined || memory.address === '') {
      const address = memory === undefined ? host : answer?.kind === 'addresses' ? answer.addresses[0] : undefined
      if (address === undefined) return { err: `nc: bad address '${host}'\n`, code: 1 }
      const request: HttpRequest = { method: 'CONNECT', url: `http://${host}:${port}/`, headers: {}, body: '' }
      return { wait: { t: 'need', need: { kind: 'request', request, timeoutMs: (seconds ?? connectTimeoutMs / 1000) * 1000 } }, memory: { address } }
    }
    const place = `${host} (${memory.address}:${port})`
    if (answer?.kind === 'failure' && (answer.failure.failure === 'refused' || answer.failure.failure === 'timeout' || answer.failure.failure === 'resolve')) {
      const text = answer.failure.failure === 'refused' ? `nc: ${place}: Connection refused\n` : seconds === undefined ? `nc: ${place}: Operation timed out\n` : 'nc: timed out\n'
      return { err: flags.has('z') && !flags.has('v') ? '' : text, code: 1 }
    }
    return { err: flags.has('v') ? `${place} open\n` : '', code: 0 }
  },
}

/** Tools of the network, by name. */
export const netTools: { readonly [name: string]: Tool } = {
  wget, curl, nslookup, nc,
  ping: { run: () => ({ err: 'ping: ICMP is not simulated; test a port with nc -zv HOST PORT or wget -qO- http://HOST:PORT\n', code: 1 }) },
}
