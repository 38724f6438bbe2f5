/** curl, where a container has it. */

import type { HttpRequest, HttpResponse, RequestFailure } from '../../program.ts'
import { header, headerLines, parseUrl, plain } from './http.ts'
import type { Tool, ToolContext, ToolStep } from './tool.ts'
import { ToolFailure } from './tool.ts'

/** curl has no default total timeout; this bounds a request to what never answers. */
const curlTimeoutMs = 30_000

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

export const curl: Tool = {
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
