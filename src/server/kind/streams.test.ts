import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { createCluster } from '../../../simulator/index.ts'
import type { StreamFrame } from '../../../simulator/index.ts'
import { makeSecrets } from '../api/accounts.ts'
import { ApiHttpServer } from '../api/api-server.ts'
import { HttpsConnection } from './connection.ts'
import type { BridgeRequest, BridgeStream } from './contract.ts'
import { readTarget } from './guard/kubeconfig.ts'
import { freshCertificates, kubeconfigText, testContext } from './testing/kubeconfigs.ts'

const secrets = makeSecrets([{ name: 'kubernetes-admin', groups: ['system:masters'] }])
const shell: BridgeRequest = { verb: 'create', group: '', version: 'v1', resource: 'pods', namespace: 'default', name: 'a', subresource: 'exec' }
let server: ApiHttpServer
let connection: HttpsConnection

function connectionTo(port: number): HttpsConnection {
  return new HttpsConnection(readTarget([kubeconfigText({ user: { token: secrets.accounts[0].token, 'client-certificate-data': '', 'client-key-data': '' } }, port)], testContext, new Date()))
}

beforeAll(async () => {
  const cluster = createCluster({ seed: 1, runsUnknownImages: true, nodes: [{ name: 'n', resources: { cpu: '4', memory: '8Gi', pods: '110' } }] })
  cluster.advanceTo(1000)
  server = new ApiHttpServer({ cluster, certificates: freshCertificates, secrets, port: 0, speed: 1 })
  await server.start()
  connection = connectionTo(server.port)
  await connection.send({ ...shell, subresource: undefined, name: undefined, body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [{ name: 'a', image: 'busybox', command: ['sleep', '3600'] }] } } as never } as BridgeRequest, 'owner')
  server.desk.cluster.advanceTo(60_000)
})
afterAll(async () => {
  connection.close()
  await server.stop()
})

async function framesOf(stream: BridgeStream): Promise<readonly StreamFrame[]> {
  const frames: StreamFrame[] = []
  for (let tries = 0; tries < 50 && frames.at(-1)?.kind !== 'end'; tries++) frames.push(...(await stream.read(200)))
  return frames
}

async function opened(request: BridgeRequest): Promise<BridgeStream> {
  const stream = await connection.open(request, 'owner')
  if ('code' in stream) throw new Error(JSON.stringify(stream.body))
  return stream
}

describe('a session in a container', () => {
  it('gives both outputs and the exit code', async () => {
    const frames = await framesOf(await opened({ ...shell, query: { command: ['sh', '-c', 'echo one; echo two >&2; exit 3'], stdout: true, stderr: true } }))
    expect(frames).toEqual([{ kind: 'output', channel: 'stdout', text: 'one\n' }, { kind: 'output', channel: 'stderr', text: 'two\n' }, { kind: 'end', exitCode: 3 }])
  })

  it('takes input until its end', async () => {
    const stream = await opened({ ...shell, query: { command: ['cat'], stdin: true, stdout: true } })
    stream.write('typed\n')
    stream.write(undefined)
    const frames = await framesOf(stream)
    expect([frames.map((frame) => (frame.kind === 'output' ? frame.text : '')).join(''), frames.at(-1)]).toEqual(['typed\n', { kind: 'end', exitCode: 0 }])
  })

  it('that is refused is an answer, and one that cannot start ends with the reason', async () => {
    const refused = await connection.open({ ...shell, name: 'none', query: { command: ['ls'], stdout: true } }, 'owner')
    expect('code' in refused ? [refused.code, (refused.body as { message: string }).message] : []).toEqual([404, 'pods "none" not found'])
  })

  it('can be closed by this side', async () => {
    const stream = await opened({ ...shell, query: { command: ['sleep', '100'], stdout: true } })
    stream.close()
    expect(await framesOf(stream)).toEqual([{ kind: 'end' }])
  })
})

describe('a port of a pod', () => {
  let sockets: Server
  let upgrades: WebSocketServer
  let answer: (socket: WebSocket) => void

  beforeAll(async () => {
    sockets = createServer({ key: freshCertificates.key, cert: freshCertificates.certificate + freshCertificates.authority })
    upgrades = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (offered.has('v4.channel.k8s.io') ? 'v4.channel.k8s.io' : false) })
    sockets.on('upgrade', (request, socket, head) => upgrades.handleUpgrade(request, socket, head, (opened) => answer(opened)))
    await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', () => resolve()))
  })
  afterAll(() => {
    for (const client of upgrades.clients) client.terminate()
    sockets.closeAllConnections()
    return new Promise((resolve) => sockets.close(resolve))
  })

  const port = Uint8Array.of(0x90, 0x1f)
  const channel = (number: number, ...bytes: readonly Uint8Array[]): Buffer => Buffer.concat([Uint8Array.of(number), ...bytes])
  const forward = (): ReturnType<HttpsConnection['forward']> => connectionTo((sockets.address() as AddressInfo).port).forward({ namespace: 'default', name: 'a', port: 8080 }, 'owner')

  it('carries bytes both ways, without the number that each channel begins with', async () => {
    answer = (socket) => {
      socket.send(channel(0, port))
      socket.send(channel(1, port))
      socket.on('message', (data: Buffer) => socket.send(channel(0, Buffer.from(`got ${data.subarray(1).toString()}`))))
    }
    const opened = await forward()
    if (!('write' in opened)) throw new Error('refused')
    opened.write(Buffer.from('hello'))
    expect(Buffer.from((await opened.read(2000)) ?? []).toString()).toBe('got hello')
    opened.close()
  })

  it('on which nothing listens fails with the kubelet\'s words', async () => {
    answer = (socket) => {
      socket.send(channel(0, port))
      socket.send(channel(1, port, Buffer.from('connection refused')))
    }
    const opened = await forward()
    if (!('write' in opened)) throw new Error('refused')
    await expect(opened.read(2000)).rejects.toThrow('connection refused')
    opened.close()
  })
})
