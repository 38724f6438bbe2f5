/** A helper that listens on its port after a start time, and answers every request. */

import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Program, Usage } from './program.ts'

interface State {
  readonly [key: string]: number
  /** When it begins to listen. */
  readonly readyMs: SimTimeMs
  readonly isUp: 0 | 1
  readonly port: number
}

/** Modelling assumptions of the curriculum. */
const startSeconds = 4
const usage: Usage = { cpuMillis: 2, memoryBytes: 20 * 1024 * 1024, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }

function figure(value: number | string | boolean | undefined, fallback: number): number {
  return typeof value === 'number' ? value : fallback
}

/** Parameters: `port` (9090), `start_s` (4). Stops with 0 on SIGTERM. */
export const tokenProxy: Program<State> = {
  name: 'token-proxy',
  hasShell: true,
  init({ spec, nowMs }) {
    const readyMs = nowMs + figure(spec.parameters['start_s'], startSeconds) * 1000
    return { state: { readyMs, isUp: 0, port: figure(spec.parameters['port'], 9090) }, effects: [{ kind: 'log', stream: 'stdout', text: 'token-proxy starting\n' }] }
  },
  nextChangeMs: (state) => (state.isUp === 1 ? undefined : state.readyMs),
  advance: (state) => ({ state: { ...state, isUp: 1 }, effects: [{ kind: 'log', stream: 'stdout', text: `token-proxy listening on :${state.port}\n` }, { kind: 'listen', port: state.port }] }),
  signal: (state) => ({ state, effects: [{ kind: 'log', stream: 'stdout', text: 'token-proxy stopped\n' }, { kind: 'exit', exitCode: 0 }] }),
  handle: (state) => ({ step: { state, effects: [] }, response: { status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"token":"podflight"}\n' }, serviceMs: 1 }),
  usage: () => usage,
}
