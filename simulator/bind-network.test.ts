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

describe('a server that asks another before it answers', () => {
  const image = { program: 'inference-server', bytes: 1, parameters: { port: 8080, load_s: 1 }, argv: ['serve'] }
  const resources = { cpu: '4', memory: '8Gi' }
  const nodes = [{ name: 'cp-0', resources, labels: { 'node-role.kubernetes.io/control-plane': '' } }, { name: 'n1', resources }]
  const cluster = createCluster({ seed: 1, addOns: ['coredns'], nodes, images: { 'model:1': image } })
  const api = cluster.clientFor(adminUser)
  const ask = (name: string): unknown => {
    const result = cluster.components.network.send('default', { method: 'GET', url: `http://${name}/predict`, headers: {}, body: '' }, 5000)
    return 'failure' in result ? result.failure : (JSON.parse(result.response.body) as { fallback?: boolean }).fallback
  }
  cluster.advanceTo(60_000)
  for (const [name, upstream] of [['alone', ''], ['front', 'http://alone/ready'], ['lost', 'http://nobody'], ['ring', 'http://ring/predict']]) {
    const labels = { app: name }
    api.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } } as KubeObject)
    const env = [{ name: 'FEATURE_URL', value: upstream }]
    api.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec: { containers: [{ name: 'c', image: 'model:1', env }] } } as KubeObject)
  }
  cluster.advanceTo(120_000)

  it.each([
    ['does not ask without an address', 'alone', undefined],
    ['has what it asked for', 'front', false],
    ['goes on without a host that nobody knows', 'lost', true],
    ['answers even when it asks itself', 'ring', false],
  ])('%s', (_name, host, fallback) => {
    expect(ask(host)).toBe(fallback)
  })
})
