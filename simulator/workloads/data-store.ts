/** A store of training data that has a bad moment: it refuses the first requests of each run. */

import type { Program, ProgramContext, Usage } from './program.ts'

interface State {
  readonly [key: string]: number | { readonly [run: string]: number }
  readonly port: number
  /** Requests so far, by run. */
  readonly asked: { readonly [run: string]: number }
}

const usage: Usage = { cpuMillis: 2, memoryBytes: 30 * 1024 * 1024, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }

function refusals({ spec }: ProgramContext): number {
  const { failures } = spec.parameters
  return typeof failures === 'number' ? failures : 0
}

/** Parameters: `port` (9000), `failures` (0): how many requests of each run (`/batches?run=NAME`) get 503. Stops with 0 on SIGTERM. */
export const dataStore: Program<State> = {
  name: 'data-store',
  hasShell: true,
  init({ spec }) {
    const port = typeof spec.parameters['port'] === 'number' ? spec.parameters['port'] : 9000
    return { state: { port, asked: {} }, effects: [{ kind: 'log', stream: 'stdout', text: `data store on :${port}\n` }, { kind: 'listen', port }] }
  },
  nextChangeMs: () => undefined,
  advance: (state) => ({ state, effects: [] }),
  signal: (state) => ({ state, effects: [{ kind: 'exit', exitCode: 0 }] }),
  handle(state, _port, request, context) {
    const run = /\/batches\?run=([^&]+)/.exec(request.url)?.[1]
    if (run === undefined) return { step: { state, effects: [] }, response: { status: 200, headers: {}, body: 'ok\n' }, serviceMs: 1 }
    const asked = (state.asked[run] ?? 0) + 1
    const isRefused = asked <= refusals(context)
    const next: State = { ...state, asked: { ...state.asked, [run]: asked } }
    const text = `GET /batches run=${run} ${isRefused ? 503 : 200}\n`
    return { step: { state: next, effects: [{ kind: 'log', stream: 'stdout', text }] }, response: { status: isRefused ? 503 : 200, headers: {}, body: isRefused ? 'replica is catching up\n' : 'ok\n' }, serviceMs: 3 }
  },
  usage: () => usage,
}
