import { describe, expect, it } from 'vitest'
import type { KubeObject, TopologySpreadConstraint } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

const zone = 'topology.kubernetes.io/zone'
const nodes = [makeNode('a', { labels: { [zone]: 'z1' } }), makeNode('b', { labels: { [zone]: 'z2' } }), makeNode('c')]
const web = { app: 'web' }
const hard: TopologySpreadConstraint = { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: web } }

describe('PodTopologySpread', () => {
  it('keeps the difference between zones within maxSkew and leaves out nodes without the label', () => {
    const cluster = new TestCluster({ nodes, pods: [makePod('one', { nodeName: 'a', labels: web })] })
    expect(cluster.reasons(makePod('p', { labels: web, spec: { topologySpreadConstraints: [hard] } }))).toEqual({
      a: ["node(s) didn't match pod topology spread constraints"],
      c: ["node(s) didn't match pod topology spread constraints (missing required label)"],
    })
  })

  it('does not count pods that are being deleted', () => {
    const leaving = makePod('one', { nodeName: 'a', labels: web })
    const cluster = new TestCluster({ nodes, pods: [{ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-05T09:00:00Z' } }] })
    expect(cluster.explain(makePod('p', { labels: web, spec: { topologySpreadConstraints: [hard] } })).feasible).toEqual(['a', 'b'])
  })

  it('takes missing domains as empty when there are fewer than minDomains', () => {
    const pods = [makePod('one', { nodeName: 'a', labels: web }), makePod('two', { nodeName: 'b', labels: web })]
    const spec = { topologySpreadConstraints: [{ ...hard, minDomains: 3 }] }
    expect(new TestCluster({ nodes, pods }).explain(makePod('p', { labels: web, spec })).feasible).toEqual([])
  })

  it('fills zones in turn as pods are bound', () => {
    const cluster = new TestCluster({ nodes })
    const spec = { topologySpreadConstraints: [hard] }
    const placed = ['1', '2', '3', '4'].map((name) => cluster.schedule(makePod(name, { labels: web, spec }))?.node)
    expect(placed.filter((node) => node === 'a')).toHaveLength(2)
    expect(placed.filter((node) => node === 'b')).toHaveLength(2)
  })

  it('spreads the pods of a service without being asked', () => {
    const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { selector: web } }
    const pods = [makePod('one', { nodeName: 'a', labels: web })]
    const without = new TestCluster({ nodes, pods })
    expect(without.scores(makePod('p', { labels: web }), 'PodTopologySpread')).toEqual({})
    const cluster = new TestCluster({ nodes, pods, objects: [service] })
    expect(cluster.scores(makePod('p', { labels: web }), 'PodTopologySpread')).toEqual({ a: 22, b: 55, c: 100 })
  })
})
