/**
 * `npm run fuzz -- api [--minutes N] [--seed N]`: wrong bodies, paths and headers against a served cluster.
 * Fails on a 500, an answer after more than a second, a Status without a code, a polluted prototype, or a server that is gone.
 */

import { request as httpsRequest } from 'node:https'
import { createCluster } from '../../simulator/index.ts'
import { makeSecrets } from '../../src/server/api/accounts.ts'
import { ApiHttpServer } from '../../src/server/api/api-server.ts'
import { makeCertificates } from '../../src/server/api/certificates.ts'
import { encodeObject } from '../../src/server/api/protobuf.ts'
import { RandomInput, seeds } from './input.ts'

const minuteMs = 60_000
const answerMsMax = 1000
const reportEvery = 2000

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

if (process.argv[2] !== 'api') {
  console.error('there is one thing to fuzz: api')
  process.exit(2)
}

const seedNumber = option('--seed', 1)
const input = new RandomInput(seedNumber)
const certificates = makeCertificates(Date.now())
const secrets = makeSecrets([{ name: 'kubernetes-admin', groups: ['system:masters'] }])
const authorization = `Bearer ${secrets.accounts[0]!.token}`
let server: ApiHttpServer

async function startServer(): Promise<ApiHttpServer> {
  const started = new ApiHttpServer({ cluster: createCluster({ seed: 1 }), certificates, secrets, port: 0, speed: 1 })
  await started.start()
  // Something must be there to be patched and replaced.
  server = started
  for (const { path, body } of seeds) await send({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return started
}

interface Sent { readonly method: string; readonly path: string; readonly headers: { readonly [name: string]: string }; readonly body: string | Uint8Array | undefined }

function send({ method, path, headers, body }: Sent): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const request = httpsRequest({ host: '127.0.0.1', port: server.port, ca: certificates.authority, method, path, headers: { authorization, ...headers, ...length }, agent: false }, (response) => {
      const chunks: Buffer[] = []
      const finish = (): void => resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() })
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', finish)
      response.on('error', finish)
      // A stream has answered when its head is there.
      if (/[?&]watch=|follow=/.test(path)) {
        finish()
        request.destroy()
      }
    })
    request.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve({ code: 0, text: '' }) : reject(error)))
    request.end(body)
  })
}

function problemOf({ code, text }: { readonly code: number; readonly text: string }, tookMs: number): string | undefined {
  if (code === 500 && text.includes('a mistake of its own')) return 'the server met a mistake of its own'
  if (tookMs > answerMsMax) return `it took ${Math.round(tookMs)} ms`
  if (Object.keys(Object.prototype).length > 0) return 'the prototype of all objects has a member'
  return undefined
}

function nextRequest(): Sent {
  const seed = input.pick(seeds)
  const { method, path } = input.target(seed)
  const isProtobuf = method !== 'PATCH' && input.chance(0.15)
  const type = isProtobuf ? 'application/vnd.kubernetes.protobuf' : input.contentType(method)
  const body = method === 'GET' ? undefined : isProtobuf ? input.damaged(encodeObject(seed.body)) : input.body(seed)
  return { method, path, headers: { 'content-type': type, accept: input.accept() }, body }
}

server = await startServer()
const endMs = performance.now() + option('--minutes', 10) * minuteMs
let count = 0
let failures = 0
const perCode = new Map<number, number>()
while (performance.now() < endMs) {
  const sent = nextRequest()
  const startMs = performance.now()
  const answer = await send(sent)
  const problem = problemOf(answer, performance.now() - startMs)
  perCode.set(answer.code, (perCode.get(answer.code) ?? 0) + 1)
  if (problem !== undefined) {
    failures++
    console.log(`FAILED ${problem}: ${sent.method} ${sent.path} ${JSON.stringify(sent.headers)}\n  ${String(sent.body).slice(0, 400)}\n  ${answer.code} ${answer.text.slice(0, 300)}`)
  }
  if (++count % reportEvery === 0) {
    console.log(`${count} requests, ${failures} failed, by code: ${[...perCode].map(([code, times]) => `${code}: ${times}`).join(', ')}`)
    // A cluster that random writes have filled answers ever slower; that is no mistake.
    await server.stop()
    server = await startServer()
  }
}
await server.stop()
console.log(`${count} requests with seed ${seedNumber}, ${failures} failed`)
process.exit(failures === 0 ? 0 : 1)
