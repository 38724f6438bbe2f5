import { expect, it } from 'vitest'
import type { Pod } from '../api/types.ts'
import { makeNode, makePod, TestCluster } from './testing/fixture.ts'

function large(name: string, priority = 0): Pod {
  return makePod(name, { requests: { cpu: '3' }, priority })
}

it('a pod that fails as the one before it gets the same message, until something changes', () => {
  const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')], pods: [makePod('old', { nodeName: 'a', requests: { cpu: '2' } }), makePod('old2', { nodeName: 'b', requests: { cpu: '2' } })] })
  const first = cluster.schedule(large('one'))
  expect(first?.message).toContain('0/2 nodes are available: 2 Insufficient cpu.')
  expect(cluster.schedule(large('two'))?.message).toBe(first?.message)
  expect(cluster.schedule(makePod('small', { requests: { cpu: '2' } }))?.result).toBe('scheduled')
  expect(cluster.schedule(large('three'))?.message).toBe(first?.message)
  cluster.deletePod('default/old')
  cluster.deletePod('default/small')
  expect(cluster.schedule(large('four'))?.node).toBe('a')
})

it('pods that evictions cannot help get the same message, until their friend comes', () => {
  const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'friend' } } }] } }
  const cluster = new TestCluster({ nodes: [makeNode('a')], pods: [makePod('old', { nodeName: 'a', requests: { cpu: '2' } })] })
  const lonely = (name: string): Pod => makePod(name, { requests: { cpu: '3' }, priority: 10, spec: { affinity } })
  const first = cluster.schedule(lonely('one'))
  expect(first?.message).toContain("preemption: 0/1 nodes are available: 1 node(s) didn't match pod affinity rules.")
  expect(cluster.schedule(lonely('two'))?.message).toBe(first?.message)
  cluster.setPod(makePod('friend', { nodeName: 'a', labels: { app: 'friend' }, priority: 20 }))
  const helped = cluster.schedule(lonely('three'))
  expect([helped?.node, helped?.victims]).toEqual(['a', ['default/old']])
})

it('kinds of pods that take turns are each judged by their own requests', () => {
  const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b', { allocatable: { cpu: '1' } })] })
  const results = ['one', 'two', 'three', 'four', 'five', 'six'].map((name, i) => cluster.schedule(i % 2 === 0 ? makePod(name, { requests: { cpu: '1' } }) : makePod(name, { requests: { cpu: '1500m' } })))
  expect(results.map((result) => result?.node)).toEqual(['a', 'a', 'a', '', 'b', ''])
})
