import { describe, expect, it } from 'vitest'
import { adminUser, createCluster, restoreCluster } from './index.ts'
import type { Cluster, KubeObject, Pod } from './index.ts'

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'
const packing = `${head}profiles:
- schedulerName: default-scheduler
- schedulerName: pack
  plugins:
    score:
      disabled: [{name: "*"}]
      enabled: [{name: NodeResourcesFit}]
  pluginConfig:
  - name: NodeResourcesFit
    args:
      scoringStrategy: {type: MostAllocated, resources: [{name: cpu, weight: 1}]}
`

function started(schedulerConfiguration?: string, count = 2): Cluster {
  const nodes = Array.from({ length: count }, (_unused, i) => ({ name: `n${i}`, resources: { cpu: '8', memory: '32Gi', pods: '110' } }))
  const cluster = createCluster({ seed: 5, nodes, schedulerConfiguration, runsUnknownImages: true })
  cluster.advanceTo(30_000)
  return cluster
}

function run(cluster: Cluster, name: string, { schedulerName, cpu = '1' }: { schedulerName?: string; cpu?: string } = {}): string {
  const spec = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...(schedulerName !== undefined && { schedulerName }) }
  const created = cluster.clientFor(adminUser).create('pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as KubeObject)
  expect(created.ok).toBe(true)
  return nodeOf(cluster, name, 5_000)
}

function nodeOf(cluster: Cluster, name: string, waitMs: number): string {
  cluster.advanceTo(cluster.nowMs + waitMs)
  return cluster.peekOne<Pod>('pods', `default/${name}`)?.spec.nodeName ?? ''
}

const configure = (cluster: Cluster, text: string): string | undefined => cluster.components.scheduler?.configure(text)

describe('a configured scheduler', () => {
  it('schedules each pod by the profile that it names, and leaves pods of other names alone', () => {
    const cluster = started(packing)
    const first = run(cluster, 'a', { schedulerName: 'pack', cpu: '2' })
    expect(run(cluster, 'b', { schedulerName: 'pack' })).toBe(first)
    expect(run(cluster, 'c')).not.toBe(first)
    expect(run(cluster, 'd', { schedulerName: 'elsewhere' })).toBe('')
  })

  it('is configured anew while pods wait, and takes up pods whose profile has come', () => {
    const cluster = started()
    expect(run(cluster, 'big', { cpu: '9' })).toBe('')
    expect(run(cluster, 'mine', { schedulerName: 'pack' })).toBe('')
    expect(configure(cluster, packing)).toBeUndefined()
    expect(nodeOf(cluster, 'mine', 1_000)).not.toBe('')
    expect(cluster.components.scheduler?.scheduler().queue.find('default/big')?.unschedulableCount).toBe(1)
    expect(configure(cluster, `${head}profiles: [{schedulerName: pack}]\n`)).toBeUndefined()
    expect(run(cluster, 'later')).toBe('')
  })

  it('keeps the old configuration when the new one is refused', () => {
    const cluster = started(packing)
    expect(configure(cluster, `${head}percentageOfNodesToScore: 101\n`)).toBe('percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]')
    expect(configure(cluster, `${head}profile: []\n`)).toBe('strict decoding error: unknown field "profile"')
    expect(cluster.components.scheduler?.configuration()).toBe(packing)
    expect(run(cluster, 'a', { schedulerName: 'pack' })).not.toBe('')
  })

  it('is the same in forks and snapshots', () => {
    const cluster = started()
    configure(cluster, packing)
    for (const copy of [cluster.fork(), restoreCluster(cluster.snapshot())]) expect(run(copy, 'a', { schedulerName: 'pack' })).not.toBe('')
  })

  it('looks at the share of the nodes that it is told to', () => {
    const looked = (text: string): number | undefined => {
      const cluster = started(head + text, 300)
      run(cluster, 'a')
      return cluster.components.scheduler?.decisions().at(-1)?.feasibleCount
    }
    expect(looked('percentageOfNodesToScore: 50\n')).toBe(150)
    expect(looked('percentageOfNodesToScore: 10\n')).toBe(100)
    expect(looked('percentageOfNodesToScore: 50\nprofiles: [{percentageOfNodesToScore: 90}]\n')).toBe(270)
    expect(looked('')).toBe(144)
  })

  it('waits between attempts as long as it is told to', () => {
    const cluster = started(`${head}podInitialBackoffSeconds: 3\npodMaxBackoffSeconds: 5\n`)
    const { scheduler } = cluster.components
    run(cluster, 'big', { cpu: '9' })
    const row = scheduler?.scheduler().queue.find('default/big')
    expect(row?.unschedulableCount).toBe(1)
    const [limits] = [...(scheduler?.scheduler().profiles.values() ?? [])].map(({ backoff }) => backoff)
    expect(limits).toEqual({ firstMs: 3_000, maxMs: 5_000 })
  })

  it('goes without preemption when that is off', () => {
    const cluster = started(`${head}profiles: [{plugins: {postFilter: {disabled: [{name: DefaultPreemption}]}}}]\n`)
    run(cluster, 'big', { cpu: '9' })
    const condition = cluster.peekOne<Pod>('pods', 'default/big')?.status?.conditions?.find(({ type }) => type === 'PodScheduled')
    expect(condition?.message).toBe('0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate')
  })

  it('does not start with a configuration that does not load', () => {
    expect(() => started(`${head}profiles: [{schedulerName: ""}]\n`)).toThrow('profiles[0].schedulerName: Required value')
  })
})
