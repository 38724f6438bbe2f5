import { describe, expect, it } from 'vitest'
import type { ProgramContext, ProgramEffect, ProgramSpec } from '../program.ts'
import { trainer } from './program.ts'

const gibibyte = 1024 ** 3

function context(more: Partial<ProgramSpec> = {}, nowMs = 0): ProgramContext {
  const spec: ProgramSpec = {
    image: 'ml-image:latest', parameters: { steps: 250, step_s: 1, mem_base_gib: 1, mem_per_batch_gib: 0.5, device: 'cpu' }, argv: ['python', 'train.py'], env: { BATCH_SIZE: '2' }, workingDir: '/', tty: false, stdin: false,
    container: 'c', pod: { namespace: 'default', name: 'p', uid: 'u', ip: '10.0.0.1' }, node: { name: 'n', labels: {} }, gpuCount: 0, seed: 1, ...more,
  }
  return { spec, nowMs, files: { read: () => undefined, list: () => undefined } }
}

const told = (effects: readonly ProgramEffect[] = []): string[] => effects.map((effect) => (effect.kind === 'log' ? effect.text.trim() : effect.kind === 'exit' ? `exit ${effect.exitCode}` : effect.kind))

/** All that a run tells, with its times. */
function run(more: Partial<ProgramSpec>): string[] {
  const first = trainer.init(context(more))
  const lines = told(first.effects).map((text) => `0 ${text}`)
  let { state } = first
  for (let atMs = trainer.nextChangeMs(state); atMs !== undefined; atMs = trainer.nextChangeMs(state)) {
    const step = trainer.advance(state, context(more, atMs))
    state = step.state
    lines.push(...told(step.effects).map((text) => `${atMs} ${text}`))
  }
  return lines
}

describe('a training run', () => {
  it.each([
    { name: 'on two whole GPUs takes half the time', more: { gpuCount: 2 }, endMs: 125_000 },
    { name: 'on a MIG device takes as long as its share says', more: { gpuCount: 1, gpuSpeed: 0.5 }, endMs: 500_000 },
    { name: 'on a T4 takes four times as long, by either label', more: { gpuCount: 1, node: { name: 'n', labels: { 'nvidia.com/gpu.product': 'Tesla-T4' } } }, endMs: 1_000_000 },
  ])('$name', ({ more, endMs }) => {
    const parameters = { steps: 250, step_s: 1, mem_base_gib: 1, mem_per_batch_gib: 0.5, device: 'cuda' }
    expect(Number(run({ parameters, ...more }).at(-1)?.split(' ')[0])).toBe(endMs)
  })

  it('logs its steps and ends well', () => {
    expect(run({})).toEqual(['0 training 250 steps, batch size 2', '100000 step 100/250', '200000 step 200/250', '250000 step 250/250', '250000 training finished', '250000 exit 0'])
  })

  it.each<[string, Partial<ProgramSpec>, number]>([
    ['two GPUs halve its time', { parameters: { steps: 100, device: 'cuda' }, gpuCount: 2 }, 50_000],
    ['a T4 is four times slower', { parameters: { steps: 100, device: 'cuda' }, gpuCount: 1, node: { name: 'n', labels: { accelerator: 'nvidia-t4' } } }, 400_000],
    ['less than a core doubles it', { parameters: { steps: 100, device: 'cpu' }, cpuLimitMillis: 500 }, 200_000],
    ['the environment names the steps', { env: { STEPS: '10' } }, 10_000],
  ])('%s', (_name, more, endMs) => {
    expect(run(more).at(-1)).toBe(`${endMs} exit 0`)
  })

  it('for a GPU fails without one', () => {
    expect(run({ parameters: { device: 'cuda' } })).toEqual(['0 RuntimeError: No CUDA GPUs are available', '0 exit 1'])
  })

  it('takes its memory at once when it fits and grows into a limit that is too small', () => {
    const { state } = trainer.init(context())
    expect(trainer.usage(state, undefined, context())).toMatchObject({ memoryBytes: 2 * gibibyte, memoryBytesPerSecond: 0 })
    const small = trainer.usage(state, undefined, context({ memoryLimitBytes: gibibyte }))
    expect(small.memoryBytes).toBe(0)
    expect(small.memoryBytesPerSecond * 2.5).toBeCloseTo(gibibyte, 0)
  })
})
