import { expect, it } from 'vitest'
import { makeNode, TestCluster } from '../../testing/fixture.ts'
import { makeClaim, makeVolume, podWithClaims } from '../../testing/storage.ts'

const zone = 'topology.kubernetes.io/zone'
const nodes = [makeNode('a', { labels: { [zone]: 'z1' } }), makeNode('b', { labels: { [zone]: 'z2' } }), makeNode('c')]

it('keeps a pod in the zones of its volume, and leaves nodes without a zone alone', () => {
  const objects = [makeClaim('data', { volumeName: 'disk' }), makeVolume('disk', { labels: { [zone]: 'z1__z3' } })]
  expect(new TestCluster({ nodes, objects }).reasons(podWithClaims('p', ['data']))).toEqual({ b: ['node(s) had no available volume zone'] })
})

it('names a volume that does not exist', () => {
  const cluster = new TestCluster({ nodes, objects: [makeClaim('data', { volumeName: 'gone' })] })
  expect(cluster.schedule(podWithClaims('p', ['data']))?.message).toBe('0/3 nodes are available: persistentvolume "gone" not found. not found')
})
