import { describe, expect, it } from 'vitest'
import type { ApiAnswer, ApiRequest, KubeList, StreamFrame, UserInfo } from '../api/request.ts'
import type { KubeObject, Pod, Service, Status } from '../api/types.ts'
import { createCluster } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'

const admin: UserInfo = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
const visitor: UserInfo = { name: 'eve', groups: ['system:authenticated'] }

type Call = Partial<ApiRequest> & Pick<ApiRequest, 'verb' | 'resource'>

function emptyCluster(): Cluster {
  return createCluster({ seed: 1, kubelet: 'scripted', hasScheduler: false, controllers: [] })
}

function ask<T = KubeObject>(cluster: Cluster, call: Call): ApiAnswer<T> {
  const response = cluster.request({ user: admin, group: '', version: 'v1', namespace: 'default', ...call })
  if ('streamId' in response) throw new Error('a stream was not expected')
  return response as ApiAnswer<T>
}

/** Code and message of a refusal, or the code alone. */
function said(answer: ApiAnswer<unknown>): string {
  const { message } = answer.body as Status
  return message === undefined ? String(answer.code) : `${answer.code} ${message}`
}

function configMap(name: string, data: { [key: string]: string } = {}, more: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more }, data } as unknown as KubeObject
}

function podBody(metadata: object, more: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...more } } as unknown as KubeObject
}

const put = (cluster: Cluster, resource: string, body: KubeObject, more: Partial<ApiRequest> = {}): ApiAnswer<KubeObject> => ask(cluster, { verb: 'create', resource, body, ...more })
const names = (answer: ApiAnswer<KubeList>): string[] => answer.body.items.map((item) => item.metadata.name ?? '')

describe('objects over the API', () => {
  it('are created, read, replaced, patched and deleted, with the codes of the real one', () => {
    const cluster = emptyCluster()
    expect(put(cluster, 'configmaps', configMap('a', { x: '1' })).code).toBe(201)
    const read = ask(cluster, { verb: 'get', resource: 'configmaps', name: 'a' })
    expect(read.body).toMatchObject({ metadata: { namespace: 'default', creationTimestamp: '2026-01-05T09:00:00Z' }, data: { x: '1' } })
    expect(ask(cluster, { verb: 'update', resource: 'configmaps', name: 'a', body: { ...read.body, data: { x: '2' } } as unknown as KubeObject }).code).toBe(200)
    const patched = ask(cluster, { verb: 'patch', resource: 'configmaps', name: 'a', body: { data: { y: '3' } }, contentType: 'application/merge-patch+json' })
    expect([patched.code, (patched.body as unknown as { data: unknown }).data]).toEqual([200, { x: '2', y: '3' }])
    expect(ask(cluster, { verb: 'delete', resource: 'configmaps', name: 'a' }).code).toBe(200)
    expect(said(ask(cluster, { verb: 'get', resource: 'configmaps', name: 'a' }))).toBe('404 configmaps "a" not found')
  })

  it.each<[string, Call, string]>([
    ['a second of the name', { verb: 'create', resource: 'configmaps', body: configMap('a') }, '409 configmaps "a" already exists'],
    ['a missing object', { verb: 'delete', resource: 'configmaps', name: 'b' }, '404 configmaps "b" not found'],
    ['a missing deployment', { verb: 'get', group: 'apps', resource: 'deployments', name: 'b' }, '404 deployments.apps "b" not found'],
    ['a missing namespace', { verb: 'create', resource: 'configmaps', namespace: 'nowhere', body: configMap('b') }, '404 namespaces "nowhere" not found'],
    ['a stale version', { verb: 'update', resource: 'configmaps', name: 'a', body: configMap('a', {}, { resourceVersion: '1' }) }, '409 Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again'],
    ['a user without rights', { verb: 'list', resource: 'pods', user: visitor }, '403 pods is forbidden: User "eve" cannot list resource "pods" in API group "" in the namespace "default"'],
    ['a cluster-wide read without rights', { verb: 'get', resource: 'nodes', name: 'n', namespace: undefined, user: visitor }, '403 nodes "n" is forbidden: User "eve" cannot get resource "nodes" in API group "" at the cluster scope'],
  ])('refuse %s in the words of the real one', (_what, call, expected) => {
    const cluster = emptyCluster()
    put(cluster, 'configmaps', configMap('a'))
    expect(said(ask(cluster, call))).toBe(expected)
  })

  it('a dry run answers as if and stores nothing', () => {
    const cluster = emptyCluster()
    const before = cluster.traceHash
    expect(put(cluster, 'configmaps', configMap('a'), { query: { dryRun: 'All' } }).code).toBe(201)
    expect([ask(cluster, { verb: 'get', resource: 'configmaps', name: 'a' }).code, cluster.traceHash]).toEqual([404, before])
  })

  it('one more pod of a prefix renames nothing else', () => {
    const make = (extra: boolean): string[] => {
      const cluster = emptyCluster()
      put(cluster, 'serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } })
      const prefixes = ['web-', 'web-', ...(extra ? ['other-'] : []), 'web-', 'job-']
      return prefixes.map((generateName) => put(cluster, 'pods', podBody({ generateName })).body.metadata.name ?? '').filter((name) => !name.startsWith('other-'))
    }
    const made = make(false)
    expect(made.every((name) => /^(web|job)-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(name)) && new Set(made).size === made.length).toBe(true)
    expect(make(true)).toEqual(made)
  })
})

describe('lists', () => {
  function withMaps(): Cluster {
    const cluster = emptyCluster()
    for (const [i, name] of ['d', 'b', 'a', 'c'].entries()) put(cluster, 'configmaps', configMap(name, {}, { labels: { tier: i < 2 ? 'x' : 'y' } }))
    return cluster
  }

  it('are sorted by name and filtered by labels and fields', () => {
    const cluster = withMaps()
    const list = (query: ApiRequest['query']): string[] => names(ask<KubeList>(cluster, { verb: 'list', resource: 'configmaps', query }))
    expect(list({})).toEqual(['a', 'b', 'c', 'd'])
    expect([list({ labelSelector: 'tier=x' }), list({ labelSelector: 'tier notin (x)' }), list({ fieldSelector: 'metadata.name!=a' })]).toEqual([['b', 'd'], ['a', 'c'], ['b', 'c', 'd']])
  })

  it('come in pieces with limit and continue', () => {
    const cluster = withMaps()
    const first = ask<KubeList>(cluster, { verb: 'list', resource: 'configmaps', query: { limit: 3 } })
    expect([names(first), first.body.metadata.remainingItemCount]).toEqual([['a', 'b', 'c'], 1])
    const rest = ask<KubeList>(cluster, { verb: 'list', resource: 'configmaps', query: { limit: 3, continue: first.body.metadata.continue } })
    expect([names(rest), rest.body.metadata.continue ?? '']).toEqual([['d'], ''])
  })
})

describe('watches', () => {
  function open(cluster: Cluster, query: ApiRequest['query']): string {
    const response = cluster.request({ user: admin, verb: 'watch', group: '', version: 'v1', resource: 'configmaps', namespace: 'default', query })
    if (!('streamId' in response)) throw new Error('no stream')
    return response.streamId
  }
  const told = (frames: readonly StreamFrame[]): string[] => frames.map((frame) => (frame.kind === 'watch' ? `${frame.type} ${(frame.object as KubeObject).metadata.name ?? (frame.object as Status).message}` : frame.kind))

  it('tell each change once and in order, also objects that begin or cease to match', () => {
    const cluster = emptyCluster()
    const all = open(cluster, { resourceVersion: String(cluster.resourceVersion) })
    const some = open(cluster, { resourceVersion: String(cluster.resourceVersion), labelSelector: 'on=1' })
    put(cluster, 'configmaps', configMap('a'))
    const label = (on: string | null): unknown => ask(cluster, { verb: 'patch', resource: 'configmaps', name: 'a', body: { metadata: { labels: { on } } }, contentType: 'application/merge-patch+json' })
    label('1')
    expect(told(cluster.readStream(all))).toEqual(['ADDED a', 'MODIFIED a'])
    label(null)
    ask(cluster, { verb: 'delete', resource: 'configmaps', name: 'a' })
    expect(told(cluster.readStream(all))).toEqual(['MODIFIED a', 'DELETED a'])
    expect(told(cluster.readStream(some))).toEqual(['ADDED a', 'DELETED a'])
    expect(cluster.readStream(all)).toEqual([])
  })

  it('from a version that is forgotten end with 410 Expired', () => {
    const cluster = emptyCluster()
    const from = cluster.resourceVersion
    put(cluster, 'configmaps', configMap('a'))
    for (let i = 0; i < 8300; i++) ask(cluster, { verb: 'patch', resource: 'configmaps', name: 'a', body: { data: { i: String(i) } }, contentType: 'application/merge-patch+json' })
    const frames = cluster.readStream(open(cluster, { resourceVersion: String(from) }))
    expect(frames[0]).toMatchObject({ kind: 'watch', type: 'ERROR', object: { reason: 'Expired', code: 410, message: `too old resource version: ${from} (${cluster.resourceVersion})` } })
  })
})

describe('deletion', () => {
  it('waits for finalizers', () => {
    const cluster = emptyCluster()
    put(cluster, 'configmaps', configMap('a', {}, { finalizers: ['example.com/hold'] }))
    ask(cluster, { verb: 'delete', resource: 'configmaps', name: 'a' })
    expect(ask(cluster, { verb: 'get', resource: 'configmaps', name: 'a' }).body.metadata.deletionTimestamp).toBeDefined()
    ask(cluster, { verb: 'patch', resource: 'configmaps', name: 'a', body: { metadata: { finalizers: null } }, contentType: 'application/merge-patch+json' })
    expect(ask(cluster, { verb: 'get', resource: 'configmaps', name: 'a' }).code).toBe(404)
  })

  it('of a pod on a node is graceful, of a pod on none immediate', () => {
    const cluster = emptyCluster()
    put(cluster, 'serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } })
    put(cluster, 'pods', podBody({ name: 'bound' }, { nodeName: 'n1' }))
    put(cluster, 'pods', podBody({ name: 'free' }))
    for (const name of ['bound', 'free']) ask(cluster, { verb: 'delete', resource: 'pods', name })
    const bound = ask<Pod>(cluster, { verb: 'get', resource: 'pods', name: 'bound' })
    expect([bound.body.metadata.deletionGracePeriodSeconds, bound.body.metadata.deletionTimestamp]).toEqual([30, '2026-01-05T09:00:30Z'])
    expect(ask(cluster, { verb: 'get', resource: 'pods', name: 'free' }).code).toBe(404)
    ask(cluster, { verb: 'delete', resource: 'pods', name: 'bound', query: { gracePeriodSeconds: 0 } })
    expect(ask(cluster, { verb: 'get', resource: 'pods', name: 'bound' }).code).toBe(404)
  })

  it.each<['Background' | 'Foreground' | 'Orphan', string[]]>([['Background', []], ['Foreground', ['foregroundDeletion']], ['Orphan', ['orphan']]])('with propagation %s leaves the finalizers %j', (propagationPolicy, finalizers) => {
    const cluster = emptyCluster()
    put(cluster, 'configmaps', configMap('a'))
    ask(cluster, { verb: 'delete', resource: 'configmaps', name: 'a', query: { propagationPolicy } })
    const left = ask(cluster, { verb: 'get', resource: 'configmaps', name: 'a' })
    expect(left.code === 404 ? [] : left.body.metadata.finalizers).toEqual(finalizers)
  })
})

describe('what the server gives out', () => {
  it('cluster IPs and node ports are unique, and a taken one is refused', () => {
    const cluster = emptyCluster()
    const service = (name: string, more: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type: 'NodePort', ports: [{ port: 80, ...more }] } }) as unknown as KubeObject
    const made = Array.from({ length: 40 }, (_, i) => put(cluster, 'services', service(`s${i}`)).body as Service)
    expect(new Set(made.map((each) => each.spec.clusterIP)).size).toBe(40)
    const ports = made.map((each) => each.spec.ports?.[0].nodePort ?? 0)
    expect([new Set(ports).size, ports.every((port) => port >= 30000 && port <= 32767)]).toEqual([40, true])
    expect(said(put(cluster, 'services', service('twice', { nodePort: ports[0] })))).toBe(`422 Service "twice" is invalid: spec.ports[0].nodePort: Invalid value: ${ports[0]}: provided port is already allocated`)
  })

  it('a Service gets a node port when its type begins to need one, and loses it when it does not', () => {
    const cluster = emptyCluster()
    put(cluster, 'services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } } as unknown as KubeObject)
    const portAs = (type: string): number | undefined => {
      const answer = ask<Service>(cluster, { verb: 'patch', resource: 'services', name: 'web', body: { spec: { type } }, contentType: 'application/merge-patch+json' })
      return answer.body.spec.ports?.[0].nodePort
    }
    expect([portAs('NodePort') ?? 0, portAs('ClusterIP')]).toEqual([expect.toSatisfy((port: number) => port >= 30000 && port <= 32767), undefined])
  })

  it('an eviction that a budget forbids is told with 429', () => {
    const cluster = createCluster({ seed: 1, nodes: [{ name: 'n1', resources: { cpu: '2', memory: '4Gi' } }] })
    cluster.advanceTo(5000)
    put(cluster, 'poddisruptionbudgets', { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } } } as unknown as KubeObject, { group: 'policy' })
    put(cluster, 'pods', podBody({ name: 'p', labels: { app: 'a' } }))
    cluster.advanceTo(60_000)
    const answer = put(cluster, 'pods', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } }, { name: 'p', subresource: 'eviction' })
    expect(said(answer)).toBe("429 Cannot evict pod as it would violate the pod's disruption budget.")
    expect((answer.body as unknown as Status).details?.causes?.[0].message).toBe('The disruption budget b needs 1 healthy pods and has 1 currently')
  })

  it('a quota is charged and refuses what would exceed it', () => {
    const cluster = emptyCluster()
    put(cluster, 'resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { configmaps: '1' } }, status: { hard: { configmaps: '1' }, used: { configmaps: '0' } } } as unknown as KubeObject)
    const quota = ask(cluster, { verb: 'get', resource: 'resourcequotas', name: 'q' }).body
    ask(cluster, { verb: 'update', resource: 'resourcequotas', name: 'q', subresource: 'status', body: { ...quota, status: { hard: { configmaps: '1' }, used: { configmaps: '0' } } } as unknown as KubeObject })
    expect(put(cluster, 'configmaps', configMap('a')).code).toBe(201)
    expect(said(put(cluster, 'configmaps', configMap('b')))).toBe('403 configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1')
  })
})
