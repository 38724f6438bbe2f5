/** Builders and a small cluster for the tests of this room. */

import type { KubeObject, Node, Pod, PodSpec, ResourceList, StringMap, Taint } from '../../api/types.ts'
import { Table } from '../../kernel/table.ts'
import { explainPod } from '../explain.ts'
import type { PodExplanation } from '../explain.ts'
import { podKeyOf } from '../pod-class.ts'
import type { Decision, SchedulerEvent, SchedulerPorts, StatusPatch } from '../ports.ts'
import type { QueueRow } from '../queue.ts'
import { Scheduler } from '../scheduler.ts'

export interface NodeParts { labels?: StringMap; taints?: Taint[]; unschedulable?: boolean; allocatable?: ResourceList; images?: { names: string[]; sizeBytes: number }[] }

/** A node of 4 CPUs, 8Gi and 110 pods with its hostname label. */
export function makeNode(name: string, { labels, taints, unschedulable, allocatable, images }: NodeParts = {}): Node {
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name, uid: name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints && { taints }), ...(unschedulable !== undefined && { unschedulable }) },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...allocatable }, ...(images && { images }) },
  }
}

export interface PodParts { namespace?: string; labels?: StringMap; requests?: ResourceList; nodeName?: string; priority?: number; spec?: Partial<PodSpec>; nominated?: string }

/** A pod of one container; bound when it names a node. */
export function makePod(name: string, { namespace = 'default', labels, requests, nodeName, priority = 0, spec, nominated }: PodParts = {}): Pod {
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace, uid: `${namespace}/${name}`, ...(labels && { labels }) },
    spec: { containers: [{ name: 'c', image: 'i', resources: requests === undefined ? {} : { requests } }], priority, ...(nodeName !== undefined && { nodeName }), ...spec },
    status: { phase: nodeName === undefined ? 'Pending' : 'Running', ...(nominated !== undefined && { nominatedNodeName: nominated }) },
  }
}

export interface Start { nodes?: Node[]; pods?: Pod[]; objects?: KubeObject[] }

/** A cluster of maps with a scheduler. Writes reach the scheduler at once. */
export class TestCluster {
  readonly pods = new Map<string, Pod>()
  readonly nodes = new Map<string, Node>()
  readonly objects: KubeObject[]
  readonly decisions: Decision[] = []
  readonly events: SchedulerEvent[] = []
  readonly evicted: string[] = []
  readonly rows = new Table<QueueRow>()
  readonly counters = new Table<number>()
  nowMs = 0
  scheduler: Scheduler
  pick: (bound: number) => number = () => 0
  bindProblem: string | undefined

  constructor({ nodes = [], pods = [], objects = [] }: Start = {}) {
    for (const node of nodes) this.nodes.set(node.metadata.name ?? '', node)
    for (const pod of pods) this.pods.set(podKeyOf(pod), pod)
    this.objects = objects
    this.scheduler = this.makeScheduler()
  }

  /** Another scheduler on the same state, as after a fork. */
  makeScheduler(): Scheduler {
    return new Scheduler({ queue: this.rows, counters: this.counters }, this.ports())
  }

  private ports(): SchedulerPorts {
    const inNamespace = (object: KubeObject, namespace: string | undefined): boolean => namespace === undefined || (object.metadata.namespace ?? '') === namespace
    return {
      nowMs: () => this.nowMs,
      objects: {
        find: (kind, namespace, name) => this.objects.find((o) => o.kind === kind && inNamespace(o, namespace) && o.metadata.name === name),
        list: (kind, namespace) => this.objects.filter((o) => o.kind === kind && inNamespace(o, namespace)),
      },
      findPod: (key) => this.pods.get(key),
      listNodes: () => [...this.nodes.values()],
      listPods: () => [...this.pods.values()],
      bind: (pod, nodeName) => {
        if (this.bindProblem === undefined) this.setPod({ ...pod, spec: { ...pod.spec, nodeName } })
        return this.bindProblem
      },
      patchStatus: (pod, patch) => this.patch(podKeyOf(pod), patch),
      evict: (victim) => {
        this.evicted.push(podKeyOf(victim))
        this.deletePod(podKeyOf(victim))
      },
      writeObject: (object) => {
        const at = this.objects.findIndex((o) => o.kind === object.kind && o.metadata.uid === object.metadata.uid)
        this.objects[at] = object
      },
      recordEvent: (_pod, event) => this.events.push(event),
      pick: (bound) => this.pick(bound),
      recordDecision: (decision) => this.decisions.push(decision),
    }
  }

  private patch(key: string, { condition, nominatedNodeName }: StatusPatch): void {
    const pod = this.pods.get(key)
    if (pod === undefined) return
    const { nominatedNodeName: before, ...status } = pod.status ?? {}
    const nominated = nominatedNodeName ?? before ?? ''
    this.setPod({ ...pod, status: { ...status, ...(nominated !== '' && { nominatedNodeName: nominated }), ...(condition && { conditions: [condition] }) } })
  }

  setPod(pod: Pod): void {
    const old = this.pods.get(podKeyOf(pod))
    this.pods.set(podKeyOf(pod), pod)
    this.scheduler.onPodChange(old, pod)
  }

  deletePod(key: string): void {
    const old = this.pods.get(key)
    this.pods.delete(key)
    this.scheduler.onPodChange(old, undefined)
  }

  setNode(node: Node): void {
    const old = this.nodes.get(node.metadata.name ?? '')
    this.nodes.set(node.metadata.name ?? '', node)
    this.scheduler.onNodeChange(old, node)
  }

  deleteNode(name: string): void {
    const old = this.nodes.get(name)
    this.nodes.delete(name)
    this.scheduler.onNodeChange(old, undefined)
  }

  /** Creates a pod and tries it once. */
  schedule(pod: Pod): Decision | undefined {
    this.setPod(pod)
    return this.retry(podKeyOf(pod))
  }

  retry(key: string): Decision | undefined {
    const before = this.decisions.length
    this.scheduler.attempt(key)
    return this.decisions.length > before ? this.decisions[this.decisions.length - 1] : undefined
  }

  explain(pod: Pod): PodExplanation {
    return explainPod(this.scheduler, pod)
  }

  /** Reasons per rejected node. */
  reasons(pod: Pod): { [node: string]: readonly string[] } {
    return Object.fromEntries(this.explain(pod).nodes.flatMap((node) => (node.rejection === undefined ? [] : [[node.node, node.rejection.reasons]])))
  }

  /** Scores of one plugin per node. */
  scores(pod: Pod, plugin: string): { [node: string]: number } {
    return Object.fromEntries(this.explain(pod).nodes.flatMap((node) => node.scores.filter((s) => s.plugin === plugin).map((s) => [node.node, s.score])))
  }

  /** The queue that holds a pod, or 'none'. */
  queueOf(key: string): string {
    return this.scheduler.queue.find(key)?.queue ?? 'none'
  }
}
