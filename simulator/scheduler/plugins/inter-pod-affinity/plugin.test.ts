import { describe, expect, it } from 'vitest'
import type { Affinity, PodAffinityTerm } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

const zone = 'topology.kubernetes.io/zone'
const nodes = [makeNode('a', { labels: { [zone]: 'z1' } }), makeNode('b', { labels: { [zone]: 'z1' } }), makeNode('c', { labels: { [zone]: 'z2' } })]
const term = (app: string, topologyKey = zone): PodAffinityTerm => ({ topologyKey, labelSelector: { matchLabels: { app } } })
const near = (app: string): Affinity => ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app)] } })
const away = (app: string, key?: string): Affinity => ({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(app, key)] } })
const db = makePod('db', { nodeName: 'a', labels: { app: 'db' } })

describe('InterPodAffinity', () => {
  it('keeps a pod in the zone of its friends', () => {
    const cluster = new TestCluster({ nodes, pods: [db] })
    expect(cluster.explain(makePod('p', { spec: { affinity: near('db') } })).feasible).toEqual(['a', 'b'])
  })

  it('lets the first pod of a group that wants to be together start anywhere', () => {
    const cluster = new TestCluster({ nodes, pods: [db] })
    expect(cluster.explain(makePod('p', { labels: { app: 'web' }, spec: { affinity: near('web') } })).feasible).toHaveLength(3)
    expect(cluster.reasons(makePod('q', { spec: { affinity: near('web') } }))['a']).toEqual(["node(s) didn't match pod affinity rules"])
  })

  it('keeps a pod away from the zone of its enemies', () => {
    const cluster = new TestCluster({ nodes, pods: [db] })
    expect(cluster.reasons(makePod('p', { spec: { affinity: away('db') } }))).toEqual({
      a: ["node(s) didn't match pod anti-affinity rules"], b: ["node(s) didn't match pod anti-affinity rules"],
    })
  })

  it('honors the anti-affinity of pods that run already', () => {
    const loner = makePod('loner', { nodeName: 'c', spec: { affinity: away('web') } })
    const cluster = new TestCluster({ nodes, pods: [loner] })
    expect(cluster.reasons(makePod('p', { labels: { app: 'web' } }))).toEqual({ c: ["node(s) didn't satisfy existing pods anti-affinity rules"] })
  })

  it('means other namespaces only when told so', () => {
    const other = makePod('db', { namespace: 'other', nodeName: 'c', labels: { app: 'db' } })
    const cluster = new TestCluster({ nodes, pods: [other], objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other', labels: { team: 'ml' } } }] })
    expect(cluster.explain(makePod('p', { spec: { affinity: near('db') } })).feasible).toEqual([])
    const byLabel = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term('db'), namespaceSelector: { matchLabels: { team: 'ml' } } }] } }
    expect(cluster.explain(makePod('q', { spec: { affinity: byLabel } })).feasible).toEqual(['c'])
  })

  it('places one pod per host until the hosts run out', () => {
    const cluster = new TestCluster({ nodes })
    const spread = (name: string) => makePod(name, { labels: { app: 'web' }, spec: { affinity: away('web', 'kubernetes.io/hostname') } })
    const used = ['p1', 'p2', 'p3'].map((name) => cluster.schedule(spread(name))?.node)
    expect([...used].sort((x, y) => (String(x) < String(y) ? -1 : 1))).toEqual(['a', 'b', 'c'])
    expect(cluster.schedule(spread('p4'))?.result).toBe('unschedulable')
  })

  it('draws a pod to pods that prefer it', () => {
    const fan = makePod('fan', { nodeName: 'c', spec: { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term('web') }] } } } })
    const cluster = new TestCluster({ nodes, pods: [fan] })
    expect(cluster.scores(makePod('p', { labels: { app: 'web' } }), 'InterPodAffinity')).toEqual({ a: 0, b: 0, c: 100 })
  })

  it('takes a namespace selector of the pod itself that only rules labels out for all namespaces, as upstream does', () => {
    const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b', labels: { team: 'b' } } }
    const other = makePod('db', { namespace: 'b', nodeName: 'a', labels: { app: 'db' } })
    const selector = { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['b'] }] } }
    const affinity: Affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...term('db'), ...selector }] } }
    expect(new TestCluster({ nodes, pods: [other], objects: [space] }).explain(makePod('p', { spec: { affinity } })).feasible).toEqual(['c'])
  })

  it('minds the terms of a pod that is nominated to a node, even if no pod that runs has such terms', () => {
    const nominated = makePod('n', { priority: 10, nominated: 'c', spec: { affinity: away('web') } })
    const cluster = new TestCluster({ nodes, pods: [nominated] })
    expect(cluster.reasons(makePod('p', { labels: { app: 'web' }, spec: { affinity: away('db') } }))).toEqual({ c: ["node(s) didn't satisfy existing pods anti-affinity rules"] })
  })
})
