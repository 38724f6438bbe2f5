import { describe, expect, it } from 'vitest'
import type { KubeObject, Volume } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'
import { volumeBinding } from './plugin.ts'
import { makeClaim, makeClass, makeVolume, podWithClaims } from '../../testing/storage.ts'

const nodes = [makeNode('a'), makeNode('b')]

describe('VolumeBinding', () => {
  const rejected = [
    { name: 'a claim that binds at once must be bound already', objects: [makeClaim('data', { className: 'now' }), makeClass('now', 'csi', 'Immediate')], want: 'pod has unbound immediate PersistentVolumeClaims' },
    { name: 'a class that does not exist reads the same', objects: [makeClaim('data', { className: 'gone' })], want: 'pod has unbound immediate PersistentVolumeClaims' },
  ]
  it.each(rejected)('$name', ({ objects, want }) => {
    expect(new TestCluster({ nodes, objects }).schedule(podWithClaims('p', ['data']))?.message).toBe(`0/2 nodes are available: ${want}. not found`)
  })

  it('keeps a pod on the node of its local volume', () => {
    const cluster = new TestCluster({ nodes, objects: [makeClaim('data', { volumeName: 'disk' }), makeVolume('disk', { host: 'b' }), makeClass('late')] })
    expect(cluster.reasons(podWithClaims('p', ['data']))).toEqual({ a: ["node(s) didn't match PersistentVolume's node affinity"] })
  })

  it('binds a late claim to a volume of the chosen node', () => {
    const cluster = new TestCluster({ nodes, objects: [makeClaim('data'), makeVolume('disk', { host: 'b' }), makeClass('late')] })
    expect(cluster.schedule(podWithClaims('p', ['data']))?.node).toBe('b')
    expect(cluster.objects.find((o) => o.kind === 'PersistentVolumeClaim')).toMatchObject({ spec: { volumeName: 'disk' }, status: { phase: 'Bound' } })
    expect(cluster.objects.find((o) => o.kind === 'PersistentVolume')).toMatchObject({ spec: { claimRef: { name: 'data' } }, status: { phase: 'Bound' } })
  })

  it('does not see a volume of another class, even if that is reserved for the claim', () => {
    const reserved = makeVolume('disk', { host: 'b', className: 'other' })
    const volume = { ...reserved, spec: { ...(reserved.spec as object), claimRef: { namespace: 'default', name: 'data' } } }
    const cluster = new TestCluster({ nodes, objects: [makeClaim('data'), volume, makeClass('late')] })
    expect(cluster.explain(podWithClaims('p', ['data'])).feasible).toEqual([])
  })

  it('tells the provisioner the node', () => {
    const cluster = new TestCluster({ nodes, objects: [makeClaim('data'), makeClass('late', 'csi.example.com')] })
    const node = cluster.schedule(podWithClaims('p', ['data']))?.node
    expect(cluster.objects[0].metadata.annotations?.['volume.kubernetes.io/selected-node']).toBe(node)
  })

  it('says nothing about pods without claims', () => {
    expect(new TestCluster({ nodes }).explain(makePod('p')).feasible).toHaveLength(2)
  })

  it('is not woken when a driver no longer tells its capacity, unless the pod names the driver itself', () => {
    const driver = (storageCapacity: boolean): KubeObject => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'csi' }, spec: { storageCapacity } }) as KubeObject
    const hint = volumeBinding.retryOn?.find(({ resource }) => resource === 'CSIDriver')?.hint
    const change = { old: driver(true), new: driver(false) }
    const objects = { find: () => undefined, list: () => [] }
    expect(hint?.(podWithClaims('p', ['data']), change, objects)).toBe(false)
    expect(hint?.(makePod('p', { spec: { volumes: [{ name: 'v', csi: { driver: 'csi' } } as Volume] } }), change, objects)).toBe(true)
  })
})
