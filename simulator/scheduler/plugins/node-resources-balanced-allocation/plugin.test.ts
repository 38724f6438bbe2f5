import { describe, expect, it } from 'vitest'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

describe('NodeResourcesBalancedAllocation', () => {
  it('prefers the node that would use CPU and memory alike', () => {
    const pods = [makePod('cpu', { nodeName: 'a', requests: { cpu: '2' } }), makePod('both', { nodeName: 'b', requests: { cpu: '1', memory: '2Gi' } })]
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')], pods })
    expect(cluster.scores(makePod('p', { requests: { cpu: '1', memory: '2Gi' } }), 'NodeResourcesBalancedAllocation')).toEqual({ a: 75, b: 100 })
  })

  it('says nothing about pods that request neither', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')] })
    expect(cluster.scores(makePod('p'), 'NodeResourcesBalancedAllocation')).toEqual({})
  })
})
