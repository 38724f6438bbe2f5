import { describe, expect, it } from 'vitest'
import type { HttpResponse, ProgramContext, ProgramEffect, ProgramSpec, RequestFailure } from '../program.ts'
import { inferenceServer } from './program.ts'

interface Given {
  readonly parameters?: ProgramSpec['parameters']
  readonly env?: ProgramSpec['env']
  readonly files?: { readonly [path: string]: string }
  readonly readOnly?: string
  readonly fetch?: ProgramContext['fetch']
}

function contextOf({ parameters = {}, env = {}, files = {}, readOnly, fetch }: Given, nowMs = 0): ProgramContext {
  const spec: ProgramSpec = {
    image: 'registry.example.com/ranker:2.3.0', parameters: { port: 8080, load_s: 5, ...parameters }, argv: ['python', 'serve.py'], env, workingDir: '/', tty: false, stdin: false, container: 'server',
    pod: { namespace: 'prod', name: 'ranker-1', uid: 'u', ip: '10.0.0.1' }, node: { name: 'n', labels: {} }, gpuCount: 0, seed: 1,
  }
  return { spec, nowMs, fetch, files: { read: (path) => files[path], list: () => undefined, writeError: (path) => (readOnly !== undefined && path.startsWith(readOnly) ? 'Read-only file system' : undefined) } }
}

const told = (effects: readonly ProgramEffect[]): string[] => effects.flatMap((effect) => (effect.kind === 'log' ? [effect.text.trim()] : effect.kind === 'exit' ? [`exit ${effect.exitCode}`] : effect.kind === 'request' ? [`asks ${effect.request.url}`] : []))

function ask(given: Given, path: string): HttpResponse | undefined {
  const { state } = inferenceServer.init(contextOf(given))
  const { state: serving } = inferenceServer.advance(state, contextOf(given, 5000))
  return inferenceServer.handle?.(serving, 8080, { method: 'GET', url: `http://ranker${path}`, headers: {}, body: '' }, contextOf(given, 6000))?.response
}

const config = { config_file: '/etc/ranker/config.yaml', config_keys: 'model_name,batch_timeout', config_durations: 'batch_timeout' }
const withConfig = (text: string): Given => ({ parameters: config, files: { '/etc/ranker/config.yaml': text } })

describe('an inference server at its start', () => {
  it.each<[string, Given, string]>([
    ['ends when its configuration is missing', { parameters: config }, 'config: open /etc/ranker/config.yaml: no such file or directory'],
    ['ends when a value is no duration', withConfig('model_name: r\nbatch_timeout: fast\n'), 'config: invalid value "fast" for batch_timeout'],
    ['ends when a key is missing', withConfig('batch_timeout: 50ms\n'), 'config: missing key "model_name"'],
    ['ends when it cannot write where it must', { parameters: { writes: '/tmp,/cache' }, readOnly: '/cache' }, "OSError: [Errno 30] Read-only file system: '/cache/cache.lock'"],
  ])('%s', (_name, given, message) => {
    expect(told(inferenceServer.init(contextOf(given)).effects)).toEqual([message, 'exit 1'])
  })

  it('loads its model with a good configuration', () => {
    expect(told(inferenceServer.init(contextOf(withConfig('model_name: r\nbatch_timeout: "50ms"\n'))).effects)).toContain('INFO loading model 2.3.0')
  })

  it('waits for its helper in the same pod and ends without it', () => {
    const context = contextOf({ parameters: { needs_proxy: 9090 } })
    const first = inferenceServer.init(context)
    expect(told(first.effects)).toEqual(['asks http://localhost:9090/token'])
    const refused = inferenceServer.resume?.(first.state, 'proxy', { kind: 'failure', failure: { failure: 'refused', message: 'no' } }, context)
    expect(told(refused?.effects ?? [])).toEqual(['ERROR token proxy at localhost:9090: connection refused', 'exit 1'])
    const answered = inferenceServer.resume?.(first.state, 'proxy', { kind: 'response', response: { status: 200, headers: {}, body: '' }, latencyMs: 1 }, context)
    expect(answered?.state.phase).toBe('loading')
  })
})

describe('an inference server that serves', () => {
  it('says that it is alive only after a while, if its image is like that', () => {
    const given = { parameters: { load_s: 120, live_after_s: 110 } }
    const { state } = inferenceServer.init(contextOf(given))
    const statusAt = (ms: number): number | undefined => inferenceServer.handle?.(state, 8080, { method: 'GET', url: 'http://x/live', headers: {}, body: '' }, contextOf(given, ms))?.response.status
    expect([statusAt(109_000), statusAt(110_000)]).toEqual([503, 200])
  })

  it('can be made to hang: then no answer comes in time', () => {
    const { state } = inferenceServer.advance(inferenceServer.init(contextOf({})).state, contextOf({}, 5000))
    const get = (from: typeof state, path: string): ReturnType<NonNullable<typeof inferenceServer.handle>> => inferenceServer.handle?.(from, 8080, { method: 'GET', url: `http://x${path}`, headers: {}, body: '' }, contextOf({}, 6000))
    const hung = get(state, '/debug/hang')
    expect(hung?.response.status).toBe(200)
    expect(get(hung!.step.state, '/live')?.serviceMs).toBe(86_400_000)
    expect(inferenceServer.usage(hung!.step.state, undefined, contextOf({}, 9000)).memoryBytes).toBe(700 * 1024 * 1024)
  })

  it('reports its settings as they were given', () => {
    expect(JSON.parse(ask({ env: { LOG_LEVEL: 'debug', THRESHOLD: '0.70' } }, '/config')?.body ?? '')).toMatchObject({ log_level: 'debug', threshold: '0.70' })
    expect(JSON.parse(ask({}, '/config')?.body ?? '')).toMatchObject({ log_level: 'info', threshold: '0.50' })
  })

  it.each<[string, { readonly response: HttpResponse } | RequestFailure, boolean]>([
    ['uses features that come', { response: { status: 200, headers: {}, body: '' } }, false],
    ['falls back when the feature service refuses', { response: { status: 503, headers: {}, body: '' } }, true],
    ['falls back when its name is not known', { failure: 'resolve', message: 'Could not resolve host: features' }, true],
  ])('%s', (_name, answer, fallback) => {
    const body = ask({ env: { FEATURE_URL: 'http://features' }, fetch: () => answer }, '/predict')?.body ?? ''
    expect(JSON.parse(body)).toMatchObject({ fallback })
  })
})
