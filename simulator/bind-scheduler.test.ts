import { describe, expect, it } from 'vitest'
import { adminUser, createCluster } from './index.ts'
import type { Cluster, Node, Pod } from './index.ts'

/** A cluster with a Pod that no node takes. */
function waiting(): Cluster {
  const cluster = createCluster({ seed: 1, nodes: [{ name: 'a', resources: { cpu: '2', memory: '4Gi', pods: '10' }, taints: [{ key: 'x', effect: 'NoSchedule' }] }] })
  cluster.advanceTo(30_000)
  cluster.clientFor(adminUser).create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } } as Pod)
  cluster.advanceTo(60_000)
  return cluster
}

const podOf = (cluster: Cluster): Pod => cluster.peekOne<Pod>('pods', 'default/p') as Pod
const tolerate = (cluster: Cluster): void => {
  const pod = podOf(cluster)
  cluster.clientFor(adminUser).update('pods', { ...pod, spec: { ...pod.spec, tolerations: [...(pod.spec.tolerations ?? []), { key: 'x', operator: 'Exists' }] } })
}
const untaint = (cluster: Cluster): void => {
  const node = cluster.peekOne<Node>('nodes', 'a') as Node
  const { taints: _taints, ...spec } = node.spec ?? {}
  cluster.clientFor(adminUser).update('nodes', { ...node, spec })
}

describe('the scheduler of a fork', () => {
  it.each([
    ['a toleration of the waiting Pod', tolerate],
    ['a taint that goes', untaint],
  ])('hears of %s even if that is the first change it sees', (_name, change) => {
    const fork = waiting().fork()
    change(fork)
    fork.advanceTo(fork.nowMs + 20_000)
    expect(podOf(fork).spec.nodeName).toBe('a')
  })

  it('decides like the cluster it comes from', () => {
    const cluster = waiting()
    const fork = cluster.fork()
    for (const line of [cluster, fork]) {
      tolerate(line)
      line.advanceTo(line.nowMs + 60_000)
    }
    expect(fork.traceHash).toBe(cluster.traceHash)
  })
})
