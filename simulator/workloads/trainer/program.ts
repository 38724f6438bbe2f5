/**
 * Runs training steps, logs them and exits 0. Needs a GPU unless its image is for the CPU.
 * With parameter `data_url` it first asks a data store for its batches, and ends with 1 when that does not answer.
 * Figures are modelling assumptions of the curriculum: 12 GiB plus 0.1875 GiB per row of the batch, 1 s a step on an
 * A100 and 4 s on a T4, data loaders that want one CPU.
 */

import type { HttpRequest, Program, ProgramContext, ProgramEffect, ProgramSpec, Usage } from '../program.ts'

type TrainerState = {
  readonly startMs: number
  readonly step: number
  readonly isRunning: boolean
}

const gibibyte = 1024 ** 3
/** Steps between two log lines. */
const stepsPerLog = 100
/** Time that it waits for the data store. */
const dataTimeoutMs = 5000
/** Seconds in which a trainer takes its memory. */
const warmUpSeconds = 5

interface TrainerSettings {
  readonly steps: number
  readonly stepMs: number
  readonly memoryBytes: number
  readonly needsGpu: boolean
  readonly cpuMillis: number
}

function settingsOf({ parameters, env, node, cpuLimitMillis, gpuCount, gpuSpeed }: ProgramSpec): TrainerSettings {
  const figure = (name: string, fallback: number): number => (typeof parameters[name] === 'number' ? (parameters[name] as number) : fallback)
  const batch = Number(env['BATCH_SIZE'] ?? 64)
  const needsGpu = parameters['device'] !== 'cpu'
  const slowness = needsGpu && (node.labels['accelerator'] ?? node.labels['nvidia.com/gpu.product'] ?? '').toLowerCase().includes('t4') ? 4 : 1
  const loaders = (cpuLimitMillis ?? 4000) < 1000 ? 2 : 1
  return {
    steps: Number(env['STEPS'] ?? figure('steps', 2000)),
    stepMs: Math.round((figure('step_s', 1) * 1000 * slowness * loaders) / (gpuSpeed ?? Math.max(1, gpuCount))),
    memoryBytes: (figure('mem_base_gib', 12) + figure('mem_per_batch_gib', 0.1875) * batch) * gibibyte,
    needsGpu,
    cpuMillis: Math.min(1000, cpuLimitMillis ?? 1000),
  }
}

function log(text: string): ProgramEffect {
  return { kind: 'log', stream: 'stdout', text: `${text}\n` }
}

function finish(state: TrainerState, steps: number): { state: TrainerState; effects: ProgramEffect[] } {
  return { state: { ...state, step: steps, isRunning: false }, effects: [log(`step ${steps}/${steps}`), log('training finished'), { kind: 'exit', exitCode: 0 }] }
}

function nextStep(state: TrainerState, steps: number): number {
  return Math.min(steps, state.step + stepsPerLog)
}

/** The moment of the next log line stands in the state, so that `nextChangeMs` needs no settings. */
type TimedState = TrainerState & { readonly nextMs: number }

function withNext(state: TrainerState, context: ProgramContext): TimedState {
  const { steps, stepMs } = settingsOf(context.spec)
  return { ...state, nextMs: state.startMs + nextStep(state, steps) * stepMs }
}

function begin(state: TrainerState, context: ProgramContext): { state: TimedState; effects: ProgramEffect[] } {
  return { state: withNext(state, context), effects: [log(`training ${settingsOf(context.spec).steps} steps, batch size ${context.spec.env['BATCH_SIZE'] ?? 64}`)] }
}

/** A training run. */
export const trainer: Program<TimedState> = {
  name: 'trainer',
  hasShell: true,
  init(context) {
    const { spec, nowMs } = context
    const settings = settingsOf(spec)
    const state: TrainerState = { startMs: nowMs, step: 0, isRunning: true }
    if (settings.needsGpu && spec.gpuCount === 0) {
      const effects: ProgramEffect[] = [{ kind: 'log', stream: 'stderr', text: 'RuntimeError: No CUDA GPUs are available\n' }, { kind: 'exit', exitCode: 1 }]
      return { state: { ...state, isRunning: false, nextMs: nowMs }, effects }
    }
    const dataUrl = spec.parameters['data_url']
    if (typeof dataUrl !== 'string') return begin(state, context)
    const request: HttpRequest = { method: 'GET', url: `${dataUrl}/batches?run=${spec.pod.name.replace(/-[^-]+$/, '')}`, headers: {}, body: '' }
    return { state: { ...state, isRunning: false, nextMs: nowMs }, effects: [log('asking the data store for batches'), { kind: 'request', id: 'data', request, timeoutMs: dataTimeoutMs }] }
  },
  resume(state, _id, answer, context) {
    if (state.isRunning || state.step > 0) return { state, effects: [] }
    if (answer.kind === 'response' && answer.response.status === 200) return begin({ startMs: context.nowMs, step: 0, isRunning: true }, context)
    const cause = answer.kind === 'response' ? `HTTP ${answer.response.status}` : answer.kind === 'failure' ? answer.failure.message : 'no answer'
    return { state, effects: [{ kind: 'log', stream: 'stderr', text: `ConnectionError: data store: ${cause}\n` }, { kind: 'exit', exitCode: 1 }] }
  },
  nextChangeMs: (state) => (state.isRunning ? state.nextMs : undefined),
  advance(state, context) {
    const { steps } = settingsOf(context.spec)
    const step = nextStep(state, steps)
    if (step >= steps) {
      const done = finish(state, steps)
      return { state: { ...done.state, nextMs: state.nextMs }, effects: done.effects }
    }
    return { state: withNext({ ...state, step }, context), effects: [log(`step ${step}/${steps}`)] }
  },
  signal: (state) => ({ state: { ...state, isRunning: false }, effects: [log('SIGTERM, stopping'), { kind: 'exit', exitCode: 1 }] }),
  usage(state, _load, { spec, nowMs }): Usage {
    const settings = settingsOf(spec)
    const growth = settings.memoryBytes / warmUpSeconds
    const elapsed = (nowMs - state.startMs) / 1000
    const isWarm = elapsed >= warmUpSeconds || state.step > 0
    const overLimit = spec.memoryLimitBytes !== undefined && settings.memoryBytes > spec.memoryLimitBytes
    // A run that fits has its memory at once; one that does not fit grows into its limit.
    const memoryBytes = overLimit && !isWarm ? growth * elapsed : settings.memoryBytes
    const memoryBytesPerSecond = overLimit && !isWarm ? growth : 0
    return { cpuMillis: settings.cpuMillis, memoryBytes, memoryBytesPerSecond, throttledShare: 0, gpuUtilization: settings.needsGpu ? 0.92 : 0, gpuMemoryBytes: settings.needsGpu ? settings.memoryBytes : 0 }
  },
}
