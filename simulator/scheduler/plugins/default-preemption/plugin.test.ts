import { describe, expect, it } from 'vitest'
import type { KubeObject, Pod } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'
import type { PodParts } from '../../testing/fixture.ts'

const small = { allocatable: { cpu: '2' } }
const running = (name: string, nodeName: string, parts: PodParts = {}): Pod => makePod(name, { nodeName, requests: { cpu: '1' }, ...parts })
const important = makePod('important', { priority: 10, requests: { cpu: '1' } })

describe('DefaultPreemption', () => {
  it('evicts the least important pod and nominates its node', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', small)], pods: [running('low', 'a', { priority: 1 }), running('mid', 'a', { priority: 5 })] })
    const decision = cluster.schedule(important)
    expect(decision).toMatchObject({ result: 'unschedulable', node: 'a', victims: ['default/low'], message: '0/1 nodes are available: 1 Insufficient cpu.' })
    expect(cluster.pods.get('default/important')?.status?.nominatedNodeName).toBe('a')
    expect(cluster.queueOf('default/important')).toBe('backoff')
    expect(cluster.retry('default/important')?.node).toBe('a')
  })

  it('prefers the node where no budget is broken', () => {
    const budget: KubeObject = {
      apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'web' } } }, status: { disruptionsAllowed: 0 },
    } as KubeObject
    const pods = [running('web-1', 'a', { labels: { app: 'web' } }), running('web-2', 'a', { labels: { app: 'web' } }), running('x', 'b', { priority: 5 }), running('y', 'b', { priority: 5 })]
    const cluster = new TestCluster({ nodes: [makeNode('a', small), makeNode('b', small)], pods, objects: [budget] })
    const both = makePod('important', { priority: 10, requests: { cpu: '2' } })
    expect(cluster.explain(both).preemption?.candidates.map((c) => [c.node, c.budgetViolations])).toEqual([['b', 0], ['a', 2]])
    expect(cluster.schedule(both)).toMatchObject({ node: 'b' })
  })

  const hopeless: { name: string; pod: Pod; tail: string }[] = [
    { name: 'a pod of the same priority evicts nobody', pod: makePod('p', { requests: { cpu: '1' } }), tail: '1 No preemption victims found for incoming pod.' },
    { name: 'a request above the whole node evicts nobody', pod: makePod('p', { priority: 10, requests: { cpu: '3' } }), tail: '1 Preemption is not helpful for scheduling.' },
  ]
  it.each(hopeless)('$name', ({ pod, tail }) => {
    const cluster = new TestCluster({ nodes: [makeNode('a', small)], pods: [running('x', 'a'), running('y', 'a')] })
    expect(cluster.schedule(pod)?.message).toBe(`0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: ${tail}`)
    expect(cluster.evicted).toEqual([])
  })

  it('respects preemptionPolicy Never', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', small)], pods: [running('x', 'a'), running('y', 'a')] })
    const message = cluster.schedule(makePod('p', { priority: 10, requests: { cpu: '1' }, spec: { preemptionPolicy: 'Never' } }))?.message
    expect(message).toBe('0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.')
  })

  it('keeps the place of a nominated pod from pods of lower priority', () => {
    const waiting = makePod('waiting', { priority: 10, requests: { cpu: '2' }, nominated: 'a' })
    const cluster = new TestCluster({ nodes: [makeNode('a', small)], pods: [waiting] })
    expect(cluster.schedule(makePod('late', { requests: { cpu: '1' } }))?.result).toBe('unschedulable')
    expect(cluster.schedule(makePod('urgent', { priority: 20, requests: { cpu: '1' } }))?.node).toBe('a')
  })
})
