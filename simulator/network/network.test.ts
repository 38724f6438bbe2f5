import { describe, expect, it } from 'vitest'
import { createCluster } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { KubeObject } from '../api/types.ts'
import type { LoadOnContainer } from '../workloads/program.ts'
import { combineLoads, nextStepMs, noRates, rateAt, ratesOf, totalsAt } from './flows.ts'
import { parseHttpUrl } from './url.ts'

describe('URLs', () => {
  it.each([
    ['http://web/predict', { scheme: 'http', host: 'web', port: 80, path: '/predict' }],
    ['https://web.ns.svc:8443', { scheme: 'https', host: 'web.ns.svc', port: 8443, path: '/' }],
    ['web:8080/a?b=c#d', { scheme: 'http', host: 'web', port: 8080, path: '/a?b=c' }],
    ['HTTPS://10.0.0.1?x=1', { scheme: 'https', host: '10.0.0.1', port: 443, path: '/?x=1' }],
    ['http://', undefined],
    ['ftp://web/', undefined],
  ])('%s', (text, expected) => {
    expect(parseHttpUrl(text)).toEqual(expected)
  })
})

describe('flows', () => {
  const flow = { id: 'f', namespace: 'default', startMs: 1000, request: { url: 'http://web/', method: 'GET', steps: [{ afterMs: 0, requestsPerSecond: 10 }, { afterMs: 5000, requestsPerSecond: 30 }], payloads: [], timeoutMs: 1000 } }

  it('have the rate of their step', () => {
    expect([rateAt(flow, 500), rateAt(flow, 1000), rateAt(flow, 5999), rateAt(flow, 6000)]).toEqual([0, 10, 10, 30])
    expect([nextStepMs(flow, 1000), nextStepMs(flow, 6000)]).toEqual([6000, undefined])
  })

  it('count along straight lines, the same in one stretch as in many', () => {
    const start = { atMs: 0, sent: 0, ok: 0, failed: 0, perStatus: {}, rates: { ...noRates, sent: 8, ok: 6, failed: 2, perStatus: { 200: 6, 503: 2 } } }
    const whole = totalsAt(start, 10_000)
    expect(whole).toMatchObject({ atMs: 10_000, sent: 80, ok: 60, failed: 20, perStatus: { 200: 60, 503: 20 } })
    expect(totalsAt(totalsAt(totalsAt(start, 2500), 2500), 10_000)).toEqual(whole)
  })

  it('without anybody behind them fail whole', () => {
    expect(ratesOf(12, [], 1000)).toEqual({ ...noRates, sent: 12, failed: 12 })
  })

  it('of several at one port add up, payloads weighted by rate', () => {
    const load = (requestsPerSecond: number, path: string, kilobytes: number): LoadOnContainer => ({ requestsPerSecond, path, payloads: [{ share: 1, kilobytes }] })
    expect(combineLoads([load(0, '/z', 1)])).toBeUndefined()
    expect(combineLoads([load(10, '/a', 1), load(30, '/b', 8), load(0, '/z', 1)])).toEqual({ requestsPerSecond: 40, path: '/b', payloads: [{ share: 0.25, kilobytes: 1 }, { share: 0.75, kilobytes: 8 }] })
  })
})

const admin = { name: 'admin', groups: ['system:masters'] }

function makeCluster(): Cluster {
  const cluster = createCluster({
    seed: 1, addOns: ['coredns'],
    nodes: [
      { name: 'cp-0', resources: { cpu: '4', memory: '8Gi' }, labels: { 'node-role.kubernetes.io/control-plane': '' } },
      { name: 'n1', resources: { cpu: '4', memory: '8Gi' } },
    ],
  })
  const api = cluster.clientFor(admin)
  const create = (resource: string, object: object): void => void api.create(resource, object as KubeObject)
  cluster.advanceTo(60_000)
  create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } })
  create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27-alpine', ports: [{ containerPort: 80 }] }] } })
  for (const [name, externalName] of [['alias', 'web.default.svc.cluster.local'], ['outside', 'example.com'], ['ring', 'ring.default.svc.cluster.local']]) {
    create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { type: 'ExternalName', externalName } })
  }
  create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'empty', namespace: 'default' }, spec: { selector: { app: 'nobody' }, ports: [{ port: 80 }] } })
  return cluster
}

function get(cluster: Cluster, url: string, namespace = 'default'): string {
  const result = cluster.components.network.send(namespace, { method: 'GET', url, headers: {}, body: '' }, 5000)
  return 'failure' in result ? result.failure : `${result.response.status} from ${result.podKey}`
}

describe('the pod network', () => {
  const cluster = makeCluster()
  const before = get(cluster, 'http://web/')
  cluster.advanceTo(120_000)

  it('refuses a Service without ready pods, and serves it when the endpoints have come', () => {
    expect(before).toBe('refused')
    expect(get(cluster, 'http://web/')).toBe('200 from default/web')
  })

  it.each([
    ['web.default', 'other', '200 from default/web'],
    ['web.default.svc', 'other', '200 from default/web'],
    ['web.default.svc.cluster.local', 'other', '200 from default/web'],
    ['web.default.svc.cluster.local.', 'other', '200 from default/web'],
    ['web', 'other', 'resolve'],
    ['nobody', 'default', 'resolve'],
    ['alias', 'default', '200 from default/web'],
    ['outside', 'default', 'resolve'],
    ['ring', 'default', 'resolve'],
    ['empty', 'default', 'refused'],
  ])('http://%s/ from namespace %s: %s', (host, namespace, expected) => {
    expect(get(cluster, `http://${host}/`, namespace)).toBe(expected)
  })

  it('tells a changed endpoint only after it has reached the proxies', () => {
    const copy = cluster.fork()
    copy.clientFor(admin).delete('pods', 'default/web', { gracePeriodSeconds: 0 })
    copy.advanceTo(copy.nowMs + 30_000)
    expect(get(copy, 'http://web/')).toBe('refused')
    expect(get(cluster, 'http://web/')).toBe('200 from default/web')
  })
})
