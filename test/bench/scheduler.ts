/**
 * Decisions per second of the scheduler alone: its cache, queue, plugins and choice, without an API around it.
 * Inside the clock: the pod enters the queue, is tried once, and is assumed and bound, or fails after PostFilter with its
 * message made. Pods are built before. Each workload runs at least twice in a fresh process, on clusters of its own: the real scheduler is
 * compiled before it starts, this one while it runs. `coldPodsPerCpuSecond` is the first run, all other figures the last.
 */

import { readFileSync } from 'node:fs'
import type { Bench } from './bench.ts'
import { round } from './bench.ts'
import type { Node, Pod } from '../../simulator/api/types.ts'
import { Table } from '../../simulator/kernel/table.ts'
import { explainPod } from '../../simulator/scheduler/explain.ts'
import { podKeyOf } from '../../simulator/scheduler/pod-class.ts'
import type { Decision, SchedulerPorts } from '../../simulator/scheduler/ports.ts'
import { Scheduler } from '../../simulator/scheduler/scheduler.ts'
import { makeBenchNode, makeBenchPod, ownedWorkload, sharedWorkloads } from './scheduler-workloads.ts'
import type { Workload } from './scheduler-workloads.ts'

type Figures = { [figure: string]: number | string }

/** A cluster that is nothing but maps. */
class BenchCluster {
  readonly pods = new Map<string, Pod>()
  readonly nodes: Node[] = []
  private seed = 1
  last: Decision | undefined
  scheduled = 0
  failed = 0
  feasibleSum = 0
  readonly scheduler: Scheduler
  readonly workload: Workload

  constructor(workload: Workload) {
    this.workload = workload
    for (let i = 0; i < workload.nodes; i++) this.nodes.push(makeBenchNode(i, workload))
    for (let i = 0; i < (workload.prebound ?? 0); i++) {
      const pod = makeBenchPod('bound', i, workload.boundLikePods ? workload : {})
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
        if (decision.result === 'scheduled') this.scheduled++
        else this.failed++
      },
    }
  }

  /** Makes pods that `run` can try. */
  make(prefix: string, count: number): Pod[] {
    const pods = Array.from({ length: count }, (_none, i) => makeBenchPod(prefix, i, this.workload))
    for (const pod of pods) this.pods.set(podKeyOf(pod), pod)
    return pods
  }

  /** Tries each pod once. @returns how long the attempts took, in microseconds each */
  run(pods: readonly Pod[]): Float64Array {
    const tookUs = new Float64Array(pods.length)
    for (let i = 0; i < pods.length; i++) {
      const pod = pods[i]
      const start = performance.now()
      this.scheduler.onPodChange(undefined, pod)
      this.scheduler.attempt(podKeyOf(pod))
      tookUs[i] = (performance.now() - start) * 1000
    }
    return tookUs
  }

  forgetFigures(): void {
    this.scheduled = 0
    this.failed = 0
    this.feasibleSum = 0
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The highest resident set of this process so far, MiB. */
function peakRssMiB(): number {
  return round(process.resourceUsage().maxRSS / 1024, 0)
}

/** Everything before the clock, then the pods that are measured. */
function measureOnce(workload: Workload): { bench: BenchCluster; tookUs: Float64Array; seconds: number; cpu: number } {
  const bench = new BenchCluster(workload)
  bench.run(bench.make('first', workload.first ?? 0))
  const pods = bench.make('pod', workload.pods)
  bench.forgetFigures()
  const startCpu = cpuSeconds()
  const start = performance.now()
  const tookUs = bench.run(pods)
  const seconds = (performance.now() - start) / 1000
  const cpu = cpuSeconds() - startCpu
  const { scheduled, failed } = bench
  if (failed !== (workload.fails === true ? pods.length : 0)) throw new Error(`${workload.name}: ${scheduled} scheduled, ${failed} failed: ${bench.last?.message}`)
  return { bench, tookUs: tookUs.sort(), seconds, cpu }
}

const warmPods = 5000

/** The keys are those of the benchmark of the real algorithm. */
function measure(workload: Workload): Figures {
  const { nodes, pods, first = 0, prebound = 0 } = workload
  const cold = measureOnce(workload)
  // A workload of few pods is over before the compiler is.
  for (let done = pods; done < warmPods && workload.fails !== true; done += pods) measureOnce(workload)
  const { bench: { scheduled, failed, feasibleSum, last }, tookUs, seconds, cpu } = measureOnce(workload)
  const at = (part: number): number => round(tookUs[Math.floor(part * (tookUs.length - 1))] ?? 0)
  return {
    workload: workload.name, nodes, podsBefore: first + prebound, pods, scheduled, failed,
    seconds, podsPerSecond: Math.round(pods / seconds), cpuSeconds: cpu, podsPerCpuSecond: Math.round(pods / cpu), coldPodsPerCpuSecond: Math.round(pods / cold.cpu),
    loadAverage: readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 2).join(' '),
    p50us: at(0.5), p90us: at(0.9), p99us: at(0.99), meanFeasibleNodes: scheduled === 0 ? 0 : feasibleSum / scheduled,
    node: process.version, implementation: 'Podflight', rssMiB: peakRssMiB(), ...(failed > 0 && { message: last?.message ?? '' }),
  }
}

/** Microseconds per attempt, of which the given part took less. */
function warmUs(workload: Workload, part = 0.5): number {
  const bench = new BenchCluster(workload)
  bench.run(bench.make('first', workload.first ?? 0))
  const tookUs = bench.run(bench.make('pod', workload.pods)).sort()
  return tookUs[Math.floor(tookUs.length * part)] ?? 0
}

const comparisons = 3

/** How much one attempt costs in two settings, and the one over the other. They take turns, and what a quarter of the attempts stayed below counts: other programs only add. */
function compare(name: string, base: Workload, other: Workload, targetRatio: number): Figures {
  // Both run once before they are measured, so that neither pays for compilation.
  warmUs(base)
  warmUs(other)
  let baseUs = Infinity
  let otherUs = Infinity
  for (let i = 0; i < comparisons; i++) {
    baseUs = Math.min(baseUs, warmUs(base, 0.25))
    otherUs = Math.min(otherUs, warmUs(other, 0.25))
  }
  return { workload: name, base: base.name, baseUs: round(baseUs), other: other.name, otherUs: round(otherUs), ratio: round(otherUs / baseUs, 2), targetRatio, rssMiB: peakRssMiB() }
}

const named = (name: string): Workload => sharedWorkloads.find((workload) => workload.name === name) as Workload
/** Nodes on which thirty more pods have room beside those that are measured. */
const roomy = { allocatable: { cpu: '64', memory: '256Gi', pods: '110' } }

function beside(name: string, prebound: number, suffix: string): Workload {
  return { ...named(name), name: `${name}${suffix}`, first: 200, pods: 2000, prebound, ...roomy, boundLikePods: name !== 'required-anti-affinity-hostname' }
}

/** A failed attempt after something has changed on a node since the last one. */
function failedAfterChangeUs(): Figures {
  const bench = new BenchCluster({ ...named('unschedulable-full-no-victims'), name: 'failed-attempt-after-change' })
  const took: number[] = []
  for (const pod of bench.make('pod', 1000)) {
    const bound = bench.pods.get('default/bound-0')
    if (bound !== undefined) {
      bench.scheduler.onPodChange(bound, undefined)
      bench.scheduler.onPodChange(undefined, bound)
    }
    took.push(bench.run([pod])[0])
    bench.scheduler.onPodChange(pod, undefined)
  }
  took.sort((a, b) => a - b)
  return { workload: 'failed-attempt-after-change', nodes: 5000, medianUs: round(took[500]), targetUs: 100, rssMiB: peakRssMiB() }
}

/** One pod on four nodes, and one failed attempt, in microseconds. */
function smallUs(workload: Workload): Figures {
  warmUs(workload)
  const medianUs = round(warmUs(workload))
  return { workload: workload.name, nodes: workload.nodes, medianUs, targetUs: 100, rssMiB: peakRssMiB() }
}

function explainMs(): Figures {
  const bench = new BenchCluster({ ...named('basic-5000'), first: 2000 })
  bench.run(bench.make('first', 2000))
  const took: number[] = []
  for (const pod of bench.make('asked', 7)) {
    const start = performance.now()
    const { nodes } = explainPod(bench.scheduler, pod)
    took.push(performance.now() - start)
    if (nodes.length !== 5000) throw new Error(`explained ${nodes.length} nodes`)
  }
  took.sort((a, b) => a - b)
  return { workload: 'explain-5000', nodes: 5000, medianMs: round(took[3], 2), worstMs: round(took[6], 2), targetMs: 50, rssMiB: peakRssMiB() }
}

function memory(): Figures {
  const bench = new BenchCluster({ ...beside('spread-zone-do-not-schedule', 150_000, '-at-150000') })
  bench.run(bench.make('pod', 2000))
  return { workload: 'memory-150000', nodes: 5000, podsBefore: 150_000, pods: 2000, rssMiB: peakRssMiB(), targetMiB: 1024 }
}

const figures: readonly Bench[] = [
  { name: 'cost-15000-over-500', run: () => compare('cost-15000-over-500', { ...named('basic-500'), pods: 1500 }, { ...named('basic-15000'), pods: 1500 }, 1.25) },
  ...['required-anti-affinity-hostname', 'preferred-affinity-hostname', 'spread-zone-do-not-schedule'].map((name) => ({
    name: `${name}-150000-over-0`, run: () => compare(`${name}-150000-over-0`, beside(name, 0, '-at-0'), beside(name, 150_000, '-at-150000'), 1.2),
  })),
  { name: 'one-pod-on-4-nodes', run: () => smallUs({ name: 'one-pod-on-4-nodes', nodes: 4, pods: 400, allocatable: { cpu: '1000', memory: '1000Gi', pods: '1000' } }) },
  { name: 'failed-attempt', run: () => smallUs({ ...named('unschedulable-full-no-victims'), name: 'failed-attempt' }) },
  { name: 'failed-attempt-after-change', run: failedAfterChangeUs },
  { name: 'explain-5000', run: explainMs },
  { name: 'memory-150000', run: memory },
]

/** All workloads, by the name of the bench before the workload's own. */
export const schedulerBenches: readonly Bench[] = [
  ...[...sharedWorkloads, ownedWorkload].map((workload) => ({ name: workload.name, run: () => measure(workload) })),
  ...figures,
].map(({ name, run }) => ({ name: `scheduler/${name}`, run }))
