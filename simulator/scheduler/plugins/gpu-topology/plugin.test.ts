import { describe, expect, it } from 'vitest'
import type { Node, Pod } from '../../../api/types.ts'
import { gpuAnnotation } from '../../../gpu/spec.ts'
import type { Cycle } from '../../framework.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'
import { gpuTopology } from './plugin.ts'

const gpu = (count: number): { [resource: string]: string } => ({ 'nvidia.com/gpu': String(count) })
const halves = [[0, 1, 2, 3], [4, 5, 6, 7]]

function gpuNode(name: string, count: number, islands?: readonly (readonly number[])[]): Node {
  const node = makeNode(name, { allocatable: gpu(count) })
  if (islands === undefined) return node
  return { ...node, metadata: { ...node.metadata, annotations: { [gpuAnnotation]: JSON.stringify({ model: 'NVIDIA-A100-SXM4-80GB', count, islands }) } } }
}

/** Scores of the plugin by node for a pod. */
function scores(nodes: Node[], pods: Pod[], pod: Pod): { [node: string]: number } {
  const cluster = new TestCluster({ nodes, pods })
  const { cache } = cluster.scheduler
  const podClass = { usage: { requests: new Map([['nvidia.com/gpu', Number(pod.spec.containers[0].resources?.requests?.['nvidia.com/gpu'] ?? 0)]]) } }
  const cycle = { cache, pod, podClass } as unknown as Cycle
  if (gpuTopology.preScore?.(cycle, new Int32Array(0), 0).status.code !== 'success') return {}
  return Object.fromEntries(cache.nodeSlots().map((slot) => [slot.name, gpuTopology.score?.(cycle, slot, undefined) ?? 0]))
}

describe('GpuTopology', () => {
  it('prefers the node on which the GPUs are in one island', () => {
    const nodes = [gpuNode('split', 8, halves), gpuNode('whole', 8)]
    const pods = ['split', 'whole'].flatMap((nodeName) => [makePod(`a-${nodeName}`, { nodeName, requests: gpu(2) }), makePod(`b-${nodeName}`, { nodeName, requests: gpu(2) })])
    expect(scores(nodes, pods, makePod('p', { requests: gpu(4) }))).toEqual({ split: 100, whole: 100 })
    expect(scores(nodes, pods.slice(0, 1).concat(pods.slice(2, 3)), makePod('p', { requests: gpu(6) }))).toEqual({ split: 83, whole: 100 })
  })

  it('prefers the fuller of two nodes', () => {
    const pods = [makePod('a', { nodeName: 'full', requests: gpu(4) })]
    expect(scores([gpuNode('full', 8, halves), gpuNode('empty', 8, halves)], pods, makePod('p', { requests: gpu(2) }))).toEqual({ full: 87, empty: 62 })
  })

  it('takes a node that names no model as one island', () => {
    expect(scores([gpuNode('plain', 8)], [], makePod('p', { requests: gpu(8) }))).toEqual({ plain: 100 })
  })

  it('says nothing about pods without GPUs', () => {
    expect(scores([gpuNode('a', 8)], [], makePod('p'))).toEqual({})
  })
})
