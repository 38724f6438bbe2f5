import { request as httpsRequest } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { adminUser, createCluster } from '../../../simulator/cluster.ts'
import type { Cluster, KubeObject } from '../../../simulator/index.ts'
import { makeSecrets } from './accounts.ts'
import { ApiHttpServer } from './api-server.ts'
import { makeCertificates } from './certificates.ts'

const certificates = makeCertificates(Date.now())
const secrets = makeSecrets([{ name: 'kubernetes-admin', groups: ['system:masters'] }, { name: 'jane', groups: [] }])
const [admin = '', jane = ''] = secrets.accounts.map(({ token }) => token)
const inDefault = '/api/v1/namespaces/default'
let cluster: Cluster
let server: ApiHttpServer

interface Answer { readonly code: number; readonly location?: string; readonly text: string }

function get(path: string, token = admin, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host: '127.0.0.1', port: server.port, ca: certificates.authority, method, path, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => { text += chunk.toString() })
      response.on('end', () => resolve({ code: response.statusCode ?? 0, location: response.headers.location, text }))
    })
    request.on('error', reject)
    request.end()
  })
}

beforeAll(async () => {
  cluster = createCluster({ seed: 1, nodes: [{ name: 'n', resources: { cpu: '4', memory: '8Gi', pods: '110' } }] })
  const client = cluster.clientFor(adminUser)
  const labels = { app: 'web' }
  const objects: readonly (readonly [string, unknown])[] = [
    ['pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels }, spec: { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80, name: 'http' }] }] } }],
    ['services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: labels, ports: [{ name: 'www', port: 8080, targetPort: 'http' }] } }],
    ['services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'empty', namespace: 'default' }, spec: { selector: { app: 'none' }, ports: [{ port: 80 }] } }],
  ]
  cluster.advanceTo(10_000)
  for (const [resource, object] of objects) expect(client.create(resource, object as KubeObject)).toMatchObject({ ok: true })
  cluster.advanceTo(60_000)
  server = new ApiHttpServer({ cluster, certificates, secrets, port: 0, speed: 0 })
  await server.start()
})
afterAll(() => server.stop())

describe('the proxy into the cluster', () => {
  it.each([
    ['a pod', `${inDefault}/pods/web/proxy/`, 200, 'Welcome to nginx'], ['a pod with its port', `${inDefault}/pods/web:80/proxy/`, 200, 'Welcome to nginx'], ['a path that the program does not have', `${inDefault}/pods/web/proxy/none`, 404, '404'],
    ['a port where nothing listens', `${inDefault}/pods/web:81/proxy/`, 503, 'connect: connection refused'], ['a service', `${inDefault}/services/web/proxy/`, 200, 'Welcome to nginx'], ['a service with the name of its port', `${inDefault}/services/web:www/proxy/`, 200, 'Welcome to nginx'],
    ['a service with its scheme and the number of its port', `${inDefault}/services/http:web:8080/proxy/`, 200, 'Welcome to nginx'], ['a service without endpoints', `${inDefault}/services/empty/proxy/`, 503, 'no endpoints available for service \\"empty\\"'],
    ['a service that is not there', `${inDefault}/services/none/proxy/`, 404, 'services \\"none\\" not found'], ['the health of a kubelet', '/api/v1/nodes/n/proxy/healthz', 200, 'ok'], ['the pods of a kubelet', '/api/v1/nodes/n/proxy/pods', 200, '"PodList"'],
  ])('%s', async (_name, path, code, text) => {
    const answer = await get(path)
    expect([answer.code, answer.text]).toEqual([code, expect.stringContaining(text)])
  })

  it('leads to the path with a slash, as relative links need it', async () => {
    expect(await get(`${inDefault}/pods/web/proxy?a=b`)).toMatchObject({ code: 301, location: `${inDefault}/pods/web/proxy/?a=b` })
  })

  it('asks for the right to use it', async () => {
    expect(await get(`${inDefault}/pods/web/proxy/`, jane)).toMatchObject({ code: 403, text: expect.stringContaining('pods/proxy') as string })
  })
})

describe('a watch over WebSocket', () => {
  it('sends one message for each event', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${server.port}${inDefault}/configmaps?watch=1&fieldSelector=metadata.name%3Dseen`, { ca: certificates.authority, headers: { authorization: `Bearer ${admin}` } })
    const first = new Promise<string>((resolve, reject) => {
      socket.on('message', (data: Buffer) => resolve(data.toString()))
      socket.on('error', reject)
      socket.on('open', () => {
        cluster.clientFor(adminUser).create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen', namespace: 'default' } } as KubeObject)
        void get('/healthz').then(() => get('/podflight/advance?seconds=1', admin, 'POST'))
      })
    })
    expect(JSON.parse(await first)).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'seen' } } })
    socket.close()
  })

  it('is refused before the upgrade where there is no right to it', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${server.port}/api/v1/secrets?watch=1`, { ca: certificates.authority, headers: { authorization: `Bearer ${jane}` } })
    const code = await new Promise<number | undefined>((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
      socket.on('error', () => undefined)
    })
    expect(code).toBe(403)
    socket.terminate()
  })
})
