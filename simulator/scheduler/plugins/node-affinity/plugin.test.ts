import { describe, expect, it } from 'vitest'
import type { NodeSelectorRequirement, PodSpec } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

function required(...matchExpressions: NodeSelectorRequirement[]): Partial<PodSpec> {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } } }
}

const cases: { name: string; spec: Partial<PodSpec>; want: string[] }[] = [
  { name: 'nodeSelector demands each label', spec: { nodeSelector: { disk: 'ssd', size: '8' } }, want: ['a'] },
  { name: 'In takes any of the values', spec: required({ key: 'disk', operator: 'In', values: ['ssd', 'hdd'] }), want: ['a', 'b'] },
  { name: 'NotIn takes nodes without the label', spec: required({ key: 'disk', operator: 'NotIn', values: ['ssd'] }), want: ['b', 'c'] },
  { name: 'Gt compares numbers', spec: required({ key: 'size', operator: 'Gt', values: ['5'] }), want: ['a'] },
  { name: 'Lt never takes a label that is no number', spec: required({ key: 'disk', operator: 'Lt', values: ['5'] }), want: [] },
  { name: 'both selector and affinity must match', spec: { nodeSelector: { disk: 'ssd' }, ...required({ key: 'size', operator: 'Lt', values: ['5'] }) }, want: [] },
]

describe('NodeAffinity', () => {
  const nodes = [makeNode('a', { labels: { disk: 'ssd', size: '8' } }), makeNode('b', { labels: { disk: 'hdd', size: '2' } }), makeNode('c')]

  it.each(cases)('$name', ({ spec, want }) => {
    expect(new TestCluster({ nodes }).explain(makePod('p', { spec })).feasible).toEqual(want)
  })

  it('names the plugin for nodes that matchFields leave out', () => {
    const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['gone'] }] }]
    const pod = makePod('p', { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } } })
    expect(new TestCluster({ nodes }).schedule(pod)?.message).toBe(
      "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    )
  })

  it('adds up the weights of preferences', () => {
    const preferredDuringSchedulingIgnoredDuringExecution = [
      { weight: 30, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } },
      { weight: 10, preference: { matchExpressions: [{ key: 'size', operator: 'Gt', values: ['5'] }] } },
    ]
    const pod = makePod('p', { spec: { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } } })
    expect(new TestCluster({ nodes }).scores(pod, 'NodeAffinity')).toEqual({ a: 100, b: 75, c: 0 })
  })
})
