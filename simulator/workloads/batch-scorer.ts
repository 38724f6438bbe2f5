/** Scores a shard of data and ends: the one of its completion index, or all of them. Figures are modelling assumptions of the curriculum. */

import type { Program, ProgramEffect, ProgramSpec, Usage } from './program.ts'

interface State {
  readonly [key: string]: number
  readonly endMs: number
}

const usage: Usage = { cpuMillis: 400, memoryBytes: 200 * 1024 * 1024, memoryBytesPerSecond: 0, throttledShare: 0, gpuUtilization: 0, gpuMemoryBytes: 0 }

function shardOf({ env }: ProgramSpec): string {
  return env['JOB_COMPLETION_INDEX'] === undefined ? 'all shards' : `shard ${env['JOB_COMPLETION_INDEX']}`
}

function runSeconds({ env, parameters }: ProgramSpec): number {
  const stated = Number(env['SHARD_SECONDS'])
  if (env['SHARD_SECONDS'] !== undefined && stated > 0) return stated
  return typeof parameters['shard_s'] === 'number' ? parameters['shard_s'] : 90
}

function log(text: string): ProgramEffect {
  return { kind: 'log', stream: 'stdout', text: `${text}\n` }
}

/** Runs for parameter `shard_s` (90) or env SHARD_SECONDS, then exits 0; SIGTERM ends it with 1. */
export const batchScorer: Program<State> = {
  name: 'batch-scorer',
  hasShell: true,
  init: ({ spec, nowMs }) => ({ state: { endMs: nowMs + runSeconds(spec) * 1000 }, effects: [log(`scoring ${shardOf(spec)}`)] }),
  nextChangeMs: (state) => state.endMs,
  advance: (state, { spec }) => ({ state, effects: [log(`${shardOf(spec)} scored`), { kind: 'exit', exitCode: 0 }] }),
  signal: (state) => ({ state, effects: [log('SIGTERM, stopping'), { kind: 'exit', exitCode: 1 }] }),
  usage: () => usage,
}
