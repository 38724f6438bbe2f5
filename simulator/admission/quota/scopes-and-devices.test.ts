import { describe, expect, it } from 'vitest'
import type { KubeObject, ResourceQuota } from '../../api/types.ts'
import { matchesQuota, matchingResources, quotaUsage } from './usage.ts'

const claims = 'resourceclaims.resource.k8s.io'
const gpus = 'gpu.example.com.deviceclass.resource.k8s.io/devices'

function claim(requests: readonly object[]): KubeObject {
  return { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'c', namespace: 'default' }, spec: { devices: { requests } } }
}

describe('the devices that a claim counts for', () => {
  const cases: [what: string, requests: readonly object[], devices: string][] = [
    ['are those of each request', [{ exactly: { deviceClassName: 'gpu.example.com', allocationMode: 'ExactCount', count: 2 } }, { exactly: { deviceClassName: 'gpu.example.com', allocationMode: 'ExactCount', count: 1 } }], '3'],
    ['are the most that all may come to', [{ exactly: { deviceClassName: 'gpu.example.com', allocationMode: 'All' } }], '32'],
    ['are the most of alternatives', [{ firstAvailable: [{ deviceClassName: 'gpu.example.com', allocationMode: 'ExactCount', count: 1 }, { deviceClassName: 'gpu.example.com', allocationMode: 'ExactCount', count: 4 }] }], '4'],
  ]
  for (const [what, requests, devices] of cases) it(what, () => expect(quotaUsage(claims, claim(requests))).toEqual({ [`count/${claims}`]: '1', [gpus]: devices }))
  it('have a name in a quota', () => expect(matchingResources(claims, [gpus, 'pods', `count/${claims}`])).toEqual([gpus, `count/${claims}`]))
})

describe('the scope VolumeAttributesClass', () => {
  const quota = (operator: string, values?: string[]): ResourceQuota =>
    ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { scopeSelector: { matchExpressions: [{ scopeName: 'VolumeAttributesClass', operator, values }] } } }) as ResourceQuota
  const volume = (name?: string): KubeObject => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { volumeAttributesClassName: name }, status: {} })
  const cases: [operator: string, values: string[] | undefined, name: string | undefined, isMatch: boolean][] = [
    ['Exists', undefined, 'gold', true], ['Exists', undefined, undefined, false], ['DoesNotExist', undefined, undefined, true],
    ['In', ['gold'], 'gold', true], ['In', ['gold'], 'silver', false], ['NotIn', ['gold'], undefined, true], ['NotIn', ['gold'], 'gold', false],
  ]
  for (const [operator, values, name, isMatch] of cases) {
    it(`${operator} ${values?.join(' ') ?? ''} ${isMatch ? 'takes' : 'leaves'} a claim ${name === undefined ? 'without a class' : `of class ${name}`}`, () =>
      expect(matchesQuota(quota(operator, values), 'persistentvolumeclaims', volume(name), { persistentvolumeclaims: '1' })).toBe(isMatch))
  }
})
