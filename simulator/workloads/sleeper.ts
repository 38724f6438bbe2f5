/** A server that does nothing but listen: what an image runs whose program is not simulated. */

import type { Program, ProgramEffect, Usage } from './program.ts'

const usage: Usage = { cpuMillis: 1, memoryBytes: 20 * 1024 * 1024, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }

/** Listens on parameters `port` and `ports` (a list with commas), answers 200 to all, stops with 0 on SIGTERM. With parameter `interactive` it needs standard input and ends at once without. */
export const sleeper: Program<null> = {
  name: 'sleeper',
  hasShell: true,
  init({ spec }) {
    if (spec.parameters['interactive'] === true && !spec.stdin && spec.argv.length < 2) return { state: null, effects: [{ kind: 'exit', exitCode: 0 }] }
    const { port, ports } = spec.parameters
    const all = [...(typeof port === 'number' ? [port] : []), ...(typeof ports === 'string' ? ports.split(',').map(Number) : [])]
    return { state: null, effects: all.map((open): ProgramEffect => ({ kind: 'listen', port: open })) }
  },
  nextChangeMs: () => undefined,
  advance: (state) => ({ state, effects: [] }),
  signal: (state) => ({ state, effects: [{ kind: 'exit', exitCode: 0 }] }),
  handle: (state) => ({ step: { state, effects: [] }, response: { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'ok' }, serviceMs: 1 }),
  usage: () => usage,
}
