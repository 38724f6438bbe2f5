import { request as httpsRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCluster } from '../../../simulator/index.ts'
import { makeSecrets } from './accounts.ts'
import { ApiHttpServer } from './api-server.ts'
import { makeCertificates } from './certificates.ts'

const secrets = makeSecrets([{ name: 'kubernetes-admin', groups: ['system:masters'] }, { name: 'other', groups: ['system:masters'] }])
const [admin = '', other = ''] = secrets.accounts.map(({ token }) => token)
const certificates = makeCertificates(Date.now())
const maps = '/api/v1/namespaces/default/configmaps'
const watchesPerUser = 12
const kibibyte = 1024
let server: ApiHttpServer
let sockets: TLSSocket[] = []

beforeEach(async () => {
  const cluster = createCluster({ seed: 1 })
  cluster.advanceTo(1000)
  server = new ApiHttpServer({ cluster, certificates, secrets, port: 0, speed: 0, limits: { headersMs: 1500, handshakeMs: 1500, bodyMs: 1500, bodyBytesInAll: 512 * kibibyte, watchesPerUser } })
  await server.start()
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  await server.stop()
})

function open(): TLSSocket {
  const socket = connect({ host: '127.0.0.1', port: server.port, ca: certificates.authority })
  socket.on('error', () => undefined)
  sockets.push(socket)
  return socket
}

/** Writes bytes and collects what comes back, until a text is in it or the connection is closed. */
function exchange(bytes: string, until?: string): Promise<string> {
  const socket = open()
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (until !== undefined && text.includes(until)) resolve(text)
    })
    socket.on('close', () => resolve(text))
    socket.on('end', () => resolve(text))
    socket.write(bytes)
  })
}

function head(method: string, path: string, token: string, more = ''): string {
  return `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${more}\r\n`
}

const status = (text: string): string => text.split('\r\n')[0] ?? ''

/** The code of an ordinary request of somebody else. */
function codeOf(method: string, path: string, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host: '127.0.0.1', port: server.port, ca: certificates.authority, agent: false, method, path, headers: { authorization: `Bearer ${other}`, connection: 'close' } }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject)
    request.end(body)
  })
}

const newMap = (name: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: {} })

async function untilTrue(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 25))
  expect(holds()).toBe(true)
}

describe('hostile clients', () => {
  it('headers that never end are cut off without a word, while others are answered', async () => {
    const slow = Array.from({ length: 20 }, () => exchange('GET /api HTTP/1.1\r\nHost: x\r\nX-Slow: '))
    expect([await codeOf('GET', maps), await codeOf('POST', maps, newMap('meanwhile'))]).toEqual([200, 201])
    expect(new Set(await Promise.all(slow))).toEqual(new Set(['']))
  })

  it('connections that say nothing are closed', async () => {
    const silent = Array.from({ length: 20 }, () => new Promise<void>((resolve) => connectPlain({ host: '127.0.0.1', port: server.port }).on('close', () => resolve()).on('error', () => undefined).resume()))
    expect(await codeOf('GET', maps)).toBe(200)
    await Promise.all(silent)
  })

  it('a body that never ends is refused in the words of the real server', async () => {
    const answer = await exchange(`${head('POST', maps, admin, 'Content-Type: application/json\r\nContent-Length: 500\r\n')}{"kind":`)
    expect(status(answer)).toBe('HTTP/1.1 504 Gateway Timeout')
    expect(answer).toContain('"message":"Timeout: request did not complete within the allotted timeout"')
    expect(answer).toContain('Connection: close')
  })

  it('many large bodies at once take bounded memory: those over it come again later', async () => {
    const chunk = 'x'.repeat(60 * kibibyte)
    const begun = Array.from({ length: 16 }, () => exchange(`${head('POST', maps, admin, 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n')}${(61_440).toString(16)}\r\n${chunk}\r\n`))
    const answers = await Promise.all(begun)
    const refused = answers.filter((answer) => status(answer) === 'HTTP/1.1 429 Too Many Requests')
    expect(refused.length).toBeGreaterThanOrEqual(7)
    expect(refused[0]).toMatch(/Retry-After: 1\r\n[\s\S]*Too many requests, please try again later\.\n/)
    expect(await codeOf('POST', maps, newMap('afterwards'))).toBe(201)
  })

  it('a declared length over the limit is refused before a byte of it is read', async () => {
    const answer = await exchange(head('POST', maps, admin, 'Content-Type: application/json\r\nContent-Length: 99999999\r\n'))
    expect(status(answer)).toBe('HTTP/1.1 413 Payload Too Large')
    expect(answer).toContain('Request entity too large: limit is 3145728')
  })

  it('a client with too many watches is told to come again, others watch on, and what it leaves is free again', async () => {
    const watches: string[] = []
    for (let i = 0; i < watchesPerUser + 8; i++) watches.push(await exchange(head('GET', `${maps}?watch=true`, admin), '\r\n\r\n'))
    expect(watches.filter((answer) => status(answer) === 'HTTP/1.1 429 Too Many Requests')).toHaveLength(8)
    expect(status(await exchange(head('GET', `${maps}?watch=true`, other), '\r\n\r\n'))).toBe('HTTP/1.1 200 OK')
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(status(await exchange(head('GET', `${maps}?watch=true`, admin), '\r\n\r\n'))).toBe('HTTP/1.1 200 OK')
  })

  it('a client that closes its half of the connection is gone', async () => {
    const answer = exchange(head('GET', `${maps}?watch=true`, admin), 'never')
    await untilTrue(() => server.watchCount === 1)
    sockets[0]!.end()
    await untilTrue(() => server.watchCount === 0)
    expect(status(await answer)).toBe('HTTP/1.1 200 OK')
  })

  it('a client that does not read what it watches is dropped, and costs no more than its limit', async () => {
    const socket = open()
    socket.pause()
    socket.write(head('GET', `${maps}?watch=true`, admin))
    await untilTrue(() => server.watchCount === 1)
    const user = { name: 'kubernetes-admin', groups: ['system:masters'] }
    for (let i = 0; i < 120 && server.watchCount > 0; i++) {
      server.desk.run({ user, verb: i === 0 ? 'create' : 'update', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', ...(i === 0 ? {} : { name: 'large' }), body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data: { text: String(i).padEnd(400 * kibibyte, 'x') } } as never })
      await new Promise((resolve) => setTimeout(resolve, 12))
    }
    expect(server.watchCount).toBe(0)
    expect(await codeOf('GET', maps)).toBe(200)
  })

  it.each([
    ['headers over a mebibyte', `GET /api HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(1100 * kibibyte)}\r\n\r\n`, 'HTTP/1.1 431 Request Header Fields Too Large'],
    ['more headers than anybody needs', `GET /api HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 30_000 }, (_none, i) => `X-${i}: ${'y'.repeat(40)}\r\n`).join('')}\r\n`, 'HTTP/1.1 431 Request Header Fields Too Large'],
    ['bytes that are no HTTP', '\u0000\u0001\u0002 nonsense\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
    ['two lengths of one body', `POST ${maps} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, 'HTTP/1.1 400 Bad Request'],
  ])('%s are refused, and the server goes on', async (_name, bytes, line) => {
    expect(status(await exchange(bytes))).toBe(line)
    expect(await codeOf('GET', maps)).toBe(200)
  })
})
