import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

  it('to a port is refused in words', async () => {
    const refused = await connection.open({ ...shell, subresource: 'portforward' }, 'owner')
    expect('code' in refused ? (refused.body as { message: string }).message : '').toBe('port-forward is not carried to a real cluster: send the request from a pod of the task')
  })

  it('can be closed by this side', async () => {
    const stream = await opened({ ...shell, query: { command: ['sleep', '100'], stdout: true } })
    stream.close()
    expect(await framesOf(stream)).toEqual([{ kind: 'end' }])
  })
})
