import { describe, expect, it } from 'vitest'
import { adminUser, createCluster, restoreCluster } from './index.ts'
import type { Cluster, KubeObject, Pod } from './index.ts'
import { explainPod } from './scheduler/explain.ts'

const configuration = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: default-scheduler
  plugins:
    multiPoint:
      enabled:
      - name: Coscheduling
    queueSort:
      disabled:
      - name: "*"
      enabled:
      - name: Coscheduling
  pluginConfig:
  - name: Coscheduling
    args:
      permitWaitingTimeSeconds: 20
`

function gpuCluster(gpus: number, document = configuration): Cluster {
  const nodes = Array.from({ length: gpus / 4 }, (_unused, i) => ({ name: `gpu-${i}`, resources: { cpu: '32', memory: '128Gi', pods: '110', 'nvidia.com/gpu': '4' } }))
  const cluster = createCluster({ seed: 3, nodes, addOns: ['coscheduling'], schedulerConfiguration: document, runsUnknownImages: true })
  cluster.advanceTo(30_000)
  return cluster
}

function put(cluster: Cluster, resource: string, object: object): void {
  const result = cluster.clientFor(adminUser).create(resource, object as KubeObject)
  expect(result.ok ? 'created' : result.status.message).toBe('created')
}

function group(cluster: Cluster, name: string, minMember: number, spec: object = {}): void {
  put(cluster, 'podgroups.scheduling.x-k8s.io', { apiVersion: 'scheduling.x-k8s.io/v1alpha1', kind: 'PodGroup', metadata: { name, namespace: 'default' }, spec: { minMember, ...spec } })
}

function pod(cluster: Cluster, name: string, groupName: string, gpus = '1', extra: object = {}): void {
  const resources = { requests: { cpu: '1' }, limits: { 'nvidia.com/gpu': gpus } }
  put(cluster, 'pods', {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...(groupName !== '' && { labels: { 'scheduling.x-k8s.io/pod-group': groupName } }) },
    spec: { containers: [{ name: 'c', image: 'trainer', resources }], ...extra },
  })
}

/** Pods of a group that have a node. */
function bound(cluster: Cluster, prefix: string): number {
  return cluster.peek<Pod>('pods').filter(({ metadata, spec }) => metadata.name?.startsWith(prefix) === true && (spec.nodeName ?? '') !== '').length
}

function messageOf(cluster: Cluster, name: string): string {
  return cluster.peekOne<Pod>('pods', `default/${name}`)?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? ''
}

function forMs(cluster: Cluster, ms: number): void {
  cluster.advanceTo(cluster.nowMs + ms)
}

describe('gangs', () => {
  it('two that each need more than half of the GPUs never share them: one runs whole, the other not at all', () => {
    const cluster = gpuCluster(8)
    for (const name of ['a', 'b']) group(cluster, name, 6)
    for (let i = 0; i < 6; i++) for (const name of ['a', 'b']) pod(cluster, `${name}-${i}`, name)
    const seen = new Set<string>()
    for (let i = 0; i < 120; i++) {
      forMs(cluster, 500)
      const counts = [bound(cluster, 'a-'), bound(cluster, 'b-')].sort((x, y) => x - y)
      seen.add(counts.join('+'))
    }
    expect([...seen].filter((counts) => counts !== '0+0' && counts !== '0+6')).toEqual([])
    expect(bound(cluster, 'a-') + bound(cluster, 'b-')).toBe(6)
  })

  it('the second starts when the first is gone', () => {
    const cluster = gpuCluster(8)
    for (const name of ['a', 'b']) group(cluster, name, 6)
    for (const name of ['a', 'b']) for (let i = 0; i < 6; i++) pod(cluster, `${name}-${i}`, name)
    forMs(cluster, 60_000)
    const [first, second] = bound(cluster, 'a-') === 6 ? ['a', 'b'] : ['b', 'a']
    for (let i = 0; i < 6; i++) cluster.clientFor(adminUser).delete('pods', `default/${first}-${i}`, {})
    forMs(cluster, 60_000)
    expect(bound(cluster, `${second}-`)).toBe(6)
  })

  it('a group with too few pods is rejected before any node is looked at', () => {
    const cluster = gpuCluster(8)
    group(cluster, 'a', 3)
    pod(cluster, 'a-0', 'a')
    forMs(cluster, 5_000)
    expect(messageOf(cluster, 'a-0')).toContain('0/2 nodes are available: pre-filter pod a-0 cannot find enough sibling pods, current pods number: 1, minMember of group: 3. ')
    pod(cluster, 'a-1', 'a')
    pod(cluster, 'a-2', 'a')
    forMs(cluster, 15_000)
    expect(bound(cluster, 'a-')).toBe(3)
  })

  it('a pod that fits nowhere sends the whole group back, and its room is free for others', () => {
    const cluster = gpuCluster(4)
    group(cluster, 'a', 5)
    for (let i = 0; i < 5; i++) pod(cluster, `a-${i}`, 'a')
    forMs(cluster, 3_000)
    expect(bound(cluster, 'a-')).toBe(0)
    expect(messageOf(cluster, 'a-4')).toContain('PodGroup default/a gets rejected due to Pod a-4 is unschedulable even after PostFilter')
    expect(messageOf(cluster, 'a-0')).toBe('0/1 nodes are available: 1 optimistic rejection in PostFilter.')
    pod(cluster, 'single', '', '4')
    forMs(cluster, 3_000)
    expect(bound(cluster, 'single')).toBe(1)
  })

  it('pods that wait are given up after their time, and hold the GPUs until then', () => {
    const cluster = gpuCluster(4)
    group(cluster, 'a', 3, { scheduleTimeoutSeconds: 7 })
    // The third is there, but nobody schedules it.
    pod(cluster, 'a-2', 'a', '1', { schedulingGates: [{ name: 'later' }] })
    pod(cluster, 'a-1', 'a', '1', { schedulingGates: [{ name: 'soon' }] })
    pod(cluster, 'a-0', 'a')
    forMs(cluster, 2_000)
    const { schedulingGates: _gates, ...spec } = (cluster.peekOne<Pod>('pods', 'default/a-1') as Pod).spec
    cluster.clientFor(adminUser).update('pods', { ...(cluster.peekOne<Pod>('pods', 'default/a-1') as Pod), spec })
    forMs(cluster, 1_000)
    expect(cluster.components.scheduler?.scheduler().waiting.list().map(({ podKey }) => podKey)).toEqual(['default/a-0', 'default/a-1'])
    const engine = cluster.components.scheduler?.scheduler()
    expect(engine && explainPod(engine, cluster.peekOne<Pod>('pods', 'default/a-0') as Pod).wake.held).toMatchObject({ plugins: ['Coscheduling'], nodeName: 'gpu-0' })
    pod(cluster, 'single', '', '4')
    forMs(cluster, 1_000)
    expect(messageOf(cluster, 'single')).toContain('Insufficient nvidia.com/gpu')
    forMs(cluster, 3_200)
    expect(messageOf(cluster, 'a-0')).toBe('0/1 nodes are available: 1 rejected due to timeout after waiting 7s at plugin Coscheduling.')
    expect(messageOf(cluster, 'a-1')).toBe('0/1 nodes are available: 1 rejection in Unreserve.')
    expect(bound(cluster, 'single')).toBe(1)
  })

  it('a group that failed is left in peace for the back-off of its plugin', () => {
    const cluster = gpuCluster(4, configuration.replace('permitWaitingTimeSeconds: 20', 'podGroupBackoffSeconds: 60'))
    group(cluster, 'a', 5)
    for (let i = 0; i < 5; i++) pod(cluster, `a-${i}`, 'a')
    forMs(cluster, 5_000)
    pod(cluster, 'a-5', 'a')
    forMs(cluster, 5_000)
    expect(messageOf(cluster, 'a-5')).toContain('podGroup default/a failed recently')
  })

  it('minResources that the cluster does not have are told as a gap', () => {
    const cluster = gpuCluster(4)
    group(cluster, 'a', 1, { minResources: { 'nvidia.com/gpu': 6, cpu: '40' } })
    pod(cluster, 'a-0', 'a')
    forMs(cluster, 2_000)
    expect(messageOf(cluster, 'a-0')).toContain('resource gap: map[cpu:{{8000 -3} {<nil>}  DecimalSI} nvidia.com/gpu:{{2 0} {<nil>}  DecimalSI}]')
  })

  it('a pod of a group that does not exist is refused at Permit', () => {
    const cluster = gpuCluster(4)
    pod(cluster, 'a-0', 'a')
    forMs(cluster, 2_000)
    expect(messageOf(cluster, 'a-0')).toBe('0/1 nodes are available: 1 PodGroup not found.')
    group(cluster, 'a', 1)
    forMs(cluster, 15_000)
    expect(bound(cluster, 'a-')).toBe(1)
  })

  it('forks and snapshots know who waits', () => {
    const cluster = gpuCluster(4)
    group(cluster, 'a', 3)
    for (let i = 0; i < 3; i++) pod(cluster, `a-${i}`, 'a', '1', i === 2 ? { schedulingGates: [{ name: 'later' }] } : {})
    forMs(cluster, 2_000)
    for (const copy of [cluster.fork(), restoreCluster(cluster.snapshot())]) {
      const gated = copy.peekOne<Pod>('pods', 'default/a-2') as Pod
      const { schedulingGates: _gates, ...spec } = gated.spec
      copy.clientFor(adminUser).update('pods', { ...gated, spec })
      forMs(copy, 2_000)
      expect(bound(copy, 'a-')).toBe(3)
    }
    forMs(cluster, 5_000)
    expect(bound(cluster, 'a-')).toBe(0)
  })

  it('the group tells its phase and counts', () => {
    const cluster = gpuCluster(4)
    group(cluster, 'a', 2)
    forMs(cluster, 2_000)
    const status = (): unknown => cluster.peekOne<KubeObject & { status?: object }>('podgroups.scheduling.x-k8s.io', 'default/a')?.status
    expect(status()).toEqual({ phase: 'Pending' })
    for (let i = 0; i < 2; i++) pod(cluster, `a-${i}`, 'a')
    forMs(cluster, 30_000)
    expect(status()).toEqual({ phase: 'Running', running: 2 })
  })
})
