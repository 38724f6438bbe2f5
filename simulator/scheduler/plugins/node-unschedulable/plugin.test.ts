import { describe, expect, it } from 'vitest'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

describe('NodeUnschedulable', () => {
  it('keeps pods off a cordoned node', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { unschedulable: true }), makeNode('b')] })
    expect(cluster.reasons(makePod('p'))).toEqual({ a: ['node(s) were unschedulable'] })
  })

  it('lets pods through that tolerate the cordon', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { unschedulable: true })] })
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }]
    expect(cluster.explain(makePod('p', { spec: { tolerations } })).feasible).toEqual(['a'])
  })

  it('wakes a pod when the node is uncordoned', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { unschedulable: true })] })
    cluster.schedule(makePod('p'))
    cluster.setNode(makeNode('a'))
    expect(cluster.queueOf('default/p')).toBe('backoff')
  })
})
