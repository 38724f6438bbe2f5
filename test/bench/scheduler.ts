/**
 * Decisions per second of the scheduler alone: its cache, its plugins and the choice, without an API around it.
 * The workloads have the names, nodes and pods of the benchmark that runs the real scheduler's algorithm.
 */

import type { Bench } from './bench.ts'
import type { Affinity, LabelSelector, Node, Pod, PodSpec, StringMap } from '../../simulator/api/types.ts'
import { Table } from '../../simulator/kernel/table.ts'
import { podKeyOf } from '../../simulator/scheduler/pod-class.ts'
import type { Decision, SchedulerPorts } from '../../simulator/scheduler/ports.ts'
import { Scheduler } from '../../simulator/scheduler/scheduler.ts'

const zone = 'topology.kubernetes.io/zone'
const hostname = 'kubernetes.io/hostname'

interface PodShape { labels?: StringMap; requests?: { [resource: string]: string }; spec?: Partial<PodSpec> }
interface Workload {
  readonly name: string
  readonly nodes: number
  /** Pods scheduled before the clock starts. */
  readonly first?: number
  /** Pods bound before the clock starts. */
  readonly prebound?: number
  readonly pods: number
  readonly hasZones?: boolean
  readonly hasGpus?: boolean
  readonly shape?: PodShape
  readonly fails?: boolean
  readonly isOwned?: boolean
}

function color(value: string): LabelSelector {
  return { matchLabels: { color: value } }
}

function friend(value: string): Affinity {
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: hostname, labelSelector: color(value) }] } }
}

const antiAffinity: PodShape = {
  labels: { color: 'green' },
  spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: hostname, labelSelector: color('green') }] } } },
}
const preferredAffinity: PodShape = {
  labels: { color: 'red' },
  spec: { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: hostname, labelSelector: color('red') } }] } } },
}
const spread: PodShape = {
  labels: { color: 'blue' },
  spec: { topologySpreadConstraints: [{ maxSkew: 5, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector: color('blue') }] },
}
const zoneTerms = { nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: 'In', values: ['zone-0', 'zone-1'] }] }] }

const workloads: readonly Workload[] = [
  { name: 'basic-500', nodes: 500, pods: 1000 },
  { name: 'basic-5000', nodes: 5000, pods: 10000 },
  { name: 'basic-15000', nodes: 15000, pods: 10000 },
  { name: 'owned-5000', nodes: 5000, pods: 10000, isOwned: true },
  { name: 'required-anti-affinity-hostname', nodes: 5000, first: 1000, pods: 2000, shape: antiAffinity },
  { name: 'preferred-affinity-hostname', nodes: 5000, first: 1000, pods: 3000, shape: preferredAffinity },
  { name: 'spread-zone-do-not-schedule', nodes: 5000, first: 1000, pods: 5000, hasZones: true, shape: spread },
  { name: 'required-node-affinity', nodes: 5000, first: 1000, pods: 5000, hasZones: true, shape: { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: zoneTerms } } } } },
  { name: 'extended-resource-gpu', nodes: 5000, pods: 10000, hasGpus: true, shape: { requests: { 'nvidia.com/gpu': '1' } } },
  { name: 'unschedulable-beyond-every-node', nodes: 5000, prebound: 20000, pods: 1000, shape: { requests: { cpu: '9' } }, fails: true },
  { name: 'unschedulable-full-no-victims', nodes: 5000, prebound: 20000, pods: 500, fails: true },
  { name: 'unschedulable-preemption-all-candidates', nodes: 5000, prebound: 20000, pods: 200, shape: { spec: { priority: 10, affinity: friend('nobody') } }, fails: true },
]

function makeNode(index: number, { hasZones = false, hasGpus = false }: Workload): Node {
  const name = `node-${index}`
  const allocatable = { cpu: '4', memory: '32Gi', pods: '110', ...(hasGpus && { 'nvidia.com/gpu': '8' }) }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels: { [hostname]: name, ...(hasZones && { [zone]: `zone-${index % 3}` }) } }, status: { capacity: allocatable, allocatable } }
}

function makePod(prefix: string, index: number, { shape = {}, isOwned = false }: Workload): Pod {
  const name = `${prefix}-${index}`
  const requests = { cpu: '1', memory: '500Mi', ...shape.requests }
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'web', controller: true }
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels: isOwned ? { app: 'web' } : { ...shape.labels }, ...(isOwned && { ownerReferences: [owner] }) },
    spec: { schedulerName: 'default-scheduler', priority: 0, containers: [{ name: 'c', image: 'pause', resources: { requests } }], ...shape.spec },
    status: { phase: 'Pending' },
  }
}

/** A cluster that is nothing but maps. */
class BenchCluster {
  readonly pods = new Map<string, Pod>()
  readonly nodes: Node[] = []
  private seed = 1
  last: Decision | undefined
  feasibleSum = 0
  readonly scheduler: Scheduler
  readonly workload: Workload

  constructor(workload: Workload) {
    this.workload = workload
    for (let i = 0; i < workload.nodes; i++) this.nodes.push(makeNode(i, workload))
    for (let i = 0; i < (workload.prebound ?? 0); i++) {
      const pod = makePod('bound', i, {} as Workload)
      this.pods.set(podKeyOf(pod), { ...pod, spec: { ...pod.spec, nodeName: `node-${i % workload.nodes}` }, status: { phase: 'Running' } })
    }
    this.scheduler = new Scheduler({ queue: new Table(), counters: new Table() }, this.ports())
  }

  private ports(): SchedulerPorts {
    const set = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'web' } } } }
    return {
      nowMs: () => 0,
      objects: { find: (kind) => (kind === 'ReplicaSet' ? set : undefined), list: () => [] },
      findPod: (key) => this.pods.get(key),
      listNodes: () => this.nodes,
      listPods: () => [...this.pods.values()],
      bind: () => undefined,
      patchStatus: () => {},
      evict: () => {},
      recordEvent: () => {},
      pick: (bound) => (this.seed = (Math.imul(this.seed, 1103515245) + 12345) >>> 0) % bound,
      recordDecision: (decision) => {
        this.last = decision
        this.feasibleSum += decision.feasibleCount
      },
    }
  }

  /** Creates pods and tries each once. @returns how long the attempts took, in microseconds each */
  run(prefix: string, count: number): number[] {
    const tookUs: number[] = []
    for (let i = 0; i < count; i++) {
      const pod = makePod(prefix, i, this.workload)
      this.pods.set(podKeyOf(pod), pod)
      const start = performance.now()
      this.scheduler.onPodChange(undefined, pod)
      this.scheduler.attempt(podKeyOf(pod))
      tookUs.push((performance.now() - start) * 1000)
    }
    return tookUs
  }
}

function measure(workload: Workload): { [figure: string]: number | string } {
  const bench = new BenchCluster(workload)
  bench.run('first', workload.first ?? 0)
  bench.feasibleSum = 0
  const start = performance.now()
  const tookUs = bench.run('pod', workload.pods).sort((a, b) => a - b)
  const seconds = (performance.now() - start) / 1000
  const at = (part: number): number => Math.round((tookUs[Math.floor(part * (tookUs.length - 1))] ?? 0) * 10) / 10
  const result = bench.last?.result
  if ((result === 'scheduled') === (workload.fails ?? false)) throw new Error(`${workload.name}: ${result} ${bench.last?.message}`)
  return {
    workload: workload.name, nodes: workload.nodes, podsBefore: (workload.first ?? 0) + (workload.prebound ?? 0), pods: workload.pods,
    seconds, podsPerSecond: Math.round(workload.pods / seconds), p50us: at(0.5), p90us: at(0.9), p99us: at(0.99),
    ...(result === 'scheduled' ? { meanFeasibleNodes: bench.feasibleSum / workload.pods } : { message: bench.last?.message ?? '' }),
  }
}

/** All workloads, by the name of the bench before the workload's own. */
export const schedulerBenches: readonly Bench[] = workloads.map((workload) => ({ name: `scheduler/${workload.name}`, run: () => measure(workload) }))
