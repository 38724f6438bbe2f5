/** A small cluster in which things go wrong, the scheduler that works in it, and what must hold whatever happens. */

import type { Condition, KubeObject, Node, Pod, StringMap } from '../../../simulator/api/types.ts'
import { Table } from '../../../simulator/kernel/table.ts'
import { loadSchedulerConfiguration } from '../../../simulator/scheduler/configuration/load.ts'
import type { SchedulerConfiguration } from '../../../simulator/scheduler/configuration/types.ts'
import { podKeyOf } from '../../../simulator/scheduler/pod-class.ts'
import type { Decision, SchedulerPorts, StatusPatch } from '../../../simulator/scheduler/ports.ts'
import { Scheduler } from '../../../simulator/scheduler/scheduler.ts'
import { decide } from '../../../simulator/scheduler/testing/reference/decide.ts'
import type { Cluster } from '../../../simulator/scheduler/testing/reference/types.ts'
import type { Invariant, Moment } from './invariants.ts'

export const podGroupLabel = 'scheduling.x-k8s.io/pod-group'

export type StormEvent =
  | { readonly kind: 'pod'; readonly pod: Pod }
  | { readonly kind: 'delete'; readonly at: number }
  | { readonly kind: 'ungate'; readonly at: number }
  | { readonly kind: 'node'; readonly node: Node }
  | { readonly kind: 'nodeGone'; readonly name: string }
  | { readonly kind: 'pass'; readonly seconds: number }

export interface StormRow { readonly nodes: readonly Node[]; readonly objects: readonly KubeObject[]; readonly events: readonly StormEvent[] }

/** A mistake that is planted to see that an invariant finds it. */
export type Plant = (storm: Storm) => void

const gangProfile = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
profiles:
- schedulerName: default-scheduler
  plugins:
    queueSort:
      enabled: [{name: Coscheduling}]
      disabled: [{name: "*"}]
    multiPoint:
      enabled: [{name: Coscheduling}]
`

/** The default profile with the coscheduling plugin. */
export function gangConfiguration(): SchedulerConfiguration {
  const loaded = loadSchedulerConfiguration(gangProfile, ['coscheduling'])
  if ('error' in loaded) throw new Error(loaded.error)
  return loaded
}

/** The longest time that a pod waits though it fits: the flush of unschedulable pods, its period, a back-off, a wait at Permit. */
const patienceMs = 300_000 + 30_000 + 10_000 + 60_000

export class Storm {
  readonly pods = new Map<string, Pod>()
  readonly nodes = new Map<string, Node>()
  readonly objects: KubeObject[]
  readonly scheduler: Scheduler
  readonly ports: SchedulerPorts
  readonly violations: string[] = []
  nowMs = 0
  private readonly invariants: readonly Invariant[]
  /** Made by the last attempts: what is to be told to the scheduler, in order. */
  private readonly news: (() => void)[] = []
  private readonly bindings: { pod: Pod; nodeName: string }[] = []
  private attemptCluster: Cluster | undefined
  /** Pods that a Permit plugin holds: they are bound later, whatever has become of their node. */
  private readonly held = new Set<string>()

  constructor({ nodes, objects }: StormRow, invariants: readonly Invariant[], configuration?: SchedulerConfiguration, plant?: Plant) {
    this.invariants = invariants
    this.objects = [...objects]
    for (const node of nodes) this.nodes.set(node.metadata.name ?? '', node)
    this.ports = this.makePorts()
    this.scheduler = new Scheduler({ queue: new Table(), counters: new Table(), waiting: new Table() }, this.ports, configuration)
    this.scheduler.onAttempt = () => (this.attemptCluster = this.snapshot())
    plant?.(this)
  }

  /** Pods that are held count on the node that was chosen for them. */
  snapshot(): Cluster {
    const pods = [...this.pods.values()].map((pod) => {
      const nodeName = (pod.spec.nodeName ?? '') === '' ? this.scheduler.waiting.find(podKeyOf(pod))?.nodeName : undefined
      return nodeName === undefined ? pod : { ...pod, spec: { ...pod.spec, nodeName } }
    })
    return { nodes: [...this.nodes.values()], pods, objects: [...this.objects] }
  }

  private makePorts(): SchedulerPorts {
    return {
      nowMs: () => this.nowMs,
      objects: {
        find: (kind, namespace, name) => this.objects.find((o) => o.kind === kind && (o.metadata.namespace ?? '') === namespace && o.metadata.name === name),
        list: (kind, namespace) => this.objects.filter((o) => o.kind === kind && (namespace === undefined || o.metadata.namespace === namespace)),
      },
      findPod: (key) => this.pods.get(key),
      listNodes: () => [...this.nodes.values()],
      listPods: () => [...this.pods.values()],
      bind: (pod, nodeName) => this.bind(pod, nodeName),
      patchStatus: (pod, patch) => this.patch(pod, patch),
      evict: (victim, condition) => this.evict(victim, condition),
      recordEvent: () => {},
      pick: (bound) => (this.nowMs / 100 + bound) % bound | 0,
      recordDecision: (decision) => this.noteDecision(decision),
    }
  }

  private noteDecision({ podKey, result, node, victims }: Decision): void {
    const pod = this.pods.get(podKey)
    if (result === 'waiting' && pod !== undefined) {
      this.held.add(podKey)
      this.check({ kind: 'choice', pod, nodeName: node, before: this.snapshot() })
    } else this.held.delete(podKey)
    if (victims.length > 0) this.check({ kind: 'preemption', podKey, node, victims, before: this.attemptCluster ?? this.snapshot() })
  }

  private bind(pod: Pod, nodeName: string): string | undefined {
    const known = this.pods.get(podKeyOf(pod))
    if (known === undefined) return 'the pod is gone'
    this.bindings.push({ pod: known, nodeName })
    if (!this.held.has(podKeyOf(pod))) this.check({ kind: 'choice', pod: known, nodeName, before: this.snapshot() })
    this.check({ kind: 'binding', pod: known, nodeName })
    const { nominatedNodeName: _nominated, ...status } = known.status ?? {}
    this.setPod({ ...known, spec: { ...known.spec, nodeName }, status: { ...status, startTime: new Date(this.nowMs).toISOString() } })
    return undefined
  }

  private patch(given: Pod, { condition, nominatedNodeName }: StatusPatch): void {
    const pod = this.pods.get(podKeyOf(given))
    if (pod === undefined) return
    const { nominatedNodeName: before, ...status } = pod.status ?? {}
    const nominated = nominatedNodeName ?? before ?? ''
    this.setPod({ ...pod, status: { ...status, ...(nominated !== '' && { nominatedNodeName: nominated }), ...(condition && { conditions: [condition] }) } })
  }

  /** Victims take until the next pause to go. */
  private evict(victim: Pod, condition: Condition): void {
    const pod = this.pods.get(podKeyOf(victim))
    if (pod === undefined) return
    this.setPod({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-05T09:00:30Z' }, status: { ...pod.status, conditions: [condition] } })
  }

  setPod(pod: Pod): void {
    const key = podKeyOf(pod)
    const old = this.pods.get(key)
    this.pods.set(key, pod)
    this.news.push(() => this.scheduler.onPodChange(old, pod))
  }

  removePod(key: string): void {
    const old = this.pods.get(key)
    if (old === undefined) return
    this.pods.delete(key)
    this.news.push(() => this.scheduler.onPodChange(old, undefined))
  }

  private setNode(node: Node): void {
    const old = this.nodes.get(node.metadata.name ?? '')
    this.nodes.set(node.metadata.name ?? '', node)
    this.news.push(() => this.scheduler.onNodeChange(old, node))
  }

  /** A node that vanishes takes its pods along. */
  private dropNode(name: string): void {
    const old = this.nodes.get(name)
    if (old === undefined) return
    this.nodes.delete(name)
    this.news.push(() => this.scheduler.onNodeChange(old, undefined))
    for (const [key, pod] of this.pods) if (pod.spec.nodeName === name) this.removePod(key)
  }

  private play(event: StormEvent): void {
    const keys = [...this.pods.keys()]
    if (event.kind === 'pod') this.setPod(event.pod)
    else if (event.kind === 'node') this.setNode(event.node)
    else if (event.kind === 'nodeGone') this.dropNode(event.name)
    else if (event.kind === 'pass') this.pass(event.seconds * 1000)
    else if (event.kind === 'delete' && keys.length > 0) this.removePod(keys[event.at % keys.length])
    else if (event.kind === 'ungate') {
      const gated = [...this.pods.values()].filter((pod) => (pod.spec.schedulingGates?.length ?? 0) > 0)
      if (gated.length > 0) this.setPod({ ...gated[event.at % gated.length], spec: { ...gated[event.at % gated.length].spec, schedulingGates: [] } })
    }
  }

  private pass(ms: number): void {
    this.nowMs += ms
    for (const [key, pod] of this.pods) if (pod.metadata.deletionTimestamp !== undefined) this.removePod(key)
  }

  /** Tells the scheduler what happened and lets it work until it rests. */
  private settle(): void {
    for (let round = 0; round < 50; round++) {
      for (const tell of this.news.splice(0)) tell()
      if (this.scheduler.runDue(20) === 0 && this.news.length === 0) break
    }
    this.check({ kind: 'rest', bindings: this.bindings.splice(0), now: this.snapshot() })
  }

  private check(moment: Moment): void {
    for (const { name, check } of this.invariants) {
      const problem = check(moment)
      if (problem !== undefined) this.violations.push(`${name}: ${problem}`)
    }
  }

  /** Plays everything, then waits as long as a pod may have to wait. */
  run(events: readonly StormEvent[]): readonly string[] {
    this.settle()
    for (const event of events) {
      this.play(event)
      this.settle()
    }
    for (let waited = 0; waited < patienceMs; waited += 5000) {
      this.pass(5000)
      this.settle()
    }
    this.check({ kind: 'end', now: this.snapshot() })
    return this.violations
  }
}

/** Whether a pod would fit somewhere by the reference. */
export function fitsSomewhere(pod: Pod, cluster: Cluster): boolean {
  const { gate, feasible } = decide(pod, cluster)
  return gate === undefined && feasible.length > 0
}

export function labelsOf(pod: Pod): StringMap { return pod.metadata.labels ?? {} }
