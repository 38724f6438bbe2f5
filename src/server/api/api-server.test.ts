import { createPrivateKey } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import type { IncomingHttpHeaders, RequestOptions } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCluster } from '../../../simulator/index.ts'
import type { ApiRequest, Cluster, Pod } from '../../../simulator/index.ts'
import { makeSecrets } from './accounts.ts'
import type { Secrets } from './accounts.ts'
import { ApiHttpServer } from './api-server.ts'
import { makeCertificates } from './certificates.ts'
import type { Certificates } from './certificates.ts'
import { clusterOf, Desk, replay } from './desk.ts'
import { Journal } from './journal.ts'
import { decodeObject, encodeObject } from './protobuf.ts'

interface Answer { readonly code: number; readonly headers: IncomingHttpHeaders; readonly text: string; readonly bytes: Buffer }

const secrets: Secrets = makeSecrets([{ name: 'kubernetes-admin', groups: ['system:masters'] }, { name: 'jane', groups: [] }])
const [admin, jane] = secrets.accounts.map(({ token }) => token)
const protobuf = 'application/vnd.kubernetes.protobuf'
const maps = '/api/v1/namespaces/default/configmaps'
let certificates: Certificates
let server: ApiHttpServer

function newNodes(): Cluster {
  return createCluster({ seed: 1, nodes: [{ name: 'n', resources: { cpu: '4', memory: '8Gi', pods: '110' } }] })
}

function newCluster(): Cluster {
  const cluster = createCluster({ seed: 1 })
  cluster.advanceTo(1000)
  return cluster
}

interface Call { readonly token?: string; readonly tls?: { readonly cert: string; readonly key: string }; readonly body?: string | Uint8Array; readonly headers?: RequestOptions['headers']; readonly until?: (text: string) => boolean }

function call(method: string, path: string, { token = admin, tls, body, headers = {}, until }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ host: '127.0.0.1', port: server.port, ca: certificates.authority, ...tls, method, path, headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers } }, (response) => {
      const chunks: Buffer[] = []
      const finish = (): void => resolve({ code: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString(), bytes: Buffer.concat(chunks) })
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (until?.(Buffer.concat(chunks).toString()) !== true) return
        finish()
        request.destroy()
      })
      response.on('end', finish)
      response.on('error', () => undefined)
    })
    request.on('error', reject)
    request.end(body)
  })
}

const configMap = (name: string, data: object = { a: '1' }): string => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })

beforeAll(async () => {
  certificates = makeCertificates(Date.now())
  server = new ApiHttpServer({ cluster: newCluster(), certificates, secrets, port: 0, speed: 0 })
  await server.start()
})
afterAll(() => server.stop())

describe('the API over HTTPS', () => {
  it.each([
    ['nobody is anonymous', '', '/api/v1/pods', 403], ['a wrong token is refused', 'wrong', '/api/v1/pods', 401], ['a user without a role is refused', jane, '/api/v1/pods', 403],
    ['health is open', '', '/healthz', 200], ['discovery is for users', jane, '/apis', 200], ['an unknown path', admin, '/apis/none/v1/things', 404], ['an unknown name', admin, `${maps}/none`, 404],
  ])('%s', async (_name, token, path, code) => {
    const answer = await call('GET', path, { token })
    expect(answer.code).toBe(code)
    if (code >= 400) expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', status: 'Failure', code })
  })

  it('an administrator may act as another user, others may not', async () => {
    const asJane = { 'impersonate-user': 'jane' }
    expect((await call('GET', '/api/v1/pods', { headers: asJane })).text).toContain('User \\"jane\\" cannot list resource')
    expect((await call('GET', '/api/v1/pods', { token: jane, headers: { 'impersonate-user': 'kubernetes-admin' } })).text).toContain('cannot impersonate resource')
  })

  it('objects are made, read, patched and deleted', async () => {
    expect((await call('POST', maps, { body: configMap('one') })).code).toBe(201)
    expect((await call('POST', maps, { body: configMap('one') })).code).toBe(409)
    const patched = await call('PATCH', `${maps}/one`, { body: '{"data":{"b":"2"}}', headers: { 'content-type': 'application/merge-patch+json' } })
    expect(JSON.parse(patched.text)).toMatchObject({ data: { a: '1', b: '2' } })
    const list = JSON.parse((await call('GET', maps)).text) as { kind: string; items: { kind?: string }[] }
    expect([list.kind, list.items[0]!.kind]).toEqual(['ConfigMapList', undefined])
    expect((await call('DELETE', `${maps}/one`)).code).toBe(200)
  })

  it('the same object speaks JSON, protobuf, YAML, Table and metadata', async () => {
    const made = await call('POST', maps, { body: Buffer.from(encodeObject(JSON.parse(configMap('forms')) as { kind: string })), headers: { 'content-type': protobuf, accept: protobuf } })
    expect([made.code, made.headers['content-type']]).toEqual([201, protobuf])
    expect(decodeObject(made.bytes)).toMatchObject({ object: { kind: 'ConfigMap', metadata: { name: 'forms' }, data: { a: '1' } } })
    const get = async (accept: string): Promise<Answer> => call('GET', `${maps}/forms`, { headers: { accept } })
    expect((await get('application/yaml')).text).toContain('kind: ConfigMap')
    expect(JSON.parse((await get('application/json;as=Table;v=v1;g=meta.k8s.io')).text)).toMatchObject({ kind: 'Table', rows: [{ cells: ['forms', 1, '0s'] }] })
    expect(JSON.parse((await get('application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io')).text)).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'forms' } })
    expect((await get('text/html')).code).toBe(406)
  })

  it.each([
    ['a body that is no JSON', 'POST', '{"kind":', 'application/json', 400], ['a body of another type', 'POST', 'x', 'text/plain', 415], ['a patch of another type', 'PATCH', '{}', 'application/json', 415],
    ['a body over 3 MiB', 'POST', configMap('big', { a: 'x'.repeat(3 * 1024 * 1024) }), 'application/json', 413],
    ['a body that is nested too deep', 'POST', '{"a":'.repeat(60_000), 'application/json', 400],
    ['protobuf that is none', 'POST', 'nonsense', protobuf, 400], ['a method without a meaning', 'PUT', configMap('one'), 'application/json', 405],
  ])('bad input has its code: %s', async (_name, method, body, type, code) => {
    const path = method === 'PATCH' ? `${maps}/kube-root-ca.crt` : maps
    const answer = await call(method, path, { body, headers: { 'content-type': type } })
    expect(answer.code).toBe(code)
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', code })
  })

  it('OpenAPI tells what fields mean', async () => {
    const { components } = JSON.parse((await call('GET', '/openapi/v3/apis/apps/v1')).text) as { components: { schemas: { [name: string]: { properties: { [field: string]: { description?: string } } } } } }
    expect(components.schemas['io.k8s.api.apps.v1.DeploymentSpec']!.properties['replicas']!.description).toContain('Number of desired pods')
    expect(components.schemas['io.k8s.api.core.v1.Container']!.properties['image']!.description).toContain('Container image name')
  })

  it('a dry run is All or refused, and stores nothing', async () => {
    const body = configMap('dry')
    expect([(await call('POST', `${maps}?dryRun=All`, { body })).code, (await call('POST', `${maps}?dryRun=Some`, { body })).code, (await call('GET', `${maps}/dry`)).code]).toEqual([201, 422, 404])
  })

  it('a watch tells what exists, then what changes, each as a line', async () => {
    const watching = call('GET', `${maps}?watch=true&fieldSelector=metadata.name%3Dwatched`, { until: (text) => text.includes('DELETED') })
    await call('POST', maps, { body: configMap('watched') })
    await call('DELETE', `${maps}/watched`)
    const lines = (await watching).text.trim().split('\n').map((line) => JSON.parse(line) as { type: string; object: { metadata: { name: string } } })
    expect(lines.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(['ADDED watched', 'DELETED watched'])
  })

  it('a watch of Events tells what components record', async () => {
    const watching = call('GET', '/api/v1/namespaces/default/events?watch=true', { until: (text) => /"name":"nowhere"[^\n]*FailedScheduling[^\n]*\n/.test(text) })
    await call('POST', '/api/v1/namespaces/default/pods', { body: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'nowhere' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }) })
    await call('POST', '/podflight/advance?seconds=5')
    const events = (await watching).text.trim().split('\n').map((line) => JSON.parse(line) as { object: { reason: string; involvedObject: { name: string } } })
    expect(events.filter(({ object }) => object.involvedObject.name === 'nowhere').map(({ object }) => object.reason)).toEqual(['FailedScheduling'])
  })

  it('a watch ends after the seconds that it asked for', async () => {
    const rv = String(server.desk.cluster.resourceVersion)
    expect((await call('GET', `${maps}?watch=true&timeoutSeconds=1&resourceVersion=${rv}`)).text).toBe('')
  })

  it('the scale of a Deployment is replaced, and a body that is no object is refused', async () => {
    const deployments = '/apis/apps/v1/namespaces/default/deployments'
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }
    await call('POST', deployments, { body: JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } }) })
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd', namespace: 'default' }, spec: { replicas: 3 } }
    expect(JSON.parse((await call('PUT', `${deployments}/d/scale`, { body: JSON.stringify(scale) })).text)).toMatchObject({ spec: { replicas: 3 } })
    expect((await call('PUT', `${deployments}/d/scale`, { body: '"text"' })).code).toBe(400)
  })

  it('only administrators move time', async () => {
    expect((await call('POST', '/podflight/advance?seconds=60', { token: jane })).code).toBe(403)
    const before = server.desk.cluster.nowMs
    expect((await call('POST', '/podflight/advance?seconds=60')).code).toBe(200)
    expect(server.desk.cluster.nowMs).toBe(before + 60_000)
    expect((await call('POST', '/podflight/advance?seconds=-1')).code).toBe(400)
  })

  it('a token of a service account works until the account is gone', async () => {
    const made = await call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { body: '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}' })
    const { token } = (JSON.parse(made.text) as { status: { token: string } }).status
    expect((await call('GET', '/api/v1/pods', { token })).text).toContain('system:serviceaccount:default:default')
    expect((await call('GET', '/api/v1/pods', { token: `${token}x` })).code).toBe(401)
  })

  it('a certificate counts if the cluster has issued it, and no other does', async () => {
    const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests'
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: Uint8Array.of(1, 0, 1), modulusLength: 2048 }
    const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
    const key = createPrivateKey({ key: Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)), format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }) as string
    const asked = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=ann,O=devs', keys, signingAlgorithm: algorithm })
    const request = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'ann' }, spec: { request: Buffer.from(asked.toString('pem')).toString('base64'), signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] } }
    const made = JSON.parse((await call('POST', requests, { body: JSON.stringify(request) })).text) as object
    const approved = { ...made, status: { conditions: [{ type: 'Approved', status: 'True', reason: 'x', message: 'x' }] } }
    await call('PUT', `${requests}/ann/approval`, { body: JSON.stringify(approved) })
    await call('POST', '/podflight/advance?seconds=5')
    const { status } = JSON.parse((await call('GET', `${requests}/ann`)).text) as { status: { certificate: string } }
    const whoAmI = { token: '', body: '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}' }
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
    expect((await call('POST', path, { ...whoAmI, tls: { key, cert: Buffer.from(status.certificate, 'base64').toString() } })).text).toContain('"username":"ann"')
    expect((await call('POST', path, { ...whoAmI, tls: { key: certificates.key, cert: certificates.certificate } })).code).toBe(401)
  })

  it('a client that sends half a request disturbs nobody', async () => {
    const socket = connect({ host: '127.0.0.1', port: server.port, ca: certificates.authority })
    socket.on('error', () => undefined)
    socket.write(`POST ${maps} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${admin}\r\nContent-Length: 100\r\n\r\n{`)
    expect((await call('GET', '/healthz')).text).toBe('ok')
    socket.destroy()
    expect((await call('GET', '/readyz')).code).toBe(200)
  })
})

describe('a journal', () => {
  it('with a keyframe brings back the same cluster, which goes on alike', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'podflight-keyframe-'))
    const journal = new Journal(folder)
    const user = { name: 'kubernetes-admin', groups: ['system:masters'] }
    const make = (name: string): ApiRequest => ({ user, verb: 'create', group: '', version: 'v1', resource: 'pods', namespace: 'default', body: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [{ name: 'c', image: 'nginx' }] } }), contentType: 'application/json' })
    const first = new ApiHttpServer({ cluster: clusterOf(journal, newNodes), certificates, secrets, port: 0, speed: 0, journal })
    await first.start()
    first.desk.run(make('a'))
    first.desk.cluster.advanceTo(30_000)
    await first.stop()
    const again = new Journal(folder)
    const second = new Desk(clusterOf(again, () => { throw new Error('the keyframe was not used') }), again)
    const played = newNodes()
    replay(played, again)
    for (const cluster of [second.cluster, played]) {
      cluster.advanceTo(60_000)
      cluster.request(make('b'))
      cluster.advanceTo(90_000)
    }
    expect(second.cluster.peekOne<Pod>('pods', 'default/b')!.status!.phase).toBe('Running')
    expect(second.cluster.traceHash).toBe(played.traceHash)
  })

  it('brings back every write and the cluster as it was', () => {
    const folder = mkdtempSync(join(tmpdir(), 'podflight-journal-'))
    const journal = new Journal(folder)
    const first = new ApiHttpServer({ cluster: newCluster(), certificates, secrets, port: 0, speed: 0, journal }).desk
    const user = { name: 'kubernetes-admin', groups: ['system:masters'] }
    for (const name of ['a', 'b', 'c']) first.run({ user, verb: 'create', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', body: configMap(name), contentType: 'application/json' })
    first.cluster.advanceTo(5000)
    first.run({ user, verb: 'delete', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'b' })
    first.run({ user, verb: 'list', group: '', version: 'v1', resource: 'configmaps' })
    first.settle()
    const again = newCluster()
    replay(again, new Journal(folder))
    expect([again.nowMs, again.traceHash]).toEqual([5000, first.cluster.traceHash])
    expect(again.peekOne('configmaps', 'default/b')).toBeUndefined()
    expect([...journal.entries()].length).toBe(4)
  })
})
