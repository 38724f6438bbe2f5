import { describe, expect, it } from 'vitest'
import { adminUser, createCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import type { KubeObject } from './api/types.ts'

const memory = 'container_memory_working_set_bytes{pod="idle"}'

function startIdlePod(): Cluster {
  const cluster = createCluster({ seed: 1, nodes: [{ name: 'n1', resources: { cpu: '4', memory: '8Gi' } }], cachedImages: ['registry.k8s.io/pause:3.10'] })
  cluster.advanceTo(60_000)
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'idle', namespace: 'default' }, spec: { containers: [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }] } } as KubeObject
  expect(cluster.clientFor(adminUser).create('pods', pod).ok).toBe(true)
  cluster.advanceTo(120_000)
  return cluster
}

function memoryOf(cluster: Cluster, atMs: number): unknown {
  return cluster.components.metrics.query(memory, atMs)
}

describe('a container whose program does nothing', () => {
  it('is measured while it runs, leaves its past behind, and is the same in a fork', () => {
    const cluster = startIdlePod()
    const running = memoryOf(cluster, 120_000)
    expect(JSON.stringify(running)).toContain('524288')
    expect(memoryOf(cluster.fork(), 120_000)).toEqual(running)
    expect(cluster.clientFor(adminUser).delete('pods', 'default/idle').ok).toBe(true)
    cluster.advanceTo(600_000)
    expect(cluster.peekOne('pods', 'default/idle')).toBeUndefined()
    expect(memoryOf(cluster, 120_000)).toEqual(running)
    expect(JSON.stringify(memoryOf(cluster, 600_000))).not.toContain('524288')
  })
})
