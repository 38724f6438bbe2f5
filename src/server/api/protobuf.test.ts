import { describe, expect, it } from 'vitest'
import { decodeObject, encodeObject, encodeWatchFrame, hasProtobuf } from './protobuf.ts'

const deployment = {
  kind: 'Deployment', apiVersion: 'apps/v1', metadata: { name: 'web', namespace: 'default', creationTimestamp: '2026-01-05T09:00:00Z', labels: { app: 'web', 'a/b': '' }, generation: 3 },
  spec: {
    replicas: 0, selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80, protocol: 'TCP' }], resources: { limits: { cpu: '500m', memory: '1Gi' } }, readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 } }],
        volumes: [{ name: 'data', emptyDir: {} }, { name: 'conf', configMap: { name: 'c', items: [{ key: 'k', path: 'p', mode: 420 }] } }],
      },
    },
    strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
  },
  status: {},
}

function roundTrip(object: { apiVersion: string; kind: string }): unknown {
  const decoded = decodeObject(encodeObject(object))
  return 'object' in decoded ? decoded.object : decoded.error
}

describe('protobuf bodies', () => {
  it.each([
    ['pointers to zero, quantities, ports, embedded structs and maps', deployment],
    ['bytes and flags', { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' }, data: { key: 'AAEC' }, immutable: false, type: 'Opaque' }],
    ['a list', { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items: [{ metadata: { name: 'a' }, data: { x: 'é' } }] }],
    ['micro times', { kind: 'Lease', apiVersion: 'coordination.k8s.io/v1', metadata: { name: 'l' }, spec: { renewTime: '2026-01-05T09:00:00.123456Z', leaseDurationSeconds: 40 } }],
    ['named lists of texts', { kind: 'SubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: { user: 'jane', extra: { scopes: ['a', 'b'] } }, status: {} }],
    ['managed fields', { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'm', managedFields: [{ manager: 'k', fieldsV1: { 'f:data': { '.': {} } } }] } }],
    ['a Status', { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no', code: 404 }],
  ])('come back as they went: %s', (_name, object) => {
    expect(roundTrip(object)).toEqual(object)
  })

  it('a key of a map may be __proto__ and pollutes nothing', () => {
    const data = Object.defineProperty({}, '__proto__', { value: 'x', enumerable: true })
    const decoded = roundTrip({ kind: 'ConfigMap', apiVersion: 'v1', metadata: {}, data } as never) as { data: object }
    expect(Object.keys(decoded.data)).toEqual(['__proto__'])
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it.each([
    ['no magic', Buffer.from('{}'), /expected prefix/],
    ['a kind that nobody knows', Buffer.concat([Buffer.from('k8s\0'), Buffer.from([10, 4, 18, 2, 88, 88])]), /no kind "XX"/],
    ['a cut body', encodeObject(deployment).subarray(0, 60), /proto: /],
  ])('are refused with a reason: %s', (_name, bytes, error) => {
    expect(decodeObject(bytes)).toMatchObject({ error: expect.stringMatching(error) })
  })

  it('a watch frame begins with its length', () => {
    const frame = Buffer.from(encodeWatchFrame('ADDED', encodeObject({ kind: 'ConfigMap', apiVersion: 'v1' })))
    expect(frame.readUInt32BE(0)).toBe(frame.length - 4)
  })

  it('custom kinds and tables have none', () => {
    expect([hasProtobuf('v1', 'Pod'), hasProtobuf('apps/v1', 'DeploymentList'), hasProtobuf('example.com/v1', 'Cron'), hasProtobuf('meta.k8s.io/v1', 'Table')]).toEqual([true, true, false, false])
  })
})
