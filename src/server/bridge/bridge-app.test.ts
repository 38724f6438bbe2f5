import { request } from 'node:http'
import { connect } from 'node:net'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GradeFrame } from '../../session/kind-wire.ts'
import { startServe } from '../serve/serve.ts'
import type { Served } from '../serve/serve.ts'
import { FakeBackend } from './fake-backend.ts'
import { bodyBytesMax, refusalOf } from './http-guards.ts'
import type { BridgeCall } from './http-guards.ts'

interface Answer { readonly status: number; readonly headers: { readonly [name: string]: unknown }; readonly text: string }
interface Call { readonly method?: string; readonly headers?: { readonly [name: string]: string | undefined }; readonly body?: string; readonly isChunked?: boolean }

const attempt = { seed: 4, entries: [{ atMs: 1000, action: { kind: 'line', text: 'kubectl get pods' } }] }
const order = { context: 'kind-podflight', task: 's01-fix-selector', attempt }
let backend: FakeBackend
let served: Served
let key: string
let log: string[]

beforeEach(async () => {
  const root = mkdtempSync(join(tmpdir(), 'podflight-bridge-'))
  writeFileSync(join(root, 'index.html'), '<!doctype html>app')
  backend = new FakeBackend()
  log = []
  served = await startServe({ root, port: 0, backend, log: (text) => log.push(text) })
  key = served.address.slice(served.address.indexOf('#bridge=') + 8)
})
afterEach(() => served.stop())

/** Sends what a browser would not, too. */
function call(path: string, { method = 'GET', headers = {}, body, isChunked = false }: Call = {}): Promise<Answer> {
  const all = { host: `localhost:${served.port}`, 'x-podflight-key': key, ...(method === 'GET' ? {} : { origin: `http://localhost:${served.port}`, 'content-type': 'application/json' }), ...headers }
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as { [name: string]: string }
  if (body !== undefined) Object.assign(sent, isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(Buffer.byteLength(body)) })
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: served.port, path, method, headers: sent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text })).on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const post = (path: string, body: unknown, more: Call = {}): Promise<Answer> => call(path, { method: 'POST', body: JSON.stringify(body), ...more })
const frames = (answer: Answer): GradeFrame[] => answer.text.trim().split('\n').map((line) => JSON.parse(line) as GradeFrame)
async function planned(): Promise<string> {
  return (JSON.parse((await post('/bridge/plan', order)).text) as { plan: { session: string } }).plan.session
}

describe('the bridge over HTTP', () => {
  it('tells contexts, plans, and grades as a stream that ends with the grade', async () => {
    expect(JSON.parse((await call('/bridge/contexts')).text)).toMatchObject({ isBusy: false, contexts: [{ name: 'kind-podflight' }, { name: 'kind-far-away' }] })
    const answer = await post('/bridge/grade', { session: await planned() })
    expect(answer.headers['content-type']).toContain('application/x-ndjson')
    const all = frames(answer)
    expect(all.map((frame) => (frame.kind === 'progress' ? frame.progress.phase : frame.kind))).toEqual(['preflight', 'create', 'create', 'start', 'script', 'wait', 'checks', 'clean-up', 'grade'])
    expect(backend.orders).toEqual([order])
  })

  it('stops a grading when asked and when the page goes away, and is free again after its clean-up', async () => {
    backend.isHeld = true
    const stopped = post('/bridge/grade', { session: await planned() })
    await expect.poll(async () => (JSON.parse((await call('/bridge/contexts')).text) as { isBusy: boolean }).isBusy).toBe(true)
    await post('/bridge/cancel', {})
    expect(frames(await stopped).slice(-2)).toMatchObject([{ kind: 'progress', progress: { phase: 'clean-up' } }, { kind: 'error', message: 'stopped', isStopped: true }])
    const session = await planned()
    const body = JSON.stringify({ session })
    const leaving = request({ host: '127.0.0.1', port: served.port, path: '/bridge/grade', method: 'POST', headers: { host: `localhost:${served.port}`, origin: `http://localhost:${served.port}`, 'x-podflight-key': key, 'content-type': 'application/json', 'content-length': body.length } }, (response) => response.once('data', () => leaving.destroy()))
    leaving.on('error', () => undefined)
    leaving.end(body)
    await expect.poll(async () => (JSON.parse((await call('/bridge/contexts')).text) as { isBusy: boolean }).isBusy).toBe(false)
  })

  it('cleans up and says so before the server ends', async () => {
    backend.isHeld = true
    const running = post('/bridge/grade', { session: await planned() })
    await expect.poll(async () => (JSON.parse((await call('/bridge/contexts')).text) as { isBusy: boolean }).isBusy).toBe(true)
    await served.stop()
    expect(frames(await running).slice(-2)).toMatchObject([{ kind: 'progress', progress: { phase: 'clean-up' } }, { kind: 'error', isStopped: true }])
    served = await startServe({ root: tmpdir(), port: 0 })
  })

  it('does not offer for removal what is under way', async () => {
    backend.isHeld = true
    const session = await planned()
    backend.left = [{ context: 'kind-podflight', session, items: ['namespace reco-prod'] }]
    const running = post('/bridge/grade', { session })
    await expect.poll(async () => (JSON.parse((await call('/bridge/contexts')).text) as { isBusy: boolean }).isBusy).toBe(true)
    expect(JSON.parse((await call('/bridge/leftovers?context=kind-podflight')).text)).toEqual({ leftovers: [] })
    backend.goOn()
    await running
    expect(JSON.parse((await call('/bridge/leftovers?context=kind-podflight')).text)).toEqual({ leftovers: backend.left })
  })

  it('finds leftovers and removes them', async () => {
    backend.left = [{ context: 'kind-podflight', session: 'old1', items: ['namespace reco-prod'] }]
    expect(JSON.parse((await call('/bridge/leftovers?context=kind-podflight')).text)).toEqual({ leftovers: backend.left })
    expect(JSON.parse((await post('/bridge/remove', { context: 'kind-podflight', session: 'old1' })).text)).toEqual({ left: [] })
    expect(backend.removed).toEqual(['kind-podflight/old1'])
  })

  it('withoutCredentials: what is wrong is said in words; faults of its own stay in the terminal, without credentials', async () => {
    expect(await post('/bridge/plan', { ...order, task: 'no-such-task' })).toMatchObject({ status: 422, text: '{"message":"there is no task \\"no-such-task\\""}' })
    backend.fails = new Error('request with Authorization: Bearer abc.def-123 failed')
    const last = frames(await post('/bridge/grade', { session: await planned() })).at(-1)
    expect(last).toEqual({ kind: 'error', message: 'The bridge itself failed; its terminal says why.' })
    expect([log.join('').includes('abc.def'), log.join('').includes('Bearer [hidden]')]).toEqual([false, true])
  })
})

describe('attacks on the bridge', () => {
  const attacks: readonly { readonly guard: string; readonly name: string; readonly path?: string; readonly call: Call; readonly status: number; readonly says: string }[] = [
    { guard: 'refuseForeignHost', name: 'a name that points here (DNS rebinding)', call: { headers: { host: 'evil.example' } }, status: 403, says: 'its own address' },
    { guard: 'refuseForeignHost', name: 'this machine under the port of another server', call: { headers: { host: 'localhost:3000' } }, status: 403, says: 'its own address' },
    { guard: 'refuseForeignOrigin', name: 'a page of another site', call: { method: 'POST', headers: { origin: 'https://evil.example' }, body: '{}' }, path: '/bridge/cancel', status: 403, says: 'its own page' },
    { guard: 'refuseForeignOrigin', name: 'a page of another local server', call: { method: 'POST', headers: { origin: 'http://localhost:3000' }, body: '{}' }, path: '/bridge/cancel', status: 403, says: 'its own page' },
    { guard: 'refuseForeignOrigin', name: 'a sandboxed frame', call: { method: 'POST', headers: { origin: 'null' }, body: '{}' }, path: '/bridge/cancel', status: 403, says: 'its own page' },
    { guard: 'refuseForeignOrigin', name: 'a change that does not say where it comes from', call: { method: 'POST', headers: { origin: undefined }, body: '{}' }, path: '/bridge/cancel', status: 403, says: 'its own page' },
    { guard: 'refuseForeignFetch', name: 'an image or script of another site', call: { headers: { 'sec-fetch-site': 'cross-site' } }, status: 403, says: 'its own page' },
    { guard: 'refuseWrongKey', name: 'no key', call: { headers: { 'x-podflight-key': undefined } }, status: 401, says: 'key' },
    { guard: 'refuseWrongKey', name: 'a guessed key', call: { headers: { 'x-podflight-key': 'A'.repeat(43) } }, status: 401, says: 'key' },
    { guard: 'refuseFormPost', name: 'a form post', call: { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'session=s1' }, path: '/bridge/cancel', status: 415, says: 'application/json' },
    { guard: 'refuseFormPost', name: 'JSON as text, which needs no permission', call: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }, path: '/bridge/cancel', status: 415, says: 'application/json' },
    { guard: 'refuseOtherMethod', name: 'a question whether another site may (CORS preflight)', call: { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } }, status: 405, says: 'GET and POST' },
    { guard: 'refuseOtherMethod', name: 'another method', call: { method: 'DELETE' }, status: 405, says: 'GET and POST' },
    { guard: 'readBody', name: 'a body longer than it said', call: { method: 'POST', body: ' '.repeat(bodyBytesMax + 1), isChunked: true }, path: '/bridge/plan', status: 413, says: 'longer' },
    { guard: 'bridgeApp', name: 'a path of the cluster', call: {}, path: '/bridge/api/v1/secrets', status: 404, says: 'no such path' },
    { guard: 'readOrder', name: 'a request to pass on', call: { method: 'POST', body: JSON.stringify({ ...order, request: { verb: 'list', resource: 'secrets' } }) }, path: '/bridge/plan', status: 400, says: 'nrecognized key' },
    { guard: 'readOrder', name: 'a context that is not of kind', call: { method: 'POST', body: JSON.stringify({ ...order, context: 'production' }) }, path: '/bridge/plan', status: 400, says: 'context' },
    { guard: 'readOrder', name: 'a file outside the virtual home', call: { method: 'POST', body: JSON.stringify({ ...order, attempt: { seed: 1, entries: [{ atMs: 0, action: { kind: 'write', path: 'C:relative', text: '' } }] } }) }, path: '/bridge/plan', status: 400, says: 'absolute path' },
    { guard: 'refuseUnseenPlan', name: 'a yes to a plan that was never shown', call: { method: 'POST', body: '{"session":"made-up"}' }, path: '/bridge/grade', status: 409, says: 'never shown' },
    { guard: 'readOrder', name: 'a body that is no JSON', call: { method: 'POST', body: '{' }, path: '/bridge/plan', status: 400, says: 'no JSON' },
  ]
  it.each(attacks)('$guard: $name', async ({ path = '/bridge/contexts', call: sent, status, says }) => {
    const answer = await call(path, sent)
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(says)])
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(backend.orders).toEqual([])
  })

  it('refuseSecondWork: a second grading, and a removal, while one is under way', async () => {
    backend.isHeld = true
    const [first, second] = [await planned(), await planned()]
    const running = post('/bridge/grade', { session: first })
    await expect.poll(async () => (JSON.parse((await call('/bridge/contexts')).text) as { isBusy: boolean }).isBusy).toBe(true)
    expect(await post('/bridge/grade', { session: second })).toMatchObject({ status: 409, text: expect.stringContaining('under way') as string })
    expect(await post('/bridge/remove', { context: 'kind-podflight', session: 'old1' })).toMatchObject({ status: 409 })
    backend.goOn()
    await running
  })

  it('refuseUnseenPlan: a second yes to the same plan', async () => {
    const session = await planned()
    await post('/bridge/grade', { session })
    expect(await post('/bridge/grade', { session })).toMatchObject({ status: 409, text: expect.stringContaining('never shown') as string })
  })

  it.each([['hardenData', '/bridge/contexts'], ['hardenData', '/bridge/none'], ['hardenPage', '/']])('%s: sends headers that keep a browser strict with %s, also when it refuses', async (_guard, path) => {
    for (const host of [`localhost:${served.port}`, 'evil.example']) {
      const { headers } = await call(path, { headers: { host } })
      const policy = String(headers['content-security-policy'])
      expect([policy.includes("require-trusted-types-for 'script'"), policy.includes("frame-ancestors 'none'"), headers['x-content-type-options']]).toEqual([true, true, 'nosniff'])
    }
  })

  it('has a key of 256 bits that no answer holds', async () => {
    expect(Buffer.from(key, 'base64url').length).toBe(32)
    const answers = [await call('/'), await call('/bridge/contexts'), await post('/bridge/plan', order), await call('/bridge/contexts', { headers: { 'x-podflight-key': 'x' } })]
    expect(answers.some(({ text, headers }) => `${text}${JSON.stringify(headers)}`.includes(key))).toBe(false)
    expect(log.join('')).not.toContain(key)
  })

  it('listenAddress: cannot be reached under an address that other machines see', async () => {
    const others = ['127.0.0.2', ...Object.values(networkInterfaces()).flat().flatMap((each) => (each !== undefined && each.family === 'IPv4' && !each.internal ? [each.address] : []))]
    const outcomes = await Promise.all(others.map((host) => new Promise((resolve) => {
      const socket = connect({ host, port: served.port }, () => { resolve('open'); socket.destroy() })
      socket.on('error', () => resolve('closed'))
    })))
    expect(new Set(outcomes)).toEqual(new Set(['closed']))
  })

  const side = { port: 4180, key: 'k' }
  const good: { readonly [name: string]: string } = { host: 'localhost:4180', origin: 'http://localhost:4180', 'x-podflight-key': 'k', 'content-type': 'application/json' }
  const callOf = (change: { readonly [name: string]: string }, peer = '127.0.0.1'): BridgeCall => ({ method: 'POST', peer, header: (name) => ({ ...good, ...change })[name] })
  it.each([
    { guard: 'refusalOf', name: 'passes its own page', call: callOf({}), status: undefined },
    { guard: 'refusalOf', name: 'passes IPv6 loopback', call: callOf({}, '::1'), status: undefined },
    { guard: 'refuseRemotePeer', name: 'refuses another machine', call: callOf({}, '192.168.1.4'), status: 403 },
    { guard: 'refuseRemotePeer', name: 'refuses another machine that writes itself as IPv6', call: callOf({}, '::ffff:10.0.0.1'), status: 403 },
    { guard: 'refuseLongBody', name: 'refuses a body that says it is too long', call: callOf({ 'content-length': String(bodyBytesMax + 1) }), status: 413 },
  ])('$guard: before anything is read, $name', ({ call: sent, status }) => {
    expect(refusalOf(sent, side)?.status).toBe(status)
  })
})

describe('a server without the bridge', () => {
  it('has none of its paths and no key in its address', async () => {
    const root = mkdtempSync(join(tmpdir(), 'podflight-plain-'))
    writeFileSync(join(root, 'index.html'), '<!doctype html>app')
    const plain = await startServe({ root, port: 0 })
    try {
      expect(plain.address).toBe(`http://localhost:${plain.port}/`)
      const response = await fetch(`http://127.0.0.1:${plain.port}/bridge/contexts`)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect((await fetch(`http://127.0.0.1:${plain.port}/bridge/cancel`, { method: 'POST' })).status).toBe(404)
    } finally {
      await plain.stop()
    }
  })
})
