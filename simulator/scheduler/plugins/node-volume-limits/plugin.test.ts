import { expect, it } from 'vitest'
import type { KubeObject } from '../../../api/types.ts'
import { makeNode, TestCluster } from '../../testing/fixture.ts'
import { makeClaim, makeVolume, podWithClaims } from '../../testing/storage.ts'

function limit(count: number): KubeObject {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name: 'a' }, spec: { drivers: [{ name: 'csi', allocatable: { count } }] } }
}

const cases = [
  { name: 'one more than the driver allows does not fit', allowed: 1, claim: 'new', want: { a: ['node(s) exceed max volume count'] } },
  { name: 'as many as the driver allows fit', allowed: 2, claim: 'new', want: {} },
  { name: 'a volume that is attached already takes no further place', allowed: 1, claim: 'old', want: {} },
]

it.each(cases)('$name', ({ allowed, claim, want }) => {
  const objects = [limit(allowed), ...['old', 'new'].flatMap((name) => [makeClaim(name, { volumeName: `disk-${name}` }), makeVolume(`disk-${name}`, { driver: 'csi' })])]
  const cluster = new TestCluster({ nodes: [makeNode('a')], pods: [podWithClaims('one', ['old'], 'a')], objects })
  expect(cluster.reasons(podWithClaims('p', [claim]))).toEqual(want)
})
