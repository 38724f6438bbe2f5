import { describe, expect, it } from 'vitest'
import type { ProgramContext } from '../program.ts'
import { loadGenerator } from './program.ts'

function context(env: { readonly [name: string]: string }): ProgramContext {
  return {
    nowMs: 0, files: { read: () => undefined, list: () => undefined },
    spec: {
      image: 'loadgen', parameters: {}, argv: ['/loadgen'], env, workingDir: '/', tty: false, stdin: false, container: 'c', pod: { namespace: 'default', name: 'p', uid: 'u', ip: '10.0.0.1' },
      node: { name: 'n', labels: {} }, gpuCount: 0, seed: 1,
    },
  }
}

describe('a load generator', () => {
  it.each<[string, { readonly [name: string]: string }, object]>([
    ['a steady rate', { TARGET: 'http://web/', RATE: '30' }, { url: 'http://web/', steps: [{ afterMs: 0, requestsPerSecond: 30 }], timeoutMs: 2000 }],
    ['fifty a second without a rate', { TARGET: 'http://web/' }, { steps: [{ afterMs: 0, requestsPerSecond: 50 }] }],
    ['a profile of steps', { TARGET: 'http://web/', PROFILE: '0:30,300:120', PAYLOAD_KB: '4', TIMEOUT_MS: '500' }, { steps: [{ afterMs: 0, requestsPerSecond: 30 }, { afterMs: 300_000, requestsPerSecond: 120 }], payloads: [{ share: 1, kilobytes: 4 }], timeoutMs: 500 }],
  ])('sends %s', (_name, env, flow) => {
    expect(loadGenerator.init(context(env)).effects).toContainEqual({ kind: 'flow', flow: expect.objectContaining(flow) })
  })

  it.each<[string, { readonly [name: string]: string }, string]>([
    ['its target is missing', {}, 'loadgen: TARGET is not set\n'],
    ['its rate is no number', { TARGET: 'http://web/', RATE: 'many' }, 'loadgen: RATE or PROFILE is not a number\n'],
  ])('ends with 2 when %s', (_name, env, text) => {
    expect(loadGenerator.init(context(env)).effects).toEqual([{ kind: 'log', stream: 'stderr', text }, { kind: 'exit', exitCode: 2 }])
  })

  it('ends well when asked to', () => {
    expect(loadGenerator.signal(null, 'TERM', context({})).effects).toEqual([{ kind: 'exit', exitCode: 0 }])
  })
})
