/** curl as an image's program or a command: one exact request after the other, with curl's output and exit codes. Models curl 8.10. */

import { utf8Length } from '../api/go-text.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import { parseCurlArguments } from './curl-arguments.ts'
import type { CurlArguments } from './curl-arguments.ts'
import type { EffectAnswer, HttpRequest, HttpResponse, Program, ProgramContext, ProgramEffect, ProgramStep, RequestFailure } from './program.ts'

interface State {
  readonly [key: string]: CurlArguments | null | number | string
  /** Null when the arguments are wrong. */
  readonly args: CurlArguments | null
  readonly index: number
  readonly url: string
  readonly redirects: number
  readonly startMs: SimTimeMs
  readonly exitCode: number
}

const redirectsMax = 50
/** Modelling assumption of the curriculum; curl itself has no total timeout, connects give up after about two minutes. */
const defaultTimeoutMs = 30_000
const exitCodes: { readonly [failure in RequestFailure['failure']]: number } = { resolve: 6, refused: 7, timeout: 28, empty: 52, reset: 56 }
const reasonPhrases: { readonly [status: number]: string } = {
  200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request',
  401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Not Allowed', 408: 'Request Timeout', 413: 'Request Entity Too Large', 422: 'Unprocessable Entity', 429: 'Too Many Requests',
  500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
}

function out(text: string, stream: 'stdout' | 'stderr' = 'stdout'): ProgramEffect {
  return { kind: 'log', stream, text }
}

/** A URL with its scheme and path. */
function complete(url: string): string {
  const withScheme = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`
  return /^[a-z]+:\/\/[^/?#]+$/i.test(withScheme) ? `${withScheme}/` : withScheme
}

function hostOf(url: string): { host: string; port: string } {
  const match = /^([a-z]+):\/\/(?:[^@/]*@)?([^/:?#]+)(?::(\d+))?/i.exec(url)
  return { host: match?.[2] ?? '', port: match?.[3] ?? (match?.[1]?.toLowerCase() === 'https' ? '443' : '80') }
}

function methodOf(args: CurlArguments): string {
  return args.method ?? (args.isHead ? 'HEAD' : args.data === undefined ? 'GET' : 'POST')
}

function makeRequest(args: CurlArguments, url: string): HttpRequest {
  const headers: { [name: string]: string } = { 'User-Agent': args.userAgent ?? 'curl/8.10.1', Accept: '*/*' }
  if (args.data !== undefined) headers['Content-Type'] = 'application/x-www-form-urlencoded'
  for (const line of args.headers) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).trim()
    const value = line.slice(colon + 1).trim()
    for (const other of Object.keys(headers)) if (other.toLowerCase() === name.toLowerCase()) delete headers[other]
    if (value !== '') headers[name] = value
  }
  return { method: methodOf(args), url, headers, body: args.data ?? '' }
}

function send(state: State, context: ProgramContext): ProgramStep<State> {
  const { args } = state
  if (args === null) return { state, effects: [{ kind: 'exit', exitCode: 2 }] }
  const leftMs = (args.maxTimeMs ?? args.connectTimeoutMs ?? defaultTimeoutMs) - (context.nowMs - state.startMs)
  return { state, effects: [{ kind: 'request', id: `curl-${state.index}-${state.redirects}`, request: makeRequest(args, state.url), timeoutMs: Math.max(1, leftMs) }] }
}

function begin(context: ProgramContext): ProgramStep<State> {
  const { argv } = context.spec
  const words = argv[0]?.endsWith('entrypoint.sh') ? argv.slice(argv[1] === 'curl' ? 2 : 1) : argv.slice(1)
  const parsed = parseCurlArguments(words)
  const none = { index: 0, url: '', redirects: 0, startMs: context.nowMs, exitCode: 0 }
  if ('message' in parsed) return { state: { ...none, args: null }, effects: [out(String(parsed.message), 'stderr'), { kind: 'exit', exitCode: Number(parsed.exitCode) }] }
  const args = parsed as CurlArguments
  return send({ ...none, args, url: complete(args.urls[0]) }, context)
}

function headerText(response: HttpResponse): string {
  const lines = [`HTTP/1.1 ${response.status} ${reasonPhrases[response.status] ?? ''}`]
  for (const [name, value] of Object.entries(response.headers)) lines.push(`${name}: ${value}`)
  if (!Object.keys(response.headers).some((name) => name.toLowerCase() === 'content-length')) lines.push(`Content-Length: ${utf8Length(response.body)}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

function verboseText(args: CurlArguments, url: string, response: HttpResponse): string {
  const { host, port } = hostOf(url)
  const request = makeRequest(args, url)
  const path = url.replace(/^[a-z]+:\/\/[^/]+/i, '')
  const sent = [`${request.method} ${path} HTTP/1.1`, `Host: ${port === '80' ? host : `${host}:${port}`}`, ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`), '']
  const received = headerText(response).split('\r\n').slice(0, -1)
  return [`* Host ${host}:${port} was resolved.`, `* Connected to ${host} port ${port}`, ...sent.map((line) => `> ${line}`), '* Request completely sent off', ...received.map((line) => `< ${line}`), `* Connection #0 to host ${host} left intact`].join('\n') + '\n'
}

function written(format: string, state: State, context: ProgramContext, response: HttpResponse | undefined): string {
  const totalSeconds = ((context.nowMs - state.startMs) / 1000).toFixed(6)
  const values: { readonly [name: string]: string } = {
    http_code: String(response?.status ?? 0).padStart(3, '0'), response_code: String(response?.status ?? 0).padStart(3, '0'), time_total: totalSeconds, time_connect: totalSeconds, time_starttransfer: totalSeconds,
    size_download: String(utf8Length(response?.body ?? '')), url_effective: state.url, url: state.url, content_type: response?.headers['Content-Type'] ?? '', num_redirects: String(state.redirects), exitcode: String(state.exitCode), method: state.args === null ? '' : methodOf(state.args),
  }
  return format.replace(/%\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? values[name] : whole)).replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\r/g, '\r').replace(/%%/g, '%')
}

/** What curl says of a failure, without its number. */
function failureText(failure: RequestFailure, url: string, state: State, context: ProgramContext): string {
  const { host, port } = hostOf(url)
  const ms = context.nowMs - state.startMs
  switch (failure.failure) {
    case 'resolve':
      return `Could not resolve host: ${host}`
    case 'refused':
      return `Failed to connect to ${host} port ${port} after ${ms} ms: Could not connect to server`
    case 'timeout':
      return state.args?.maxTimeMs !== undefined ? `Operation timed out after ${ms} milliseconds with 0 bytes received` : `Failed to connect to ${host} port ${port} after ${ms} ms: Could not connect to server`
    case 'empty':
      return 'Empty reply from server'
    case 'reset':
      return 'Recv failure: Connection reset by peer'
  }
}

function end(state: State, context: ProgramContext, effects: readonly ProgramEffect[], exitCode: number): ProgramStep<State> {
  const args = state.args as CurlArguments
  const index = state.index + 1
  const kept = exitCode === 0 ? state.exitCode : exitCode
  if (index >= args.urls.length) return { state: { ...state, exitCode: kept }, effects: [...effects, { kind: 'exit', exitCode: kept }] }
  const next = send({ ...state, index, url: complete(args.urls[index]), redirects: 0, startMs: context.nowMs, exitCode: kept }, context)
  return { state: next.state, effects: [...effects, ...next.effects] }
}

function onFailure(state: State, failure: RequestFailure, context: ProgramContext): ProgramStep<State> {
  const args = state.args as CurlArguments
  const exitCode = exitCodes[failure.failure]
  const effects: ProgramEffect[] = []
  if (!args.isSilent || args.showsError) effects.push(out(`curl: (${exitCode}) ${failureText(failure, state.url, state, context)}\n`, 'stderr'))
  if (args.writeOut !== undefined) effects.push(out(written(args.writeOut, { ...state, exitCode }, context, undefined)))
  return end(state, context, effects, exitCode)
}

function bodyEffects(args: CurlArguments, text: string): ProgramEffect[] {
  if (text === '') return []
  if (args.output === undefined || args.output === '-') return [out(text)]
  return args.output === '/dev/null' ? [] : [{ kind: 'write', path: args.output, text }]
}

function onResponse(state: State, response: HttpResponse, context: ProgramContext): ProgramStep<State> {
  const args = state.args as CurlArguments
  const effects: ProgramEffect[] = []
  if (args.isVerbose) effects.push(out(verboseText(args, state.url, response), 'stderr'))
  const location = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'location')?.[1]
  if (args.follows && location !== undefined && response.status >= 300 && response.status < 400 && state.redirects < redirectsMax) {
    const { host, port } = hostOf(state.url)
    const url = /^[a-z]+:\/\//i.test(location) ? location : `http://${host}:${port}${location}`
    const next = send({ ...state, url, redirects: state.redirects + 1 }, context)
    return { state: next.state, effects: [...effects, ...next.effects] }
  }
  const fails = response.status >= 400 && (args.isFailing || args.failsWithBody)
  if (args.includesHeaders || args.isHead) effects.push(...bodyEffects(args, headerText(response)))
  if (!args.isHead && !(fails && args.isFailing)) effects.push(...bodyEffects(args, response.body))
  if (fails && (!args.isSilent || args.showsError)) effects.push(out(`curl: (22) The requested URL returned error: ${response.status}\n`, 'stderr'))
  if (args.writeOut !== undefined) effects.push(out(written(args.writeOut, state, context, response)))
  return end(state, context, effects, fails ? 22 : 0)
}

/** Exit codes as curl's: 6 resolve, 7 refused, 22 HTTP error with -f, 28 timeout. */
export const curl: Program<State> = {
  name: 'curl',
  hasShell: true,
  init: begin,
  nextChangeMs: () => undefined,
  advance: (state) => ({ state, effects: [] }),
  signal: (state, signal) => ({ state, effects: [{ kind: 'exit', exitCode: signal === 'INT' ? 130 : 143 }] }),
  resume(state, _id, answer: EffectAnswer, context) {
    if (state.args === null) return { state, effects: [] }
    if (answer.kind === 'response') return onResponse(state, answer.response, context)
    return answer.kind === 'failure' ? onFailure(state, answer.failure, context) : { state, effects: [] }
  },
  usage: () => ({ cpuMillis: 5, memoryBytes: 8 * 1024 * 1024, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }),
}
