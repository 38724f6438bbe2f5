/**
 * Sends a steady flow of requests. Environment: TARGET (URL), RATE (requests per second), PROFILE (steps such as
 * "0:30,300:120": seconds and rate), PAYLOAD_KB, TIMEOUT_MS. Modelling assumption: open loop, no retries.
 */

import type { FlowRequest, Program, ProgramSpec, Usage } from '../program.ts'

const usage: Usage = { cpuMillis: 20, memoryBytes: 30 * 1024 * 1024, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }

function stepsOf({ env }: ProgramSpec): FlowRequest['steps'] {
  const profile = env['PROFILE']
  if (profile === undefined) return [{ afterMs: 0, requestsPerSecond: Number(env['RATE'] ?? 50) }]
  return profile.split(',').map((step) => {
    const [seconds, rate] = step.split(':')
    return { afterMs: Number(seconds) * 1000, requestsPerSecond: Number(rate) }
  })
}

/** A load generator in a container. */
export const loadGenerator: Program<null> = {
  name: 'load-generator',
  hasShell: false,
  init({ spec }) {
    const url = spec.env['TARGET']
    const steps = stepsOf(spec)
    if (url === undefined || steps.some((step) => Number.isNaN(step.afterMs) || Number.isNaN(step.requestsPerSecond))) {
      const problem = url === undefined ? 'TARGET is not set' : 'RATE or PROFILE is not a number'
      return { state: null, effects: [{ kind: 'log', stream: 'stderr', text: `loadgen: ${problem}\n` }, { kind: 'exit', exitCode: 2 }] }
    }
    const kilobytes = Number(spec.env['PAYLOAD_KB'] ?? 1)
    const flow: FlowRequest = { url, method: 'POST', steps, payloads: [{ share: 1, kilobytes }], timeoutMs: Number(spec.env['TIMEOUT_MS'] ?? 2000) }
    return { state: null, effects: [{ kind: 'log', stream: 'stdout', text: `loadgen: ${steps[0].requestsPerSecond} requests/s to ${url}\n` }, { kind: 'flow', flow }] }
  },
  nextChangeMs: () => undefined,
  advance: (state) => ({ state, effects: [] }),
  signal: (state) => ({ state, effects: [{ kind: 'exit', exitCode: 0 }] }),
  usage: () => usage,
}
