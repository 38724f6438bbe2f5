import { describe, expect, it } from 'vitest'
import { encodeBase64 } from '../api/base64.ts'
import { adminUser, createCluster, restoreCluster } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { ApiAnswer, KubeList, RequestQuery, Verb } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'

function start(): Cluster {
  const cluster = createCluster({ seed: 1, kubelet: 'scripted', hasScheduler: false, controllers: [] })
  for (const name of ['a', 'b', 'c', 'd', 'e']) create(cluster, name)
  return cluster
}

function create(cluster: Cluster, name: string): void {
  cluster.clientFor(adminUser).create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels: { letter: name } } } as KubeObject)
}

function ask<T>(cluster: Cluster, query: RequestQuery, verb: Verb = 'list'): ApiAnswer<T> {
  return cluster.request({ user: adminUser, verb, group: '', version: 'v1', resource: 'configmaps', namespace: 'default', query }) as ApiAnswer<T>
}

function list(cluster: Cluster, query: RequestQuery): KubeList {
  const answer = ask<KubeList>(cluster, query)
  expect(answer.code).toBe(200)
  return answer.body
}

const namesOf = ({ items }: KubeList): string => items.map(({ metadata }) => metadata.name).join(' ')

function token(value: object): string {
  return encodeBase64(JSON.stringify(value)).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
}

describe('pages of a list', () => {
  it('show the state of the first page, and count what is left', () => {
    const cluster = start()
    const first = list(cluster, { limit: 2 })
    expect(namesOf(first)).toBe('a b')
    expect(first.metadata.remainingItemCount).toBe(3)
    cluster.clientFor(adminUser).delete('configmaps', 'default/c')
    create(cluster, 'bb')
    cluster.clientFor(adminUser).patch('configmaps', 'default/d', { data: { x: 'y' } })
    const second = list(cluster, { limit: 2, continue: first.metadata.continue })
    expect(namesOf(second)).toBe('c d')
    expect(second.items[1]).not.toHaveProperty('data')
    expect(second.metadata).toMatchObject({ resourceVersion: first.metadata.resourceVersion, remainingItemCount: 1 })
    const third = list(cluster, { limit: 2, continue: second.metadata.continue })
    expect(namesOf(third)).toBe('e')
    expect(third.metadata.continue).toBeUndefined()
    expect(namesOf(list(cluster, {}))).toBe('a b bb d e')
  })

  it('of a selection do not count what is left', () => {
    const page = list(start(), { limit: 1, labelSelector: 'letter in (a,b)' })
    expect(page.metadata.continue).toBeDefined()
    expect(page.metadata.remainingItemCount).toBeUndefined()
  })

  it('are not made of a list from the cache', () => expect(namesOf(list(start(), { limit: 2, resourceVersion: '0' }))).toBe('a b c d e'))

  it('go on with the present when the past is forgotten', () => {
    const first = start()
    const { metadata } = list(first, { limit: 2 })
    create(first, 'bb')
    const cluster = restoreCluster(first.snapshot())
    const old = ask<Status>(cluster, { limit: 1, continue: metadata.continue })
    expect(old).toMatchObject({ code: 410, body: { reason: 'Expired' } })
    expect(namesOf(list(cluster, { limit: 1, continue: old.body.metadata.continue }))).toBe('bb')
    expect(ask<Status>(cluster, { resourceVersion: metadata.resourceVersion, resourceVersionMatch: 'Exact' })).toMatchObject({ code: 410, body: { message: 'The resourceVersion for the provided list is too old.' } })
  })

  const refusals: [name: string, query: RequestQuery, code: number, message: string][] = [
    ['with a version', { continue: token({ v: 'meta.k8s.io/v1', rv: -1, start: 'a' }), resourceVersion: '5' }, 400, 'specifying resource version is not allowed when using continue'],
    ['of another form', { continue: token({ v: 'x', rv: 1, start: 'a' }) }, 400, 'invalid continue token: continue key is not valid: server does not recognize this encoded version x'],
    ['without a version of its own', { continue: token({ v: 'meta.k8s.io/v1', start: 'a' }) }, 400, 'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    ['without a key', { continue: token({ v: 'meta.k8s.io/v1', rv: 1 }) }, 400, 'invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)'],
    ['that goes up', { continue: token({ v: 'meta.k8s.io/v1', rv: 1, start: '../x' }) }, 400, 'invalid continue token: continue key is not valid: ../x'],
    ['that is no base64', { continue: '!' }, 400, 'invalid continue token: continue key is not valid: illegal base64 data at input byte 0'],
  ]
  for (const [name, query, code, message] of refusals) it(`a token ${name} is refused`, () => expect(ask<Status>(start(), query)).toMatchObject({ code, body: { message } }))
})

describe('lists of a version', () => {
  it('show the past when they ask for it exactly', () => {
    const cluster = start()
    const before = list(cluster, {}).metadata.resourceVersion
    cluster.clientFor(adminUser).delete('configmaps', 'default/a')
    expect(namesOf(list(cluster, { resourceVersion: before, resourceVersionMatch: 'Exact' }))).toBe('a b c d e')
    expect(namesOf(list(cluster, { resourceVersion: before }))).toBe('b c d e')
    expect(namesOf(list(cluster, { resourceVersion: before, limit: 1 }))).toBe('a')
  })
  it('wait in vain for the future', () => expect(ask<Status>(start(), { resourceVersion: '99999999' })).toMatchObject({ code: 504, body: { reason: 'Timeout', details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } } }))
  it('take numbers only', () => expect(ask<Status>(start(), { resourceVersion: 'abc' }).body.message).toBe('invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'))
})

describe('deletecollection', () => {
  it('deletes what its selector matches', () => {
    const cluster = start()
    expect(namesOf(ask<KubeList>(cluster, { labelSelector: 'letter in (a,c)' }, 'deletecollection').body)).toBe('a c')
    expect(namesOf(list(cluster, {}))).toBe('b d e')
  })
})
