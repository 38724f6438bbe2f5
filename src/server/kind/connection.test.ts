import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { makeCertificates } from '../api/certificates.ts'
import type { Certificates } from '../api/certificates.ts'
import { connectKind, HttpsConnection } from './connection.ts'
import type { BridgeRequest, SandboxPlan } from './contract.ts'
import { readTarget } from './guard/kubeconfig.ts'
import { answerJson, FakeApi } from './testing/fake-api.ts'
import type { Handler } from './testing/fake-api.ts'
import { expiredCertificates, freshCertificates, kubeconfigText, testContext } from './testing/kubeconfigs.ts'
import { tlsOptions } from './transport.ts'

const plan: SandboxPlan = { session: 's1', task: 't', namespaces: ['serving'], podSecurity: 'restricted', access: [], loans: [], images: {} }
const pods: BridgeRequest = { verb: 'list', group: '', version: 'v1', resource: 'pods', namespace: 'serving' }
const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] }
let api: FakeApi

afterEach(() => api.stop())

async function serve(handler: Handler, certificates?: Certificates): Promise<ReturnType<FakeApi['connect']>> {
  api = await new FakeApi(handler, certificates).start()
  return api.connect()
}

const messageOf = ({ code, body }: { readonly code: number; readonly body: unknown }): string => `${code} ${(body as { message?: string }).message ?? ''}`

describe('a request on the wire', () => {
  const cases: readonly { readonly name: string; readonly request: BridgeRequest; readonly wire: string }[] = [
    { name: 'a list with a selector', request: { ...pods, query: { labelSelector: 'app=a b', limit: 5 } }, wire: 'GET /api/v1/namespaces/serving/pods?labelSelector=app%3Da+b&limit=5' },
    { name: 'one object of a group', request: { verb: 'get', group: 'apps', version: 'v1', resource: 'deployments', namespace: 'serving', name: 'web' }, wire: 'GET /apis/apps/v1/namespaces/serving/deployments/web' },
    { name: 'a new object goes to its collection', request: { ...pods, verb: 'create', name: 'a', body: { metadata: { name: 'a' } } }, wire: 'POST /api/v1/namespaces/serving/pods' },
    { name: 'a subresource of a new object has its name', request: { ...pods, verb: 'create', name: 'a', subresource: 'eviction', body: {} }, wire: 'POST /api/v1/namespaces/serving/pods/a/eviction' },
    { name: 'a namespace', request: { verb: 'get', group: '', version: 'v1', resource: 'namespaces', namespace: 'serving', name: 'serving' }, wire: 'GET /api/v1/namespaces/serving' },
    { name: 'the end of an object with options', request: { ...pods, verb: 'delete', name: 'a', body: { gracePeriodSeconds: 0 } }, wire: 'DELETE /api/v1/namespaces/serving/pods/a' },
    { name: 'options of a patch', request: { ...pods, verb: 'patch', name: 'a', body: 'a: 1', contentType: 'application/apply-patch+yaml', query: { fieldManager: 'x', force: true } }, wire: 'PATCH /api/v1/namespaces/serving/pods/a?fieldManager=x&force=true' },
  ]
  it.each(cases)('$name', async ({ request, wire }) => {
    const connection = await serve((_request, response) => answerJson(response, 200, list))
    expect(messageOf(await connection.send(request, 'owner'))).toBe('200 ')
    expect(api.requests).toEqual([wire])
  })

  it('refuseOddPath: keeps out names that lead elsewhere', async () => {
    const connection = await serve((_request, response) => answerJson(response, 200, list))
    expect(messageOf(await connection.send({ ...pods, verb: 'get', name: '../../kube-system/secrets' }, 'owner'))).toBe('400 "../../kube-system/secrets" cannot be the name of a request')
    expect(messageOf(await connection.send({ ...pods, namespace: '..' }, 'owner'))).toBe('400 ".." cannot be the namespace of a request')
    expect(api.requests).toEqual([])
  })

  it('refuseNameless: keeps out the deletion of all objects where one was meant', async () => {
    const connection = await serve((_request, response) => answerJson(response, 200, list))
    expect(messageOf(await connection.send({ ...pods, verb: 'delete', name: '' }, 'owner'))).toBe('400 delete of pods needs a name')
    expect(messageOf(await connection.send({ ...pods, verb: 'patch', body: {} }, 'owner'))).toBe('400 patch of pods needs a name')
    expect(api.requests).toEqual([])
  })

  it('refuseLargeRequest: keeps out bodies beyond three MiB', async () => {
    const connection = await serve((_request, response) => answerJson(response, 200, list))
    expect(messageOf(await connection.send({ ...pods, verb: 'create', body: { data: 'x'.repeat(4_000_000) } }, 'owner'))).toBe('413 Request entity too large: limit is 3145728')
  })

  it('gives warnings, and answers without managed fields', async () => {
    const metadata = { name: 'a', managedFields: [{ manager: 'x' }] }
    const connection = await serve((_request, response) => answerJson(response, 200, { ...list, items: [{ metadata }] }, { warning: '299 - "is \\"old\\""' }))
    expect(await connection.send(pods, 'owner')).toEqual({ code: 200, warnings: ['is "old"'], body: { ...list, items: [{ metadata: { name: 'a' } }] } })
    expect((await connection.send({ ...pods, query: { managedFields: true } }, 'owner')).body).toEqual({ ...list, items: [{ metadata }] })
  })
})

describe('who asks', () => {
  it('learnerCredential: the learner shows its token and never the owner\'s certificate', async () => {
    const connection = await serve((_request, response) => answerJson(response, 200, list))
    expect((await connection.send(pods, 'learner')).code).toBe(401)
    connection.useLearnerToken('learner-token', plan)
    await connection.send(pods, 'learner')
    await connection.send(pods, 'owner')
    expect(api.headers.map(({ authorization }) => authorization)).toEqual(['Bearer learner-token', undefined])
    expect(api.certified).toEqual([false, true])
  })

  it('learnerRequest: what the allow-list refuses is not sent', async () => {
    const connection = await serve((_request, response) => answerJson(response, 200, list))
    connection.useLearnerToken('learner-token', plan)
    expect(messageOf(await connection.send({ ...pods, namespace: 'kube-system' }, 'learner'))).toBe('403 pods is forbidden: namespace kube-system is not one of the task: serving')
    expect(messageOf(await connection.open({ ...pods, verb: 'watch', namespace: 'kube-system' }, 'learner') as { code: number; body: unknown })).toBe('403 pods is forbidden: namespace kube-system is not one of the task: serving')
    expect(messageOf(await connection.open({ ...pods, verb: 'create', namespace: 'kube-system', name: 'etcd', subresource: 'portforward' }, 'learner') as { code: number; body: unknown })).toBe('403 pods "etcd" is forbidden: namespace kube-system is not one of the task: serving')
    expect(api.requests).toEqual([])
  })

  it('withoutSecrets: a token does not come back in a message', async () => {
    const connection = await serve((request, response) => answerJson(response, 500, { kind: 'Status', status: 'Failure', message: `cannot use ${request.headers.authorization}`, code: 500 }))
    connection.useLearnerToken('learner-token', plan)
    expect(messageOf(await connection.send(pods, 'learner'))).toBe('500 cannot use Bearer [hidden]')
  })
})

const busy = { kind: 'Status', status: 'Failure', reason: 'TooManyRequests', message: 'slow down', code: 429 }

describe('a cluster that fails', () => {
  it('is asked again when it is busy, after the time that it names', async () => {
    let tries = 0
    const connection = await serve((_request, response) => (++tries < 3 ? answerJson(response, 429, busy, { 'retry-after': '0' }) : answerJson(response, 200, list)))
    expect((await connection.send(pods, 'owner')).code).toBe(200)
    expect(tries).toBe(3)
  })

  it('is not asked for ever', async () => {
    const connection = await serve((_request, response) => answerJson(response, 429, busy, { 'retry-after': '0' }))
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('429 slow down')
    expect(api.requests).toHaveLength(6)
  })

  it('has its errors passed on, also those that are no Status', async () => {
    const connection = await serve((_request, response) => {
      response.writeHead(500, { 'content-type': 'text/plain' })
      response.end('etcd is full\n')
    })
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('500 etcd is full')
  })

  it('that cuts the connection is unreachable, and nothing is sent twice', async () => {
    const connection = await serve((request) => request.socket.destroy())
    expect(messageOf(await connection.send({ ...pods, verb: 'create', body: {} }, 'owner'))).toBe('503 cannot reach the cluster of context kind-oracle: the connection was cut')
    expect(api.requests).toHaveLength(1)
  })

  it('that closed an idle connection is asked on a new one', async () => {
    let sockets: readonly Socket[] = []
    const connection = await serve((request, response) => {
      sockets = [...sockets, request.socket]
      answerJson(response, 200, list)
    })
    await connection.send(pods, 'owner')
    sockets[0].destroy()
    expect((await connection.send({ ...pods, verb: 'create', body: {} }, 'owner')).code).toBe(200)
    expect(api.requests).toHaveLength(2)
  })

  it('that stops within an answer is unreachable', async () => {
    const connection = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"items": [')
      setTimeout(() => response.destroy(), 20)
    })
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('503 cannot reach the cluster of context kind-oracle: the connection was cut')
  })

  it('refuseLargeAnswer: keeps out answers without end', async () => {
    const connection = await serve((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x')
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      }
      let sent = 0
      response.on('drain', () => (++sent > 80 ? response.end() : more()))
      more()
    })
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('503 the answer is larger than 32 MiB')
  })

  it('that does not answer in time is a time-out', async () => {
    api = await new FakeApi(() => undefined).start()
    const connection = api.connect({ idleMsMax: 100 })
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('504 Timeout: the cluster of context kind-oracle did not answer within 0.1 s')
  })

  it('that is gone is unreachable, in mid-grade too', async () => {
    const connection = await serve((_request, response) => answerJson(response, 200, list))
    expect((await connection.send(pods, 'owner')).code).toBe(200)
    await api.stop()
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('503 cannot reach the cluster of context kind-oracle: nothing listens there. Is the cluster running?')
    api = await new FakeApi(() => undefined).start()
  })

  it('rejectUnchecked: whose certificate is of another authority is not talked to', async () => {
    const connection = await serve((_request, response) => answerJson(response, 200, list), makeCertificates(Date.now()))
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('503 cannot reach the cluster of context kind-oracle: its certificate is not signed by the authority of the kubeconfig. Was the cluster created anew?')
    expect(api.requests).toEqual([])
  })

  it('whose certificate has expired says so', async () => {
    await serve((_request, response) => answerJson(response, 200, list), expiredCertificates)
    const target = { ...readTarget([kubeconfigText({}, api.port)], testContext, new Date()), authority: expiredCertificates.authority }
    expect(messageOf(await new HttpsConnection(target).send(pods, 'owner'))).toBe('503 cannot reach the cluster of context kind-oracle: its certificate has expired. Create the cluster anew, or renew its certificates')
  })

  it('loopbackAddress: the loopback name is not looked up', async () => {
    await serve((_request, response) => answerJson(response, 200, list))
    const target = readTarget([kubeconfigText({ cluster: { server: `https://localhost:${api.port}` } }, api.port)], testContext, new Date())
    expect(tlsOptions(target, {})).toMatchObject({ host: '127.0.0.1', servername: 'localhost' })
    expect((await new HttpsConnection(target).send(pods, 'owner')).code).toBe(200)
  })
})

describe('streams', () => {
  it('of a watch come as frames, and end with the reason', async () => {
    const connection = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","managedFields":[]}}}\n{"type":"MODI')
      setTimeout(() => response.write('FIED","object":{"kind":"Pod","metadata":{"name":"a"}}}\n'), 10)
      setTimeout(() => response.end(), 30)
    })
    const stream = await connection.open({ ...pods, verb: 'watch', name: 'a' }, 'owner')
    if (!('read' in stream)) throw new Error('no stream')
    const frames = [...(await stream.read(1000)), ...(await stream.read(1000)), ...(await stream.read(1000))]
    expect(frames).toEqual([{ kind: 'watch', type: 'ADDED', object: { kind: 'Pod', metadata: { name: 'a' } } }, { kind: 'watch', type: 'MODIFIED', object: { kind: 'Pod', metadata: { name: 'a' } } }, { kind: 'end' }])
    expect(await stream.read(0)).toEqual([])
    expect(api.requests).toEqual(['GET /api/v1/namespaces/serving/pods?watch=true&fieldSelector=metadata.name%3Da'])
  })

  it('that are refused are an answer', async () => {
    const connection = await serve((_request, response) => answerJson(response, 404, { kind: 'Status', status: 'Failure', message: 'pods "a" not found', code: 404 }))
    const answer = await connection.open({ ...pods, verb: 'get', name: 'a', subresource: 'log', query: { follow: true } }, 'owner')
    expect('read' in answer ? 'a stream' : messageOf(answer)).toBe('404 pods "a" not found')
  })
})

describe('connecting', () => {
  const node = { metadata: { name: 'oracle-control-plane', labels: { 'kubernetes.io/hostname': 'oracle-control-plane', 'node-role.kubernetes.io/control-plane': '' } }, spec: { providerID: 'kind://docker/oracle/oracle-control-plane' } }
  const target = (): ReturnType<typeof readTarget> => readTarget([kubeconfigText({}, api.port, freshCertificates)], testContext, new Date())

  it('passes a cluster of kind', async () => {
    await serve((_request, response) => answerJson(response, 200, { ...list, items: [node] }))
    const { connection, nodes } = await connectKind(target())
    expect([connection.cluster, nodes.length]).toEqual(['oracle', 1])
    connection.close()
    expect(messageOf(await connection.send(pods, 'owner'))).toBe('503 the connection is closed')
  })

  it('refuses a cluster whose nodes are not kind\'s, and says who does not know the user', async () => {
    await serve((_request, response) => answerJson(response, 200, { ...list, items: [{ ...node, spec: {} }] }))
    await expect(connectKind(target())).rejects.toThrow('node oracle-control-plane does not carry the provider ID that kind gives (kind://PROVIDER/oracle/oracle-control-plane), but ""')
    await api.stop()
    await serve((_request, response) => answerJson(response, 401, { kind: 'Status', status: 'Failure', message: 'Unauthorized', code: 401 }))
    await expect(connectKind(target())).rejects.toThrow('the cluster of context kind-oracle does not know the user of the kubeconfig. Was the cluster created anew?')
  })
})
