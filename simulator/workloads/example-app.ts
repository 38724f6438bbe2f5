/**
 * The program `example.com/app` of the recorded node cases: one binary whose first argument says how it behaves
 * (serve, exit, hog, burn, stubborn, default, slowstop, panic, flip, pause).
 */

import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { HttpRequest, HttpResponse, Program, ProgramContext, ProgramEffect, ProgramStep, Usage } from './program.ts'

/** What happens at a planned moment. */
type Planned = 'listen' | 'wake' | 'exit' | 'holding' | 'drained' | 'burned'

interface State {
  readonly [key: string]: string | number | boolean | readonly { readonly atMs: number; readonly what: Planned }[]
  readonly mode: string
  readonly startMs: SimTimeMs
  readonly port: number
  readonly plan: readonly { readonly atMs: number; readonly what: Planned }[]
  readonly ready: number
  readonly live: number
  readonly delay: number
}

const mebibyte = 1024 * 1024
const restingBytes = 4 * mebibyte

function number(context: ProgramContext, index: number, fallback: number): number {
  const value = Number.parseInt(context.spec.argv[index + 1] ?? '', 10)
  return Number.isNaN(value) ? fallback : value
}

function log(text: string, stream: 'stdout' | 'stderr' = 'stdout'): ProgramEffect {
  return { kind: 'log', stream, text: `${text}\n` }
}

function seconds(text: string | undefined): number {
  const value = Number.parseInt(text ?? '', 10)
  return Number.isNaN(value) ? 0 : value
}

function serve(context: ProgramContext, state: State): ProgramStep<State> {
  const { env, parameters } = context.spec
  const startMs = context.nowMs
  const port = seconds(env['PORT']) || (typeof parameters['port'] === 'number' ? parameters['port'] : 8080)
  const listenMs = startMs + seconds(env['LISTEN_AFTER']) * 1000
  const plan: { atMs: number; what: Planned }[] = []
  if (listenMs > startMs) plan.push({ atMs: listenMs, what: 'listen' })
  if (seconds(env['READY_AFTER']) > 0) plan.push({ atMs: startMs + seconds(env['READY_AFTER']) * 1000, what: 'wake' })
  if (seconds(env['LIVE_UNTIL']) > 0) plan.push({ atMs: startMs + seconds(env['LIVE_UNTIL']) * 1000 + 1, what: 'wake' })
  plan.sort((a, b) => a.atMs - b.atMs)
  const next: State = { ...state, port, plan, delay: seconds(env['DELAY']) }
  return { state: next, effects: listenMs > startMs ? [] : [log(`serving on :${port}`), { kind: 'listen', port }] }
}

function hog(context: ProgramContext, state: State): ProgramStep<State> {
  const total = number(context, 1, 100)
  const stepsCount = Math.ceil(total / number(context, 2, 10))
  return { state: { ...state, plan: [{ atMs: context.nowMs + stepsCount * number(context, 3, 50), what: 'holding' }] }, effects: [log(`allocating ${total} MiB`)] }
}

function exitLater(context: ProgramContext, state: State): ProgramStep<State> {
  const afterMs = number(context, 2, 0) * 1000
  if (afterMs > 0) return { state: { ...state, plan: [{ atMs: context.nowMs + afterMs, what: 'exit' }] }, effects: [] }
  return { state, effects: exitEffects(context) }
}

function exitEffects(context: ProgramContext): ProgramEffect[] {
  const { argv } = context.spec
  return [log(argv[4] ?? `exiting with ${argv[2] ?? '0'}`), { kind: 'exit', exitCode: number(context, 1, 0) & 255 }]
}

function flip(context: ProgramContext, state: State): ProgramStep<State> {
  const path = context.spec.argv[2] ?? '/data/runs'
  const before = context.files.read(path) ?? ''
  const run = before.length + 1
  const isFailing = before.length < number(context, 2, 2)
  const effects: ProgramEffect[] = [{ kind: 'write', path, text: `${before}x` }, log(`run ${run} ${isFailing ? 'fails' : 'stays'}`)]
  if (isFailing) effects.push({ kind: 'exit', exitCode: 1 })
  return { state, effects }
}

const panicText = `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x68d6d5]

goroutine 1 [running]:
main.main()
	/src/cmd/nodecase/app/main.go:212 +0x2d5`

function start(context: ProgramContext, state: State): ProgramStep<State> {
  switch (state.mode) {
    case 'serve':
      return serve(context, state)
    case 'exit':
      return exitLater(context, state)
    case 'hog':
      return hog(context, state)
    case 'burn':
      return { state: { ...state, plan: [{ atMs: context.nowMs + number(context, 1, 10) * 1000, what: 'burned' }] }, effects: [] }
    case 'stubborn':
      return { state, effects: [log('ignoring SIGTERM')] }
    case 'slowstop':
      return { state, effects: [log('up')] }
    case 'panic':
      return { state, effects: [log(panicText, 'stderr'), { kind: 'exit', exitCode: 2 }] }
    case 'flip':
      return flip(context, state)
    case 'default':
    case 'pause':
      return { state, effects: [] }
    default:
      return { state, effects: [log(`unknown mode ${state.mode}`, 'stderr'), { kind: 'exit', exitCode: 2 }] }
  }
}

function happen(context: ProgramContext, state: State, what: Planned): ProgramEffect[] {
  switch (what) {
    case 'listen':
      return [log(`serving on :${state.port}`), { kind: 'listen', port: state.port }]
    case 'exit':
      return exitEffects(context)
    case 'holding':
      return [log('holding')]
    case 'drained':
      return [log('drained'), { kind: 'exit', exitCode: number(context, 2, 0) & 255 }]
    case 'burned':
      return context.spec.argv[3] === 'stay' ? [] : [{ kind: 'exit', exitCode: 0 }]
    case 'wake':
      return []
  }
}

function onTerm(context: ProgramContext, state: State): ProgramStep<State> {
  switch (state.mode) {
    case 'serve':
      return { state, effects: state.plan[0]?.what === 'listen' ? [{ kind: 'exit', exitCode: 2 }] : [log('got SIGTERM, stopping'), { kind: 'exit', exitCode: 0 }] }
    case 'stubborn':
      return { state, effects: [] }
    case 'slowstop': {
      if (state.plan.length > 0) return { state, effects: [] }
      return { state: { ...state, plan: [{ atMs: context.nowMs + number(context, 1, 2) * 1000, what: 'drained' }] }, effects: [log('draining')] }
    }
    case 'default':
      return { state, effects: [{ kind: 'exit', exitCode: 143 }] }
    case 'pause':
      return { state, effects: [{ kind: 'exit', exitCode: 0 }] }
    case 'hog':
      return { state, effects: [{ kind: 'exit', exitCode: state.plan.length > 0 ? 2 : 0 }] }
    default:
      return { state, effects: [{ kind: 'exit', exitCode: 2 }] }
  }
}

function text(status: number, body: string, headers: { readonly [name: string]: string } = {}): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body: `${body}\n` }
}

function pathAndQuery(url: string): { path: string; query: string } {
  const rest = url.replace(/^[a-z]+:\/\/[^/?]*/, '') || '/'
  const mark = rest.indexOf('?')
  return mark < 0 ? { path: rest, query: '' } : { path: rest.slice(0, mark), query: rest.slice(mark + 1) }
}

function answer(context: ProgramContext, state: State, request: HttpRequest): { state: State; response: HttpResponse; serviceMs: number } {
  const { path, query } = pathAndQuery(request.url)
  const { env } = context.spec
  const ageMs = context.nowMs - state.startMs
  const slow = state.delay * 1000
  switch (path) {
    case '/ready': {
      const isLate = ageMs < seconds(env['READY_AFTER']) * 1000 || context.files.read('/tmp/not-ready') !== undefined
      return { state, response: text(isLate ? 503 : state.ready, 'ready'), serviceMs: slow }
    }
    case '/live': {
      const until = seconds(env['LIVE_UNTIL']) * 1000
      return { state, response: text(until > 0 && ageMs > until ? 500 : state.live, 'live'), serviceMs: slow }
    }
    case '/redirect': {
      const to = 'http://192.0.2.1/x'
      return { state, response: { status: 302, headers: { Location: to, 'Content-Type': 'text/html; charset=utf-8' }, body: `<a href="${to}">Found</a>.\n\n` }, serviceMs: 0 }
    }
    case '/predict':
      return { state, response: text(200, '{"class":"cat","score":0.97}'), serviceMs: 1 }
    case '/set': {
      const next = { ...state }
      for (const [, key, value] of query.matchAll(/(ready|live|delay)=(-?\d+)/g)) (next as { [key: string]: unknown })[key] = Number(value)
      return { state: next, response: { status: 200, headers: {}, body: '' }, serviceMs: 1 }
    }
    default:
      return { state, response: text(200, `hello from ${env['HOSTNAME'] ?? ''}`), serviceMs: 1 }
  }
}

function usage(state: State, context: ProgramContext): Usage {
  const none = { memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }
  if (state.mode === 'burn') {
    const isBurning = state.plan.length > 0
    const limit = context.spec.cpuLimitMillis ?? 1000
    return { ...none, cpuMillis: isBurning ? Math.min(1000, limit) : 0, memoryBytes: restingBytes, throttledShare: isBurning && limit < 1000 ? 1 : 0 }
  }
  if (state.mode !== 'hog') return { ...none, cpuMillis: 1, memoryBytes: restingBytes }
  const total = number(context, 1, 100) * mebibyte
  if (state.plan.length === 0) return { ...none, cpuMillis: 1, memoryBytes: restingBytes + total }
  const perSecond = (number(context, 2, 10) * mebibyte * 1000) / Math.max(1, number(context, 3, 50))
  const grown = Math.min(total, (perSecond * (context.nowMs - state.startMs)) / 1000)
  return { ...none, cpuMillis: 100, memoryBytes: restingBytes + grown, memoryBytesPerSecond: perSecond }
}

/** See the modes above; `args` follow the binary's own name. */
export const exampleApp: Program<State> = {
  name: 'example-app',
  hasShell: true,
  init(context) {
    const mode = context.spec.argv[1] ?? 'serve'
    return start(context, { mode, startMs: context.nowMs, port: 0, plan: [], ready: 200, live: 200, delay: 0 })
  },
  nextChangeMs: (state) => state.plan[0]?.atMs,
  advance(state, context) {
    const [first, ...plan] = state.plan
    if (first === undefined) return { state, effects: [] }
    return { state: { ...state, plan }, effects: happen(context, state, first.what) }
  },
  signal: (state, signal, context) => (signal === 'TERM' ? onTerm(context, state) : { state, effects: [] }),
  handle(state, _port, request, context) {
    const { state: next, response, serviceMs } = answer(context, state, request)
    return { step: { state: next, effects: [] }, response, serviceMs }
  },
  usage: (state, _load, context) => usage(state, context),
}
