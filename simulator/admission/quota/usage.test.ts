import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../api/types.ts'
import { matchesQuota, quotaUsage } from './usage.ts'

function pod(spec: object, phase = 'Pending'): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'a', image: 'b', resources: { requests: { cpu: '500m' }, limits: { cpu: '1' } } }], ...spec }, status: { phase } } as KubeObject
}

describe('what an object uses of a quota', () => {
  const cases: [name: string, resource: string, object: KubeObject, expected: object][] = [
    ['is the requests and limits of a pod', 'pods', pod({}), { pods: '1', 'requests.cpu': '500m', 'limits.cpu': '1' }],
    ['is only a count for a pod that is over', 'pods', pod({}, 'Succeeded'), { 'count/pods': '1' }],
    ['is the ports of a Service', 'services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] } } as KubeObject, { services: '1', 'services.nodeports': '1' }],
    ['is the storage of a claim', 'persistentvolumeclaims', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'a' }, spec: { resources: { requests: { storage: '1Gi' } } } } as KubeObject, { 'requests.storage': '1Gi' }],
  ]
  it.each(cases)('%s', (_name, resource, object, expected) => expect(quotaUsage(resource, object)).toMatchObject(expected))
})

describe('a quota with a scope', () => {
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods: '1' }, scopes: ['Terminating'] } }
  it('counts pods of that scope', () => expect(matchesQuota(quota as never, 'pods', pod({ activeDeadlineSeconds: 5 }), { pods: '1' })).toBe(true))
  it('leaves others out', () => expect(matchesQuota(quota as never, 'pods', pod({}), { pods: '1' })).toBe(false))
})
