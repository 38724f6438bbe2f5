import { describe, expect, it } from 'vitest'
import type { ContainerPort, Pod } from '../../../api/types.ts'
import { makeNode, makePod, TestCluster } from '../../testing/fixture.ts'

function withPort(name: string, port: Partial<ContainerPort>, nodeName?: string): Pod {
  return makePod(name, { ...(nodeName !== undefined && { nodeName }), spec: { containers: [{ name: 'c', ports: [{ containerPort: 80, ...port }] }] } })
}

const cases: { name: string; used: Partial<ContainerPort>; wanted: Partial<ContainerPort>; fits: boolean }[] = [
  { name: 'the same host port does not fit twice', used: { hostPort: 80 }, wanted: { hostPort: 80 }, fits: false },
  { name: 'another port fits', used: { hostPort: 80 }, wanted: { hostPort: 81 }, fits: true },
  { name: 'another protocol fits', used: { hostPort: 80 }, wanted: { hostPort: 80, protocol: 'UDP' }, fits: true },
  { name: 'two addresses do not collide', used: { hostPort: 80, hostIP: '10.0.0.1' }, wanted: { hostPort: 80, hostIP: '10.0.0.2' }, fits: true },
  { name: 'all addresses collide with any one', used: { hostPort: 80, hostIP: '10.0.0.1' }, wanted: { hostPort: 80 }, fits: false },
  { name: 'container ports collide with nothing', used: { hostPort: 80 }, wanted: {}, fits: true },
]

describe('NodePorts', () => {
  it.each(cases)('$name', ({ used, wanted, fits }) => {
    const cluster = new TestCluster({ nodes: [makeNode('a')], pods: [withPort('used', used, 'a')] })
    expect(cluster.reasons(withPort('p', wanted))).toEqual(fits ? {} : { a: ["node(s) didn't have free ports for the requested pod ports"] })
  })

  it('wakes a pod when the pod with its port goes, not when another one goes', () => {
    const cluster = new TestCluster({ nodes: [makeNode('a')], pods: [withPort('used', { hostPort: 80 }, 'a'), withPort('other', { hostPort: 81 }, 'a')] })
    cluster.schedule(withPort('p', { hostPort: 80 }))
    cluster.deletePod('default/other')
    expect(cluster.queueOf('default/p')).toBe('unschedulable')
    cluster.deletePod('default/used')
    expect(cluster.queueOf('default/p')).toBe('backoff')
  })
})
