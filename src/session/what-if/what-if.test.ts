import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../simulator/index.ts'
import type { Cluster, Node, NodeSpec, Pod } from '../../../simulator/index.ts'
import { runAsAuthor } from '../scenario.ts'
import type { WhatIfChange } from './changes.ts'
import { gpuFigures } from './gpu-fragmentation.ts'
import { whatIf } from './what-if.ts'
import type { WhatIfReport } from './what-if.ts'

const cpuNode = (name: string): NodeSpec => ({ name, resources: { cpu: '4', memory: '16Gi' } })
const gpuNode = (name: string, count = 4): NodeSpec => ({ name, resources: { cpu: '32', memory: '128Gi' }, gpus: { model: 'NVIDIA-A100-SXM4-80GB', count } })

function start(nodes: readonly NodeSpec[], manifest: string): Cluster {
  const cluster = createCluster({ seed: 1, nodes: [...nodes], runsUnknownImages: true })
  cluster.advanceTo(10_000)
  const { exitCode, output } = runAsAuthor(cluster, 'kubectl apply -f x.yaml', { 'x.yaml': manifest })
  if (exitCode !== 0) throw new Error(output)
  cluster.advanceTo(cluster.nowMs + 60_000)
  return cluster
}

const deployment = (name: string, replicas: number, resources: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec:\n  replicas: ${replicas}\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec:\n      containers: [{name: c, image: nginx, resources: ${resources}}]\n`
const podOf = (name: string, resources: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers: [{name: c, image: nginx, resources: ${resources}}]\n`
const gpus = (count: number): string => `{limits: {nvidia.com/gpu: ${count}}}`

function reportOf(cluster: Cluster, ...changes: WhatIfChange[]): WhatIfReport {
  const report = whatIf(cluster, changes)
  if (report.kind !== 'report') throw new Error(report.message)
  return report
}
const told = (report: WhatIfReport): string[] => report.placements.map(({ change, owner, pod, from, to }) => `${change} ${owner ?? pod}: ${from ?? '-'} -> ${to ?? '-'}`)

describe('whatIf', () => {
  test('nothing changes without a change, and the cluster stays as it is', () => {
    const cluster = start([cpuNode('a'), cpuNode('b')], deployment('web', 4, '{requests: {cpu: "1"}}'))
    const { traceHash, nowMs } = cluster
    const report = reportOf(cluster)
    expect(report).toMatchObject({ placements: [], isSettled: true, settledSeconds: 0 })
    expect(report.pods.after).toEqual(report.pods.before)
    expect([cluster.traceHash, cluster.nowMs]).toEqual([traceHash, nowMs])
  })

  test('a node that goes sends its Pods elsewhere, and those without room wait', () => {
    const cluster = start([cpuNode('a'), cpuNode('b')], deployment('web', 6, '{requests: {cpu: "1"}}'))
    const report = reportOf(cluster, { kind: 'remove-node', node: 'b' })
    expect(told(report).sort()).toEqual(['moved Deployment/web: b -> a', 'newly-pending Deployment/web: b -> -', 'newly-pending Deployment/web: b -> -'])
    expect(report.placements.find(({ change }) => change === 'newly-pending')?.why).toContain('1 Insufficient cpu')
    expect(report.pods).toEqual({ before: { running: 6, pending: 0, failed: 0 }, after: { running: 4, pending: 2, failed: 0 } })
    expect(report.isSettled).toBe(true)
  })

  test('a node like another lets a waiting Pod run, and costs what the other costs', () => {
    const cluster = start([gpuNode('gpu-1')], podOf('a', gpus(3)) + '---\n' + podOf('b', gpus(2)))
    const report = reportOf(cluster, { kind: 'add-node', like: 'gpu-1', count: 1 })
    expect(told(report)).toEqual(['newly-running b: - -> gpu-2'])
    expect(report.gpus).toMatchObject({ before: { total: 4, inUse: 3, free: 1, fragmented: 1, fragmentationRate: 1 }, after: { total: 8, inUse: 5, free: 3 } })
    expect(report.cost.rows).toEqual([{ type: '4 x NVIDIA-A100-SXM4-80GB', before: 1, after: 2, price: 15.23 }])
    expect([report.cost.before, report.cost.after]).toEqual([15.23, 30.46])
  })

  test('GPUs that are shared take Pods that waited', () => {
    const cluster = start([{ name: 't4', resources: { cpu: '8', memory: '32Gi' }, gpus: { model: 'Tesla-T4', count: 1 } }], deployment('infer', 3, gpus(1)))
    const report = reportOf(cluster, { kind: 'gpus', node: 't4', gpus: { model: 'Tesla-T4', count: 1, sharing: { strategy: 'time-slicing', replicas: 4 } } })
    expect(report.pods).toMatchObject({ before: { running: 1, pending: 2 }, after: { running: 3, pending: 0 } })
    expect(report.gpus.after).toMatchObject({ total: 1, inUse: 0.75, free: 0.25 })
  })

  test('another profile of the scheduler puts a Pod elsewhere', () => {
    const nodes = ['g1', 'g2'].map((name) => gpuNode(name, 8))
    const cluster = start(nodes, podOf('a', '{requests: {cpu: "8"}, limits: {cpu: "8", nvidia.com/gpu: 2}}'))
    const [used, empty] = cluster.peekOne<Pod>('pods', 'default/a')?.spec.nodeName === 'g1' ? ['g1', 'g2'] : ['g2', 'g1']
    const added: WhatIfChange = { kind: 'apply', yaml: podOf('b', '{limits: {cpu: "8", nvidia.com/gpu: 2}}') }
    const packed = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- plugins:\n    multiPoint:\n      enabled:\n      - {name: GpuTopology, weight: 20}\n'
    expect(told(reportOf(cluster, added))).toEqual([`added b: - -> ${empty}`])
    expect(told(reportOf(cluster, { kind: 'scheduler', yaml: packed }, added))).toEqual([`added b: - -> ${used}`])
    expect(whatIf(cluster, [{ kind: 'scheduler', yaml: packed.replace('GpuTopology', 'GpuTopologie') }])).toMatchObject({ kind: 'refused', change: 0 })
  })

  test('a cordon changes nothing for Pods that run; with one more replica it does', () => {
    const cluster = start([cpuNode('a'), cpuNode('b')], deployment('web', 2, '{requests: {cpu: "1"}}'))
    expect(reportOf(cluster, { kind: 'cordon', node: 'a' }).placements).toEqual([])
    expect(told(reportOf(cluster, { kind: 'cordon', node: 'a' }, { kind: 'scale', target: 'deploy/web', replicas: 3 }))).toEqual(['added Deployment/web: - -> b'])
  })

  test.each<{ name: string; changes: WhatIfChange[]; want: string[] }>([
    { name: 'a taint that evicts', changes: [{ kind: 'taint', node: 'a', taint: 'gone=true:NoExecute' }], want: ['moved Deployment/web: a -> b'] },
    { name: 'a Pod that is added', changes: [{ kind: 'apply', yaml: podOf('p', '{requests: {cpu: "100"}}') }], want: ['added p: - -> -'] },
    { name: 'a Deployment that is deleted', changes: [{ kind: 'delete', target: 'deploy/web' }], want: ['gone Deployment/web: a -> -', 'gone Deployment/web: b -> -'] },
  ])('$name', ({ changes, want }) => {
    const cluster = start([cpuNode('a'), cpuNode('b')], deployment('web', 2, '{requests: {cpu: "1"}}'))
    expect(told(reportOf(cluster, ...changes)).sort()).toEqual(want)
  })

  test.each<{ name: string; changes: WhatIfChange[]; change: number; message: string }>([
    { name: 'a node that does not exist', changes: [{ kind: 'uncordon', node: 'a' }, { kind: 'cordon', node: 'nope' }], change: 1, message: 'Error from server (NotFound): nodes "nope" not found' },
    { name: 'a copy of no node', changes: [{ kind: 'add-node', like: 'nope', count: 1 }], change: 0, message: 'There is no node "nope" to copy.' },
    { name: 'GPUs that cannot be', changes: [{ kind: 'gpus', node: 'a', gpus: { model: 'GTX', count: 1 } }], change: 0, message: 'GPU model "GTX" is not known.' },
  ])('refuses $name', ({ changes, change, message }) => {
    const answer = whatIf(start([cpuNode('a')], podOf('p', '{}')), changes)
    expect(answer).toMatchObject({ kind: 'refused', change })
    expect('message' in answer ? answer.message : '').toContain(message)
  })

  test('new nodes get the next free names and the taints and labels of the one that they are like', () => {
    const cluster = start([{ ...cpuNode('pool-1'), labels: { pool: 'x' }, taints: [{ key: 'k', effect: 'NoSchedule' }] }, cpuNode('pool-2')], podOf('p', '{}'))
    const { commands } = reportOf(cluster, { kind: 'add-node', like: 'pool-1', count: 2 })
    const { exitCode } = runAsAuthor(cluster, commands[0])
    expect(exitCode).toBe(0)
    cluster.advanceTo(cluster.nowMs + 60_000)
    expect(cluster.peek<Node>('nodes').map(({ metadata }) => metadata.name)).toEqual(['pool-1', 'pool-2', 'pool-3', 'pool-4'])
    expect(cluster.peekOne<Node>('nodes', 'pool-4')).toMatchObject({ metadata: { labels: { pool: 'x' } }, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })
  })
})

describe('GPU fragmentation', () => {
  test.each<{ name: string; nodes: NodeSpec[]; pods: [string, string][]; want: object }>([
    { name: 'without GPU Pods there is no rate', nodes: [gpuNode('a')], pods: [], want: { total: 4, free: 4, fragmented: 0 } },
    { name: 'what a Pod of the same kind can use is not fragmented', nodes: [gpuNode('a')], pods: [['p', gpus(2)]], want: { free: 2, fragmented: 0, fragmentationRate: 0 } },
    { name: 'what is too small for half of the Pods counts half', nodes: [gpuNode('a', 8)], pods: [['p', gpus(2)], ['q', gpus(4)]], want: { free: 2, fragmented: 1, fragmentationRate: 0.5 } },
    {
      name: 'MIG devices are of no use for whole GPUs, and count by their slices', pods: [['p', gpus(1)]],
      nodes: [{ ...gpuNode('a'), gpus: { model: 'NVIDIA-A100-SXM4-80GB', count: 2, mig: { strategy: 'mixed', devices: [{ gpus: [1], profiles: { '1g.10gb': 7 } }] } } }], want: { total: 2, free: 1, fragmented: 1, fragmentationRate: 1 },
    },
    { name: 'GPUs behind a taint are of no use', nodes: [gpuNode('a', 1), { ...gpuNode('b'), taints: [{ key: 'k', effect: 'NoSchedule' }] }], pods: [['p', gpus(1)]], want: { free: 4, fragmented: 4 } },
  ])('$name', ({ nodes, pods, want }) => {
    const cluster = start(nodes, pods.length === 0 ? 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n' : pods.map(([name, resources]) => podOf(name, resources)).join('---\n'))
    expect(gpuFigures(cluster)).toMatchObject(want)
  })
})
