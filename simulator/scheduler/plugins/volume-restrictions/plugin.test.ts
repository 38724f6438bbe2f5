import { describe, expect, it } from 'vitest'
import type { Volume } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'
import { makeClaim, makeVolume, podWithClaims } from '../../testing/storage.ts'

describe('VolumeRestrictions', () => {
  it('names a claim that does not exist', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')] })
    expect(cluster.schedule(podWithClaims('p', ['data']))?.message).toBe('0/1 nodes are available: persistentvolumeclaim "data" not found. not found')
  })

  it('lets one pod of the cluster use a ReadWriteOncePod claim', () => {
    const objects = [makeClaim('data', { volumeName: 'disk', modes: ['ReadWriteOncePod'] }), makeVolume('disk')]
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')], pods: [podWithClaims('one', ['data'], 'a')], objects })
    const reason = 'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod'
    expect(cluster.reasons(podWithClaims('p', ['data']))).toEqual({ a: [reason], b: [reason] })
    cluster.deletePod('default/one')
    expect(cluster.reasons(podWithClaims('p', ['data']))).toEqual({})
  })

  it('does not see users of a claim on a node that is gone', () => {
    const objects = [makeClaim('data', { volumeName: 'disk', modes: ['ReadWriteOncePod'] }), makeVolume('disk')]
    const cluster = new TestCluster({ nodes: [makeNode('a'), makeNode('b')], pods: [podWithClaims('one', ['data'], 'a')], objects })
    cluster.deleteNode('a')
    expect(cluster.explain(podWithClaims('p', ['data'])).feasible).toEqual(['b'])
  })

  it('lets several pods of a node read one disk, but not write it', () => {
    const disk = (readOnly: boolean) => [{ name: 'd', gcePersistentDisk: { pdName: 'x', readOnly } } as unknown as Volume]
    const cluster = new TestCluster({ nodes: [makeNode('a')], pods: [makePod('one', { nodeName: 'a', spec: { volumes: disk(true) } })] })
    expect(cluster.reasons(makePod('p', { spec: { volumes: disk(true) } }))).toEqual({})
    expect(cluster.reasons(makePod('q', { spec: { volumes: disk(false) } }))).toEqual({ a: ['node(s) had no available disk'] })
  })
})
