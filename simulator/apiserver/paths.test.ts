import { describe, expect, it } from 'vitest'
import { adminUser, createCluster } from '../cluster.ts'

const cluster = createCluster({ seed: 1 })
const jane = { name: 'jane', groups: ['system:authenticated'] }
const anonymous = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

describe('paths that are no resources', () => {
  it.each([
    ['/healthz', adminUser, 200], ['/version', jane, 200], ['/api', jane, 200], ['/apis/apps/v1', jane, 200], ['/openapi/v3/apis/apps/v1', jane, 200], ['/apis/none.example/v1', jane, 404],
    ['/metrics', jane, 403], ['/healthz', anonymous, 200], ['/apis', anonymous, 403],
  ])('%s is answered to %j with %d', (path, user, code) => {
    expect(cluster.requestPath({ user, verb: 'get', path }).code).toBe(code)
  })

  it('discovery names groups, their preferred versions, resources and subresources', () => {
    const { body } = cluster.requestPath({ user: jane, verb: 'get', path: '/apis', isAggregated: true })
    const { items } = body as { items: { metadata: { name?: string }; versions: { version: string; resources: { resource: string }[] }[] }[] }
    expect(items.find(({ metadata }) => metadata.name === 'autoscaling')!.versions.map(({ version }) => version)).toEqual(['v2', 'v1'])
    expect(items.find(({ metadata }) => metadata.name === 'apps')!.versions[0]!.resources.find(({ resource }) => resource === 'deployments')).toMatchObject({
      scope: 'Namespaced', shortNames: ['deploy'], subresources: [{ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } }, { subresource: 'status' }],
    })
  })

  it('an OpenAPI document has the schemas of its kinds, all that they name, and merge keys', () => {
    const document = cluster.requestPath({ user: jane, verb: 'get', path: '/openapi/v3/apis/apps/v1' }).body as { components: { schemas: { [name: string]: { properties: { [field: string]: object } } } } }
    const { schemas } = document.components
    expect(schemas['io.k8s.api.core.v1.PodSpec']!.properties['containers']).toMatchObject({ type: 'array', 'x-kubernetes-patch-merge-key': 'name', 'x-kubernetes-patch-strategy': 'merge' })
    const names = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)
    expect(names.filter((name) => schemas[name] === undefined)).toEqual([])
  })
})

describe('watches', () => {
  const watch = (query: object): ReturnType<typeof cluster.request> => cluster.request({ user: adminUser, verb: 'watch', group: '', version: 'v1', resource: 'namespaces', query })
  it('a streaming list tells what exists and ends with a bookmark', () => {
    const answer = watch({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true })
    const frames = cluster.readStream('streamId' in answer ? answer.streamId : '')
    expect(frames.map((frame) => (frame.kind === 'watch' ? frame.type : frame.kind))).toEqual(['ADDED', 'ADDED', 'ADDED', 'ADDED', 'BOOKMARK'])
    expect(frames.at(-1)).toMatchObject({ object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } })
  })

  it.each([
    [{ sendInitialEvents: true }, 422], [{ resourceVersionMatch: 'NotOlderThan' }, 422], [{ resourceVersion: 'x' }, 400], [{ resourceVersion: '99999999' }, 504],
  ])('options %j are refused with %d', (query, code) => {
    expect(watch(query).code).toBe(code)
  })
})

describe('lists in pages', () => {
  const list = (query: object): { metadata: { continue?: string; remainingItemCount?: number }; items: { metadata: { name: string } }[] } => {
    const answer = cluster.request({ user: adminUser, verb: 'list', group: '', version: 'v1', resource: 'namespaces', query })
    return ('body' in answer ? answer.body : undefined) as ReturnType<typeof list>
  }

  it('every object comes once, also when others come and go in between', () => {
    const first = list({ limit: 2 })
    expect([first.items.map(({ metadata }) => metadata.name), first.metadata.remainingItemCount]).toEqual([['default', 'kube-node-lease'], 2])
    cluster.request({ user: adminUser, verb: 'create', group: '', version: 'v1', resource: 'namespaces', body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'alpha' } } })
    const second = list({ limit: 2, continue: first.metadata.continue })
    expect([second.items.map(({ metadata }) => metadata.name), second.metadata.continue]).toEqual([['kube-public', 'kube-system'], undefined])
  })

  it('a selected list does not count what is left', () => {
    expect(list({ limit: 1, labelSelector: 'kubernetes.io/metadata.name' }).metadata).toEqual({ resourceVersion: expect.any(String), continue: expect.any(String) })
  })
})
