import { describe, expect, it } from 'vitest'
import { batchScorer } from './batch-scorer.ts'
import { dataStore } from './data-store.ts'
import type { ProgramContext, ProgramSpec } from './program.ts'
import { trainer } from './trainer/program.ts'

function contextOf(more: Partial<ProgramSpec>, nowMs = 0): ProgramContext {
  const spec: ProgramSpec = {
    image: 'i', parameters: {}, argv: [], env: {}, workingDir: '/', tty: false, stdin: false, container: 'c', pod: { namespace: 'train', name: 'ml-train-x7k2p', uid: 'u', ip: '10.0.0.1' }, node: { name: 'n', labels: {} },
    gpuCount: 0, seed: 1, ...more,
  }
  return { spec, nowMs, files: { read: () => undefined, list: () => undefined } }
}

describe('a data store', () => {
  it('refuses the first requests of each run', () => {
    const context = contextOf({ parameters: { failures: 2 } })
    let { state } = dataStore.init(context)
    const ask = (run: string): number | undefined => {
      const answer = dataStore.handle?.(state, 9000, { method: 'GET', url: `http://data/batches?run=${run}`, headers: {}, body: '' }, context)
      state = answer?.step.state ?? state
      return answer?.response.status
    }
    expect([ask('a'), ask('a'), ask('a'), ask('b'), ask('a')]).toEqual([503, 503, 200, 503, 200])
  })

  it('is asked by a trainer that names its Job, and that ends with 1 when it is refused', () => {
    const context = contextOf({ parameters: { device: 'cpu', steps: 10, data_url: 'http://data' } })
    const first = trainer.init(context)
    expect(first.effects).toContainEqual(expect.objectContaining({ kind: 'request', request: { method: 'GET', url: 'http://data/batches?run=ml-train', headers: {}, body: '' } }))
    expect(trainer.nextChangeMs(first.state)).toBeUndefined()
    const refused = trainer.resume?.(first.state, 'data', { kind: 'response', response: { status: 503, headers: {}, body: '' }, latencyMs: 1 }, context)
    expect(refused?.effects).toEqual([{ kind: 'log', stream: 'stderr', text: 'ConnectionError: data store: HTTP 503\n' }, { kind: 'exit', exitCode: 1 }])
    const answered = trainer.resume?.(first.state, 'data', { kind: 'response', response: { status: 200, headers: {}, body: '' }, latencyMs: 1 }, contextOf(context.spec, 400))
    expect(trainer.nextChangeMs(answered!.state)).toBe(10_400)
  })
})

describe('a batch scorer', () => {
  it.each([
    ['scores the shard of its index for as long as its image says', { parameters: { shard_s: 90 }, env: { JOB_COMPLETION_INDEX: '3' } }, 'shard 3', 90_000],
    ['scores all shards without an index, for as long as the environment says', { env: { SHARD_SECONDS: '30' } }, 'all shards', 30_000],
  ])('%s', (_name, more, shard, endMs) => {
    const { state } = batchScorer.init(contextOf(more))
    expect(batchScorer.nextChangeMs(state)).toBe(endMs)
    expect(batchScorer.advance(state, contextOf(more, endMs)).effects).toEqual([{ kind: 'log', stream: 'stdout', text: `${shard} scored\n` }, { kind: 'exit', exitCode: 0 }])
  })
})
