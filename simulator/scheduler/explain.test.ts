import { describe, expect, it } from 'vitest'
import { makeNode, makePod, TestCluster } from './testing/fixture.ts'

describe('explainPod', () => {
  it('tells every plugin\'s raw and normalized score, its weight and the total', () => {
    const soft = [{ key: 'x', effect: 'PreferNoSchedule' }]
    const cluster = new TestCluster({ nodes: [makeNode('a', { taints: soft }), makeNode('b')] })
    const { nodes, best } = cluster.explain(makePod('p'))
    expect(nodes[0].scores.find((s) => s.plugin === 'TaintToleration')).toEqual({ plugin: 'TaintToleration', raw: 1, score: 0, weight: 3 })
    expect(nodes.map((node) => node.total)).toEqual(nodes.map((node) => node.scores.reduce((sum, s) => sum + s.score * s.weight, 0)))
    expect(best).toEqual(['b'])
  })

  it('explains a running pod as if it were to be scheduled again, and changes nothing', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { allocatable: { cpu: '1' } }), makeNode('b')], pods: [makePod('p', { nodeName: 'a', requests: { cpu: '1' } })] })
    const before = [...cluster.scheduler.cache.podEntries()]
    const explained = cluster.explain(cluster.pods.get('default/p')!)
    expect(explained).toMatchObject({ nodeName: 'a', feasible: ['a', 'b'] })
    expect([...cluster.scheduler.cache.podEntries()]).toEqual(before)
    expect(cluster.reasons(makePod('q', { requests: { cpu: '1' } }))).toEqual({ a: ['Insufficient cpu'] })
  })

  it('says which queue holds a pending pod and why no node will do', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    const pod = makePod('p', { requests: { 'nvidia.com/gpu': '1' } })
    cluster.schedule(pod)
    expect(cluster.explain(pod)).toMatchObject({
      queue: 'unschedulable',
      nodes: [{ node: 'a', rejection: { plugin: 'NodeResourcesFit', code: 'unschedulableAndUnresolvable', reasons: ['Insufficient nvidia.com/gpu'] } }],
      preemption: { candidates: [], whyNot: 'Preemption is not helpful for scheduling' },
    })
  })

  it('looks at every node where an attempt would stop early', () => {
    const cluster = new TestCluster({ nodes: Array.from({ length: 300 }, (_unused, i) => makeNode(`n${i}`)) })
    expect(cluster.explain(makePod('p')).feasible).toHaveLength(300)
    expect(cluster.schedule(makePod('p'))?.feasibleCount).toBe(144)
  })
})
