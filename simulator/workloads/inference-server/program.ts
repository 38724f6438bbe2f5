/**
 * HTTP model server: loads a model, then answers /predict; /ready tells the truth, /live only that the process is there.
 * Models a typical Python model server; figures are modelling assumptions of the curriculum.
 */

import type { HttpRequest, HttpResponse, LoadOnContainer, Program, ProgramContext, ProgramEffect, ProgramStep, Usage } from '../program.ts'
import { flowOutcome, payloadsOf, performanceAt } from './performance.ts'
import { startError } from './start-error.ts'
import { settingsOf } from './settings.ts'
import type { ServerSettings } from './settings.ts'

type ServerState = {
  /** `hung`: loaded, but no request is answered any more. */
  readonly phase: 'starting' | 'loading' | 'serving' | 'hung' | 'draining' | 'failed'
  readonly sinceMs: number
  /** End of loading or draining. */
  readonly untilMs: number
}

/** CPU of a server that reads its model, and of an idle one, in millicores. */
const loadingCpuMillis = 400
const idleCpuMillis = 3

const quick = 2
/** Longer than any client waits. */
const neverMs = 86_400_000
const proxyTimeoutMs = 2000
const featureTimeoutMs = 1000

function log(text: string): ProgramEffect {
  return { kind: 'log', stream: 'stdout', text: `${text}\n` }
}

function json(status: number, value: unknown): HttpResponse {
  return { status, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(value)}\n` }
}

function text(status: number, body: string): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body }
}

function isServing(state: ServerState): boolean {
  return state.phase === 'serving' || state.phase === 'draining'
}

/** The answer to a request for a prediction: contract, size, then the score. */
function predict(request: HttpRequest, settings: ServerSettings, context: ProgramContext): HttpResponse {
  const kilobytes = kilobytesOf(request)
  if (settings.bodyKilobytesMax !== undefined && kilobytes > settings.bodyKilobytesMax) return json(413, { error: 'payload too large', max_kb: settings.bodyKilobytesMax })
  const given = featuresOf(request.body)
  if (settings.isContractChecked && settings.featureCount > 0 && given !== undefined && given.length !== settings.featureCount) {
    return json(422, { error: `expected ${settings.featureCount} features, got ${given.length}` })
  }
  const features = settings.featureUrl === undefined ? {} : { fallback: !hasFeatures(settings.featureUrl, context) }
  return json(200, { label: 'positive', score: settings.score, model_version: settings.version, ...features, pod: context.spec.pod.name })
}

/** Whether the feature service answers; without it the server predicts from what it has. */
function hasFeatures(url: string, context: ProgramContext): boolean {
  const answer = context.fetch?.({ method: 'GET', url, headers: {}, body: '' }, featureTimeoutMs)
  return answer !== undefined && 'response' in answer && answer.response.status < 300
}

function kilobytesOf(request: HttpRequest): number {
  return (request.bodyBytes ?? request.body.length) / 1000
}

function featuresOf(body: string): readonly unknown[] | undefined {
  const match = /"features"\s*:\s*\[([^\]]*)\]/.exec(body)
  if (match === null) return undefined
  return match[1].trim() === '' ? [] : match[1].split(',')
}

/** Loaded: memory is what a loaded model takes. */
function isLoaded(state: ServerState): boolean {
  return isServing(state) || state.phase === 'hung'
}

function respond(state: ServerState, request: HttpRequest, settings: ServerSettings, context: ProgramContext): HttpResponse {
  const path = pathOf(request.url)
  switch (path) {
    case '/live':
      return context.nowMs - state.sinceMs < settings.liveAfterMs && state.phase === 'loading' ? text(503, 'starting\n') : text(200, 'live\n')
    case '/debug/hang':
      return text(200, 'hanging\n')
    case '/ready':
    case '/health':
      return isServing(state) ? text(200, 'ready\n') : text(503, 'loading model\n')
    case '/version':
      return json(200, { model_version: settings.version })
    case '/config':
      return json(200, { workers: settings.workers, max_body_kb: settings.bodyKilobytesMax ?? null, contract_check: settings.isContractChecked, log_level: settings.logLevel, threshold: settings.threshold })
    case '/metrics':
      return text(200, `model_loaded ${isServing(state) ? 1 : 0}\n`)
    case '/predict':
      return isServing(state) ? predict(request, settings, context) : json(503, { error: 'model is loading' })
    default:
      return json(404, { error: 'not found' })
  }
}

function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/]*/, '')
  return path.split('?')[0] === '' ? '/' : path.split('?')[0]
}

/** Memory while one request of this size is served. */
function memoryAt(settings: ServerSettings, kilobytes: number): number {
  return settings.loadedBytes + settings.bytesPerKilobyte * kilobytes
}

function usageServing(state: ServerState, load: LoadOnContainer | undefined, settings: ServerSettings, nowMs: number): Usage {
  const gpu = { gpuMemoryBytes: settings.needsGpu ? settings.gpuMemoryBytes : 0 }
  if (load === undefined) return { cpuMillis: idleCpuMillis, memoryBytes: settings.loadedBytes, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, ...gpu }
  const accepted = payloadsOf(load).filter(({ kilobytes }) => settings.bodyKilobytesMax === undefined || kilobytes <= settings.bodyKilobytesMax)
  const rate = accepted.reduce((sum, { share }) => sum + share * load.requestsPerSecond, 0)
  const performance = performanceAt(settings, rate)
  const leakPerSecond = settings.leakBytesPerRequest * performance.servedPerSecond
  const largest = accepted.reduce((best, payload) => (payload.kilobytes > best.kilobytes ? payload : best), { share: 0, kilobytes: 0 })
  const peak = largest.share === 0 ? {} : { peak: { memoryBytes: memoryAt(settings, largest.kilobytes), periodMs: 1000 / (largest.share * load.requestsPerSecond) } }
  return {
    cpuMillis: idleCpuMillis + performance.cpuMillis,
    memoryBytes: settings.loadedBytes + (leakPerSecond * (nowMs - state.sinceMs)) / 1000,
    memoryBytesPerSecond: leakPerSecond,
    throttledShare: performance.throttledShare,
    gpuUtilization: settings.needsGpu ? Math.min(1, (rate * settings.gpuMsPerRequest) / 1000) : 0,
    ...gpu,
    ...peak,
  }
}

function fail(message: string, nowMs: number): ProgramStep<ServerState> {
  return { state: { phase: 'failed', sinceMs: nowMs, untilMs: nowMs }, effects: [{ kind: 'log', stream: 'stderr', text: `${message}\n` }, { kind: 'exit', exitCode: 1 }] }
}

function load(settings: ServerSettings, nowMs: number): ProgramStep<ServerState> {
  return {
    state: { phase: 'loading', sinceMs: nowMs, untilMs: nowMs + settings.loadMs },
    effects: [log(`INFO server listens on :${settings.port}`), log(`INFO loading model ${settings.version}`), { kind: 'listen', port: settings.port }],
  }
}

/** A server that loads a model and answers predictions. */
export const inferenceServer: Program<ServerState> = {
  name: 'inference-server',
  hasShell: true,
  init({ spec, files, nowMs }) {
    const settings = settingsOf(spec)
    if (settings.needsGpu && spec.gpuCount === 0) return fail('RuntimeError: No CUDA GPUs are available', nowMs)
    const error = startError(spec, files)
    if (error !== undefined) return fail(error, nowMs)
    if (settings.proxyPort === undefined) return load(settings, nowMs)
    const request: HttpRequest = { method: 'GET', url: `http://localhost:${settings.proxyPort}/token`, headers: {}, body: '' }
    return { state: { phase: 'starting', sinceMs: nowMs, untilMs: nowMs }, effects: [{ kind: 'request', id: 'proxy', request, timeoutMs: proxyTimeoutMs }] }
  },
  resume(state, _id, answer, { spec, nowMs }) {
    if (state.phase !== 'starting') return { state, effects: [] }
    const settings = settingsOf(spec)
    return answer.kind === 'response' ? load(settings, nowMs) : fail(`ERROR token proxy at localhost:${settings.proxyPort}: connection refused`, nowMs)
  },
  nextChangeMs: (state) => (state.phase === 'loading' || state.phase === 'draining' ? state.untilMs : undefined),
  advance(state, { spec, nowMs }): ProgramStep<ServerState> {
    if (state.phase === 'draining') return { state, effects: [log('INFO drained, bye'), { kind: 'exit', exitCode: 0 }] }
    const seconds = ((nowMs - state.sinceMs) / 1000).toFixed(1)
    return { state: { phase: 'serving', sinceMs: nowMs, untilMs: 0 }, effects: [log(`INFO model ${settingsOf(spec).version} loaded in ${seconds} s`)] }
  },
  signal(state, _signal, { spec, nowMs }) {
    const { drainMs } = settingsOf(spec)
    if (drainMs === 0 || !isServing(state)) return { state, effects: [log('INFO SIGTERM, bye'), { kind: 'exit', exitCode: 0 }] }
    return { state: { phase: 'draining', sinceMs: nowMs, untilMs: nowMs + drainMs }, effects: [log('INFO SIGTERM, draining')] }
  },
  handle(state, port, request, context) {
    const settings = settingsOf(context.spec)
    if (port !== settings.port || state.phase === 'failed') return undefined
    if (state.phase === 'hung') return { step: { state, effects: [] }, response: { status: 200, headers: {}, body: '' }, serviceMs: neverMs }
    if (pathOf(request.url) === '/debug/hang' && state.phase === 'serving') return { step: { state: { ...state, phase: 'hung' }, effects: [] }, response: respond(state, request, settings, context), serviceMs: quick }
    const response = respond(state, request, settings, context)
    const isPrediction = response.status === 200 && pathOf(request.url) === '/predict'
    const limit = context.spec.memoryLimitBytes
    if (isPrediction && limit !== undefined && memoryAt(settings, kilobytesOf(request)) > limit) {
      return { step: { state, effects: [{ kind: 'exit', exitCode: 137, signal: 9, oomKilled: true }] }, response: { status: 0, headers: {}, body: '' }, serviceMs: quick }
    }
    const serviceMs = isPrediction ? performanceAt(settings, 1).serviceMs : quick
    return { step: { state, effects: [] }, response, serviceMs: Math.round(serviceMs) }
  },
  usage(state, load, { spec, nowMs }): Usage {
    const settings = settingsOf(spec)
    if (isLoaded(state)) return usageServing(state, load, settings, nowMs)
    const durationS = Math.max(1, settings.loadMs / 1000)
    const perSecond = (settings.peakBytes - settings.baseBytes) / durationS
    const memoryBytes = settings.baseBytes + (perSecond * (nowMs - state.sinceMs)) / 1000
    return { cpuMillis: Math.min(loadingCpuMillis, settings.cores * 1000), memoryBytes, memoryBytesPerSecond: perSecond, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }
  },
  flow(state, load, { spec }) {
    const settings = settingsOf(spec)
    if (state.phase === 'failed') return undefined
    return flowOutcome(settings, load, (kilobytes) => {
      const isPrediction = pathOf(load.path) === '/predict'
      if (!isServing(state)) return isPrediction || pathOf(load.path) === '/ready' ? '503' : '200'
      if (!isPrediction) return ['/live', '/ready', '/health', '/version', '/config', '/metrics'].includes(pathOf(load.path)) ? '200' : '404'
      return settings.bodyKilobytesMax !== undefined && kilobytes > settings.bodyKilobytesMax ? '413' : '200'
    })
  },
}
