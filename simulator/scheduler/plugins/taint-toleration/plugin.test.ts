import { describe, expect, it } from 'vitest'
import type { Taint, Toleration } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

const gpu: Taint = { key: 'gpu', value: 'true', effect: 'NoSchedule' }
const untolerated = ['node(s) had untolerated taint(s)']

const filterCases: { name: string; taint: Taint; tolerations?: Toleration[]; want: readonly string[] | undefined }[] = [
  { name: 'pod without tolerations is kept off a NoSchedule node', taint: gpu, want: untolerated },
  { name: 'pod without tolerations is kept off a NoExecute node', taint: { ...gpu, effect: 'NoExecute' }, want: untolerated },
  { name: 'PreferNoSchedule keeps nobody off', taint: { ...gpu, effect: 'PreferNoSchedule' }, want: undefined },
  { name: 'empty effect tolerates every effect', taint: gpu, tolerations: [{ key: 'gpu', operator: 'Exists' }], want: undefined },
  { name: 'another value does not tolerate', taint: gpu, tolerations: [{ key: 'gpu', value: 'false', effect: 'NoSchedule' }], want: untolerated },
  { name: 'another effect does not tolerate', taint: gpu, tolerations: [{ key: 'gpu', value: 'true', effect: 'NoExecute' }], want: untolerated },
]

describe('TaintToleration', () => {
  it.each(filterCases)('$name', ({ taint, tolerations, want }) => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { taints: [taint] })] })
    expect(cluster.reasons(makePod('p', { spec: { tolerations } }))['a']).toEqual(want)
  })

  it('prefers the node with the fewest soft taints', () => {
    const soft = (key: string): Taint => ({ key, effect: 'PreferNoSchedule' })
    const cluster = new TestCluster({ nodes: [makeNode('a', { taints: [soft('x'), soft('y')] }), makeNode('b', { taints: [soft('x')] }), makeNode('c')] })
    expect(cluster.scores(makePod('p'), 'TaintToleration')).toEqual({ a: 0, b: 50, c: 100 })
    expect(cluster.schedule(makePod('p'))?.node).toBe('c')
  })

  it('wakes a pod when the taint goes', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a', { taints: [gpu] })] })
    cluster.schedule(makePod('p'))
    expect(cluster.queueOf('default/p')).toBe('unschedulable')
    cluster.setNode(makeNode('a', { taints: [gpu], labels: { other: 'label' } }))
    expect(cluster.queueOf('default/p')).toBe('unschedulable')
    cluster.setNode(makeNode('a'))
    expect(cluster.queueOf('default/p')).toBe('backoff')
  })
})
