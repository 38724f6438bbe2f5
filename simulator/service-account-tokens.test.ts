import { beforeEach, describe, expect, it } from 'vitest'
import { decodeBase64 } from './api/base64.ts'
import { claimsOf } from './api/service-account-token.ts'
import type { KubeObject, Secret, ServiceAccount } from './api/types.ts'
import { adminUser, createCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'

let cluster: Cluster

function settle(): void {
  cluster.advanceTo(cluster.nowMs + 2000)
}

function create(resource: string, object: KubeObject): void {
  const result = cluster.clientFor(adminUser).create(resource, object)
  expect(result).toMatchObject({ ok: true })
  settle()
}

function secretOf(name = 'robot-token'): Secret | undefined {
  return cluster.peekOne<Secret>('secrets', `default/${name}`)
}

function tokenOf(): string {
  return decodeBase64(secretOf()?.data?.['token'] ?? '') ?? ''
}

const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } }
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'robot-token', namespace: 'default', annotations: { 'kubernetes.io/service-account.name': 'robot' } }, type: 'kubernetes.io/service-account-token' } as Secret

beforeEach(() => {
  cluster = createCluster({ seed: 1, nodes: [] })
  settle()
})

describe('a Secret of a service account', () => {
  it('is filled with a token that has no end, the namespace and the certificate', () => {
    create('serviceaccounts', account)
    create('secrets', secret)
    expect(Object.keys(secretOf()?.data ?? {})).toEqual(['ca.crt', 'namespace', 'token'])
    expect(secretOf()?.metadata.annotations?.['kubernetes.io/service-account.uid']).toBe(cluster.peekOne('serviceaccounts', 'default/robot')?.metadata.uid)
    expect(claimsOf(tokenOf())).toMatchObject({ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:default:robot', 'kubernetes.io/serviceaccount/secret.name': 'robot-token' })
  })

  it('opens the API as the account', () => {
    create('serviceaccounts', account)
    create('secrets', secret)
    expect(cluster.authenticate({ token: tokenOf() })).toMatchObject({ name: 'system:serviceaccount:default:robot', groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'] })
    expect(cluster.authenticate({ token: tokenOf(), isTokenStored: true })?.name).toBe('system:serviceaccount:default:robot')
    expect(cluster.fork().authenticate({ token: tokenOf() })?.name).toBe('system:serviceaccount:default:robot')
  })

  it('goes with its account, and its token is no good any more', () => {
    create('serviceaccounts', account)
    create('secrets', secret)
    const token = tokenOf()
    cluster.clientFor(adminUser).delete('serviceaccounts', 'default/robot')
    expect(cluster.authenticate({ token })).toBeUndefined()
    settle()
    expect(secretOf()).toBeUndefined()
  })

  it('takes its token with it', () => {
    create('serviceaccounts', account)
    create('secrets', secret)
    const token = tokenOf()
    cluster.clientFor(adminUser).delete('secrets', 'default/robot-token')
    expect(cluster.authenticate({ token })).toBeUndefined()
  })

  it('is deleted where no such account exists', () => {
    create('secrets', secret)
    expect(secretOf()).toBeUndefined()
  })

  it('loses its place in the account when it goes', () => {
    create('serviceaccounts', { ...account, secrets: [{ name: 'robot-token' }, { name: 'other' }] } as ServiceAccount)
    create('secrets', secret)
    cluster.clientFor(adminUser).delete('secrets', 'default/robot-token')
    settle()
    expect(cluster.peekOne<ServiceAccount>('serviceaccounts', 'default/robot')?.secrets).toEqual([{ name: 'other' }])
  })
})
