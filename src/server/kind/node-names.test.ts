import { describe, expect, it } from 'vitest'
import type { BridgeRequest, KindDoor } from './contract.ts'
import { mapNodes, NodeNames } from './node-names.ts'

const names = new NodeNames(new Map([['worker-1', 'kind-worker'], ['worker-2', 'kind-worker2']]))
const pods = { verb: 'create', group: '', version: 'v1', resource: 'pods' } as const

describe('names of lent nodes', () => {
  it.each<{ name: string; asked: BridgeRequest; sent: Partial<BridgeRequest> }>([
    { name: 'the node of a request', asked: { verb: 'get', group: '', version: 'v1', resource: 'nodes', name: 'worker-2' }, sent: { name: 'kind-worker2' } },
    { name: 'an object of another kind keeps its name', asked: { ...pods, verb: 'get', name: 'worker-1' }, sent: { name: 'worker-1' } },
    { name: 'nodeName and the selector of a host', asked: { ...pods, body: { spec: { nodeName: 'worker-1', nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } } } as never }, sent: { body: { spec: { nodeName: 'kind-worker', nodeSelector: { 'kubernetes.io/hostname': 'kind-worker2' } } } as never } },
    { name: 'an affinity to hosts', asked: { ...pods, body: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['worker-1', 'other'] }] } as never }, sent: { body: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['kind-worker', 'other'] }] } as never } },
    { name: 'field selectors', asked: { ...pods, verb: 'list', query: { fieldSelector: 'spec.nodeName=worker-1,status.phase=Running' } }, sent: { query: { fieldSelector: 'spec.nodeName=kind-worker,status.phase=Running' } } },
    { name: 'the metadata of a node', asked: { verb: 'patch', group: '', version: 'v1', resource: 'nodes', name: 'worker-1', body: { metadata: { name: 'worker-1' } } as never }, sent: { name: 'kind-worker', body: { metadata: { name: 'kind-worker' } } as never } },
  ])('$name', ({ asked, sent }) => {
    expect(names.toReal(asked)).toMatchObject(sent)
  })

  it('shows the names of the task, and no part of a longer name', () => {
    expect(names.toCourse({ a: 'kind-worker2', b: ['kind-worker'], c: 'Successfully assigned x/y to kind-worker', d: 'kind-worker3', e: 'my-kind-worker' })).toEqual({ a: 'worker-2', b: ['worker-1'], c: 'Successfully assigned x/y to worker-1', d: 'kind-worker3', e: 'my-kind-worker' })
  })

  it('leaves a connection alone when nothing was lent', () => {
    const door = { context: 'kind-x' } as KindDoor
    expect(mapNodes(door, new NodeNames(new Map()))).toBe(door)
  })
})
