import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KubeObject, Pod } from '../api/types.ts'
import { ClusterState } from '../kernel/state.ts'
import { keyOf, objectKey, resourceId, splitKey } from './resource-id.ts'
import { Store } from './store.ts'

interface PodShape { readonly owner?: string; readonly node?: string; readonly phase?: string; readonly ready?: boolean; readonly deleting?: boolean }

function pod(name: string, shape: PodShape = {}, namespace = 'default'): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name, namespace, uid: `uid-${name}`,
      ...(shape.owner === undefined ? {} : { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: shape.owner, uid: shape.owner, controller: true }] }),
      ...(shape.deleting === true ? { deletionTimestamp: '2026-01-05T09:00:00Z' } : {}),
    },
    spec: { containers: [], ...(shape.node === undefined ? {} : { nodeName: shape.node }) },
    status: { phase: shape.phase ?? 'Running', conditions: [{ type: 'Ready', status: shape.ready === true ? 'True' : 'False' }] },
  } as unknown as Pod
}

function put(store: Store, object: KubeObject, resource = 'pods'): void {
  store.put(resource, keyOf(object), (resourceVersion) => ({ ...object, metadata: { ...object.metadata, resourceVersion } }))
}

const names = (objects: readonly KubeObject[]): string[] => objects.map((object) => object.metadata.name ?? '')

describe('the store', () => {
  it('gives each write the next resourceVersion and lists in order of creation', () => {
    const store = new Store(new ClusterState())
    for (const name of ['b', '10', 'a', '2']) put(store, pod(name))
    put(store, pod('a', { phase: 'Failed' }))
    expect(names(store.list('pods'))).toEqual(['b', '10', 'a', '2'])
    expect(store.find<Pod>('pods', 'default/a')).toMatchObject({ metadata: { resourceVersion: '6' }, status: { phase: 'Failed' } })
    expect(store.resourceVersion).toBe(6)
  })

  it('forgets what is removed, and refuses to remove what is not there', () => {
    const store = new Store(new ClusterState())
    for (const name of ['a', 'b']) put(store, pod(name))
    store.remove('pods', 'default/a')
    expect([names(store.list('pods')), store.count('pods'), store.find('pods', 'default/a')]).toEqual([['b'], 1, undefined])
    expect(() => store.remove('pods', 'default/a')).toThrow('pods default/a does not exist')
  })

  it('tells listeners of each commit with both states', () => {
    const store = new Store(new ClusterState())
    const told: string[] = []
    store.listen(({ key, before, after }) => told.push(`${key} ${before?.metadata.resourceVersion ?? '-'} ${after?.metadata.resourceVersion ?? '-'}`))
    put(store, pod('a'))
    put(store, pod('a'))
    store.remove('pods', 'default/a')
    expect(told).toEqual(['default/a - 2', 'default/a 2 3', 'default/a 3 -'])
  })

  it('tells what was committed after a version, without gaps', () => {
    const store = new Store(new ClusterState())
    for (let i = 0; i < 5; i++) put(store, pod(`p${i}`))
    expect(store.since(4)?.map((commit) => [commit.resourceVersion, commit.key])).toEqual([[5, 'default/p3'], [6, 'default/p4']])
    expect(store.since(6)).toEqual([])
  })

  it('says that a version is forgotten, after many commits and after a restore', () => {
    const state = new ClusterState()
    const store = new Store(state)
    for (let i = 0; i < 9000; i++) put(store, pod('a'))
    expect(store.since(1)).toBeUndefined()
    const oldest = store.resourceVersion - 4000
    expect(store.since(oldest)?.length).toBe(4000)
    const restored = new Store(ClusterState.restore(JSON.parse(JSON.stringify(state.save()))))
    const restoredAt = restored.resourceVersion
    restored.takeResourceVersion()
    expect([restored.since(restoredAt - 1), restored.since(restoredAt)]).toEqual([undefined, []])
  })

  it('finds pods by namespace, owner and node, also after changes', () => {
    const store = new Store(new ClusterState())
    put(store, pod('a', { owner: 'rs' }))
    put(store, pod('b', { owner: 'rs', node: 'n1' }))
    put(store, pod('c', {}, 'other'))
    expect([names(store.listInNamespace('pods', 'default')), names(store.listOwned('pods', 'rs')), names(store.listPodsOnNode('n1'))]).toEqual([['a', 'b'], ['a', 'b'], ['b']])
    put(store, pod('a', { node: 'n1' }))
    store.remove('pods', 'default/b')
    expect([names(store.listOwned('pods', 'rs')), names(store.listPodsOnNode('n1'))]).toEqual([[], ['a']])
  })
})

describe('the owner index', () => {
  const shape = fc.record({
    name: fc.integer({ min: 0, max: 9 }), isRemoval: fc.boolean(), owner: fc.constantFrom(undefined, 'a', 'b'), node: fc.constantFrom(undefined, 'n1', 'n2'),
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed'), ready: fc.boolean(), deleting: fc.boolean(),
  })

  it('counts the same step by step as from scratch, whatever happens to pods', () => {
    fc.assert(fc.property(fc.array(shape, { maxLength: 80 }), (steps) => {
      const state = new ClusterState()
      const store = new Store(state)
      for (const resource of ['a', 'b']) store.index('pods').podCounts(resource)
      for (const step of steps) {
        const key = `default/p${step.name}`
        if (!step.isRemoval) put(store, pod(`p${step.name}`, step))
        else if (store.find('pods', key) !== undefined) store.remove('pods', key)
      }
      const fresh = new Store(state)
      for (const owner of ['a', 'b']) {
        expect(store.index('pods').podCounts(owner)).toEqual(fresh.index('pods').podCounts(owner))
        expect(names(store.listOwned('pods', owner))).toEqual(names(fresh.listOwned('pods', owner)))
      }
      for (const node of ['n1', 'n2']) expect(names(store.listPodsOnNode(node))).toEqual(names(fresh.listPodsOnNode(node)))
    }), { numRuns: 60, seed: 1 })
  })

  it('tells active, ready, terminating and finished pods apart', () => {
    const store = new Store(new ClusterState())
    const shapes: PodShape[] = [{ ready: true }, {}, { deleting: true, ready: true }, { phase: 'Succeeded' }, { phase: 'Failed', deleting: true }]
    for (const [i, each] of shapes.entries()) put(store, pod(`p${i}`, { ...each, owner: 'rs' }))
    expect(store.index('pods').podCounts('rs')).toEqual({ total: 5, active: 2, ready: 1, terminating: 1, succeeded: 1, failed: 1 })

  })
})

describe('the trace', () => {
  function traceOf(...objects: KubeObject[]): string {
    const state = new ClusterState()
    const store = new Store(state)
    for (const object of objects) put(store, object)
    return JSON.stringify(state.trace)
  }
  const base = pod('a', { node: 'n1' })

  it.each<[string, KubeObject]>([
    ['a label', { ...base, metadata: { ...base.metadata, labels: { app: 'x' } } }],
    ['the node', pod('a', { node: 'n2' })],
    ['a phase', pod('a', { node: 'n1', phase: 'Failed' })],
    ['the status of a condition', pod('a', { node: 'n1', ready: true })],
    ['a field that is gone', pod('a', {})],
    ['the name', pod('b', { node: 'n1' })],
  ])('differs when %s differs', (_what, other) => {
    expect(traceOf(base, other)).not.toBe(traceOf(base, base))
    expect(traceOf(other)).not.toBe(traceOf(base))
  })

  it('does not depend on what objects share', () => {
    const shared = { ...base, metadata: { ...base.metadata, labels: { app: 'x' } } }
    const copied = JSON.parse(JSON.stringify(shared)) as KubeObject
    expect(traceOf(base, copied)).toBe(traceOf(base, shared))
  })
})

describe('names in the store', () => {
  it('are as kubectl writes them', () => {
    expect([resourceId('', 'pods'), resourceId('apps', 'deployments'), objectKey('ns', 'a'), objectKey(undefined, 'node')]).toEqual(['pods', 'deployments.apps', 'ns/a', 'node'])
    expect([splitKey('ns/a'), splitKey('node')]).toEqual([{ namespace: 'ns', name: 'a' }, { namespace: undefined, name: 'node' }])
  })
})
