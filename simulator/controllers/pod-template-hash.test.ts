import { expect, it } from 'vitest'
import type { PodTemplateSpec } from '../api/types.ts'
import { computeHash, revisionHash, safeEncode } from './pod-template-hash.ts'

const smallest = {
  metadata: { labels: { app: 'web' } },
  spec: {
    containers: [{ name: 'c', image: 'nginx:1', resources: {}, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent' }],
    restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', securityContext: {}, schedulerName: 'default-scheduler',
  },
} as PodTemplateSpec

it('the smallest template has the hash that a cluster shows', () => {
  expect(computeHash(smallest)).toBe('78877bf79')
})

it('a collision gives another hash, and none differs from zero', () => {
  expect(computeHash(smallest, 1)).toBe('df8cfd498')
  expect(computeHash(smallest, 0)).not.toBe(computeHash(smallest))
})

it('a revision of a StatefulSet has the hash that a cluster shows', () => {
  expect(revisionHash(smallest, 0)).toBe('79c7b7dfff')
})

it('each digit of a hash picks its letter', () => {
  expect(safeEncode(344336935)).toBe('78877bf79')
})
