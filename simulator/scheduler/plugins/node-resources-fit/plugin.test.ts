import { describe, expect, it } from 'vitest'
import type { ResourceList } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

const used = makePod('used', { nodeName: 'a', requests: { cpu: '3', memory: '7Gi', 'nvidia.com/gpu': '3' } })

const cases: { name: string; requests: ResourceList; code?: string; want?: string[] }[] = [
  { name: 'exactly what is free fits', requests: { cpu: '1', memory: '1Gi', 'nvidia.com/gpu': '1' } },
  { name: 'a milli more than is free does not', requests: { cpu: '1001m' }, code: 'unschedulable', want: ['Insufficient cpu'] },
  { name: 'more than the node has can never fit', requests: { cpu: '5' }, code: 'unschedulableAndUnresolvable', want: ['Insufficient cpu'] },
  { name: 'each short resource is named', requests: { cpu: '2', 'nvidia.com/gpu': '2' }, code: 'unschedulable', want: ['Insufficient cpu', 'Insufficient nvidia.com/gpu'] },
  { name: 'a resource that the node does not have', requests: { 'example.com/fpga': '1' }, code: 'unschedulableAndUnresolvable', want: ['Insufficient example.com/fpga'] },
]

describe('NodeResourcesFit', () => {
  it.each(cases)('$name', ({ requests, code, want }) => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { allocatable: { 'nvidia.com/gpu': '4' } })], pods: [used] })
    const [node] = cluster.explain(makePod('p', { requests })).nodes
    expect({ code: node.rejection?.code, reasons: node.rejection?.reasons }).toEqual({ code, reasons: want })
  })

  it('counts pods', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { allocatable: { pods: '1' } })], pods: [makePod('one', { nodeName: 'a' })] })
    expect(cluster.reasons(makePod('p'))).toEqual({ a: ['Too many pods'] })
  })

  it('takes the peak of init containers where it is above the sum', () => {
    const containers = [{ name: 'c', resources: { requests: { cpu: '1' } } }]
    const initContainers = [{ name: 'i', resources: { requests: { cpu: '5' } } }]
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    expect(cluster.reasons(makePod('p', { spec: { containers, initContainers } }))).toEqual({ a: ['Insufficient cpu'] })
  })

  it('prefers the emptier node, counting pods without requests with the defaults', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')], pods: [makePod('idle', { nodeName: 'a' })] })
    expect(cluster.scores(makePod('p'), 'NodeResourcesFit')).toEqual({ a: 95, b: 97 })
  })

  it('wakes a pod when a bound pod goes, not when the node gets a label', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')], pods: [used] })
    cluster.schedule(makePod('p', { requests: { cpu: '2' } }))
    cluster.setNode(makeNode('a', { labels: { x: 'y' } }))
    expect(cluster.queueOf('default/p')).toBe('unschedulable')
    cluster.deletePod('default/used')
    expect(cluster.queueOf('default/p')).toBe('backoff')
  })
})
