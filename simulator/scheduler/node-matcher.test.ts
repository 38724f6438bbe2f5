import { expect, it } from 'vitest'
import type { NodeSelectorRequirement, PodSpec, StringMap } from '../api/types.ts'
import { ClusterCache } from './cluster-cache.ts'
import { compileRequiredNodeAffinity } from './matching.ts'
import { nodeMatcherOf } from './node-matcher.ts'
import { makeNode, makePod } from './testing/fixture.ts'

function required(...terms: NodeSelectorRequirement[][]): Partial<PodSpec> {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })) } } } }
}

const specs: [string, Partial<PodSpec>][] = [
  ['a nodeSelector', { nodeSelector: { disk: 'ssd', size: '4' } }],
  ['In', required([{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }])],
  ['NotIn', required([{ key: 'disk', operator: 'NotIn', values: ['ssd'] }])],
  ['Exists', required([{ key: 'size', operator: 'Exists' }])],
  ['DoesNotExist', required([{ key: 'size', operator: 'DoesNotExist' }])],
  ['Gt', required([{ key: 'size', operator: 'Gt', values: ['7'] }])],
  ['Lt', required([{ key: 'size', operator: 'Lt', values: ['7'] }])],
  ['several terms', required([{ key: 'disk', operator: 'In', values: ['hdd'] }], [{ key: 'size', operator: 'Gt', values: ['7'] }, { key: 'disk', operator: 'Exists' }])],
  ['a term without requirements', required([])],
  ['a broken term', required([{ key: 'size', operator: 'Gt', values: ['many'] }])],
  ['the name of a node', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }] } } } }],
]

it.each(specs)('%s matches the nodes that the selector itself matches, those that come later too', (_what, spec) => {
  const cache = new ClusterCache()
  const labelSets: StringMap[] = [{}, { disk: 'ssd' }, { disk: 'ssd', size: '4' }, { disk: 'hdd', size: '8' }, { disk: 'nvme', size: '16' }, { size: 'large' }]
  const nodes = labelSets.map((labels, i) => makeNode(`n${i}`, { labels }))
  const podClass = cache.classOf(makePod('p', { spec }))
  const isMatch = compileRequiredNodeAffinity(podClass.pod)
  for (const node of nodes) {
    cache.addNode(node)
    for (const slot of cache.nodeSlots()) expect([slot.name, nodeMatcherOf(cache, podClass).matches(slot)]).toEqual([slot.name, slot.node !== undefined && isMatch?.(slot.node)])
  }
})
