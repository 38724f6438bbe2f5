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

  it('looks at every node where an attempt stops early, and tells which those are', () => {
    const cluster = new TestCluster({ nodes: Array.from({ length: 300 }, (_unused, i) => makeNode(`n${i}`)) })
    cluster.counters.set('nextStart', 200)
    const { feasible, nodes, sampling } = cluster.explain(makePod('p'))
    expect(feasible).toHaveLength(300)
    expect(sampling).toEqual({ wanted: 144, lookedAt: 144, firstNode: 'n200' })
    expect(nodes.filter((node) => node.isUnseen).map((node) => node.node)).toEqual(Array.from({ length: 156 }, (_unused, i) => `n${i + 44}`))
    expect(nodes.filter((node) => node.scores.length > 0)).toHaveLength(144)
    expect(cluster.schedule(makePod('p'))?.feasibleCount).toBe(144)
  })

  it('looks at the nominated node alone when it fits', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')] })
    expect(cluster.explain(makePod('p', { nominated: 'b' }))).toMatchObject({ feasible: ['b'], best: ['b'], sampling: { lookedAt: 1, nominatedNode: 'b' } })
  })
})

describe('preemption', () => {
  const full = { cpu: '4' }
  const victim = (name: string, nodeName: string, priority: number, startTime: string, cpu = '4') => {
    const pod = makePod(name, { nodeName, priority, requests: { cpu } })
    return { ...pod, status: { ...pod.status, startTime } }
  }
  const early = '2026-01-05T09:00:00Z'
  const late = '2026-01-05T10:00:00Z'

  it.each<[string, ReturnType<typeof victim>[], { [node: string]: string | undefined }]>([
    ['the lower highest priority wins', [victim('x', 'a', 2, early), victim('y', 'b', 1, early)], { a: 'highestPriority', b: undefined }],
    ['the lower sum of priorities wins, so fewer pods', [victim('x', 'a', 1, early, '2'), victim('z', 'a', 1, early, '2'), victim('y', 'b', 1, early)], { a: 'prioritySum', b: undefined }],
    ['the victim that runs for less time goes', [victim('x', 'a', 1, early), victim('y', 'b', 1, late)], { a: 'latestStart', b: undefined }],
    ['nothing tells them apart', [victim('x', 'a', 1, early), victim('y', 'b', 1, early)], { a: undefined, b: undefined }],
  ])('%s', (_name, pods, lostBy) => {
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')], pods })
    const { preemption } = cluster.explain(makePod('p', { priority: 10, requests: full }))
    expect(Object.fromEntries(preemption?.candidates.map((c) => [c.node, c.lostBy]) ?? [])).toEqual(lostBy)
    expect(preemption?.candidates.every((c) => c.isBest === (c.lostBy === undefined))).toBe(true)
  })

  it('tells of nodes that evictions do not help, and of pods that may not evict', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')], pods: [victim('x', 'a', 1, early), victim('y', 'b', 20, early)] })
    expect(cluster.explain(makePod('p', { priority: 10, requests: full })).preemption).toMatchObject({ candidates: [{ node: 'a', victims: ['default/x'], highestPriority: 1, prioritySum: 1, earliestStart: early }], rejected: [{ node: 'b', reasons: ['No preemption victims found for incoming pod'] }] })
    expect(cluster.explain(makePod('p', { priority: 10, requests: full, spec: { preemptionPolicy: 'Never' } })).preemption).toMatchObject({ candidates: [], whyNot: 'not eligible due to preemptionPolicy=Never.' })
  })
})

describe('wake', () => {
  it('names the events of the plugins that rejected the pod, its back-off and its flush', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { taints: [{ key: 'x', effect: 'NoSchedule' }] })] })
    const pod = makePod('p')
    cluster.nowMs = 20_000
    cluster.schedule(pod)
    const { wake } = cluster.explain(pod)
    expect(wake).toMatchObject({ queue: 'unschedulable', rejectors: ['TaintToleration'], backoffEndMs: 21_000, flushMs: 330_000, attempts: 1 })
    expect(wake.events.map(({ resource, action }) => `${resource} ${action}`)).toEqual(['Node add', 'Node updateNodeTaint', 'Pod updatePodToleration'])
  })

  it('of a gated pod is the end of its gates', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    const pod = makePod('p', { spec: { schedulingGates: [{ name: 'quota' }] } })
    cluster.setPod(pod)
    expect(cluster.explain(pod)).toMatchObject({ gate: { plugin: 'SchedulingGates' }, wake: { events: [{ resource: 'Pod', action: 'updatePodSchedulingGatesEliminated' }] } })
    expect(cluster.explain(pod).wake.flushMs).toBeUndefined()
  })
})
