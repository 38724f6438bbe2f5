import { describe, expect, test } from 'vitest'
import type { ApiRequest, KubeList } from './api/request.ts'
import { isStream } from './api/request.ts'
import type { KubeObject } from './api/types.ts'
import { createCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'

const admin = { name: 'admin', groups: ['system:masters', 'system:authenticated'] }
const definitions = { user: admin, group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' } as const
const runs = { user: admin, group: 'example.com', version: 'v1', resource: 'runs', namespace: 'default' } as const

function definition(plural: string, kind: string): object {
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { replicas: { type: 'integer', default: 1 } } }, status: { type: 'object', properties: { replicas: { type: 'integer' } } } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind, shortNames: ['rn'] }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } } }] },
  }
}

function ask(cluster: Cluster, request: ApiRequest): { code: number; body: KubeObject } {
  const response = cluster.request(request)
  return isStream(response) ? { code: response.code, body: {} as KubeObject } : { code: response.code, body: response.body as KubeObject }
}

function run(name: string, metadata: object = {}): object {
  return { apiVersion: 'example.com/v1', kind: 'Run', metadata: { name, ...metadata }, spec: {} }
}

/** A cluster with one definition, a second later. */
function served(): Cluster {
  const cluster = createCluster({ seed: 1, hasScheduler: false, controllers: [] })
  expect(ask(cluster, { ...definitions, verb: 'create', body: definition('runs', 'Run') as never }).code).toBe(201)
  cluster.advanceTo(1000)
  return cluster
}

function conditionsOf({ status }: KubeObject): string[] {
  return (status as { conditions: { type: string; status: string; reason: string }[] }).conditions.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`)
}

describe('a definition that somebody applies', () => {
  test('is established and serves its kind', () => {
    const cluster = served()
    expect(conditionsOf(ask(cluster, { ...definitions, verb: 'get', name: 'runs.example.com' }).body)).toEqual(['NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted'])
    expect(ask(cluster, { ...runs, verb: 'create', body: run('a') as never }).body.spec).toEqual({ replicas: 1 })
    const scaled = ask(cluster, { ...runs, verb: 'patch', name: 'a', subresource: 'scale', contentType: 'application/merge-patch+json', body: { spec: { replicas: 3 } } })
    expect(scaled.body.spec).toEqual({ replicas: 3 })
    expect(ask(cluster, { ...runs, verb: 'get', name: 'a' }).body.metadata.generation).toBe(2)
  })
  test('waits for names that another one holds', () => {
    const cluster = served()
    ask(cluster, { ...definitions, verb: 'create', body: definition('walks', 'Walk') as never })
    cluster.advanceTo(2000)
    const walks = (): KubeObject => ask(cluster, { ...definitions, verb: 'get', name: 'walks.example.com' }).body
    expect(conditionsOf(walks())).toEqual(['NamesAccepted=False ShortNamesConflict', 'Established=False NotAccepted'])
    ask(cluster, { ...definitions, verb: 'delete', name: 'runs.example.com' })
    cluster.advanceTo(3000)
    expect(conditionsOf(walks())).toEqual(['NamesAccepted=True NoConflicts', 'Established=True InitialNamesAccepted'])
  })
  test('goes after its objects', () => {
    const cluster = served()
    ask(cluster, { ...runs, verb: 'create', body: run('a') as never })
    ask(cluster, { ...runs, verb: 'create', body: run('b', { finalizers: ['example.com/hold'] }) as never })
    ask(cluster, { ...definitions, verb: 'delete', name: 'runs.example.com' })
    cluster.advanceTo(2000)
    expect((ask(cluster, { ...runs, verb: 'list' }).body as unknown as KubeList).items.map(({ metadata }) => metadata.name)).toEqual(['b'])
    expect(ask(cluster, { ...runs, verb: 'create', body: run('c') as never }).code).toBe(403)
    ask(cluster, { ...runs, verb: 'patch', name: 'b', contentType: 'application/merge-patch+json', body: { metadata: { finalizers: null } } })
    cluster.advanceTo(9000)
    expect(ask(cluster, { ...definitions, verb: 'get', name: 'runs.example.com' }).code).toBe(404)
    expect(ask(cluster, { ...runs, verb: 'list' }).code).toBe(404)
  })
})
