/**
 * What the scheduler knows of nodes and their pods, as columns of numbers, changed in place with each event.
 * Derived: it can be rebuilt from the lists of nodes and pods at any time.
 * Models pkg/scheduler/backend/cache and framework.NodeInfo (v1.35).
 */

import { assert, AssertionError } from '../kernel/assert.ts'
import type { Node, Pod } from '../api/types.ts'
import { grownFloats, grownInts, makeResourceColumn, makeTopologyColumn, setTopologyRow, traitsOf } from './columns.ts'
import type { ResourceColumn, TopologyColumn } from './columns.ts'
import { ChangeLog } from './change-log.ts'
import { ImageTable } from './image-table.ts'
import { isSameForScheduling, orderNodes, zoneKeyOf } from './node-order.ts'
import { ClassRegistry } from './class-registry.ts'
import { isSameShape, isTerminating, podKeyOf, usageOf } from './pod-class.ts'
import type { PodClass, PodUsage } from './pod-class.ts'
import { amountOf, isScalarResource, needsStatusUsage } from './pod-requests.ts'
import { PriorityCounts } from './priority-counts.ts'
import { TermGroups } from './term-groups.ts'
import { CounterRegistry } from './topology-counter.ts'

/** A pod on a node (bound, or assumed to be bound soon). */
export interface PodEntry {
  readonly key: string
  pod: Pod
  podClass: PodClass
  usage: PodUsage
  readonly slot: NodeSlot
  isAssumed: boolean
  /** True while the pod is being deleted. */
  isLeaving: boolean
}

/** One node, or the place of one that is gone while pods still name it. */
export interface NodeSlot {
  readonly index: number
  readonly name: string
  /** Order of creation among the nodes. */
  arrival: number
  /** Undefined while only pods name it. */
  node: Node | undefined
  pods: PodEntry[]
}

interface UsageVector { readonly columns: readonly ResourceColumn[]; readonly amounts: readonly number[] }

const initialCapacity = 64

/**
 * The scheduler's copy of the cluster. CPU is in millicores, memory and storage in bytes; slots of removed nodes are
 * used again. A pod may be assumed on a node before the API knows; nobody else may write to its columns.
 */
export class ClusterCache {
  private capacity = initialCapacity
  private readonly slotOfName = new Map<string, NodeSlot>()
  readonly slots: (NodeSlot | undefined)[] = []
  private freeSlots: number[] = []
  private readonly entries = new Map<string, PodEntry>()
  private readonly classes = new ClassRegistry()
  /** Slots in scheduling order; undefined when nodes have changed since. */
  private order: Int32Array | undefined
  private nextArrival = 1
  private readonly columns = new Map<string, ResourceColumn>()
  private readonly topologies = new Map<string, TopologyColumn>()
  private vectors = new WeakMap<PodUsage, UsageVector>()
  private nodeCountNow = 0
  /** What happened on the nodes. */
  readonly changes = new ChangeLog()
  /** Counters of pods by domain that plugins share. */
  readonly counters = new CounterRegistry(1024)
  /** Those that leave nodes out; few pods share them. */
  readonly partCounters = new CounterRegistry(64)
  /** Affinity terms of pods on nodes. */
  readonly termGroups = new TermGroups()

  readonly cpu: ResourceColumn
  readonly memory: ResourceColumn
  readonly storage: ResourceColumn
  nonZeroCpu = new Float64Array(initialCapacity)
  nonZeroMemory = new Float64Array(initialCapacity)
  podsAllowed = new Float64Array(initialCapacity)
  /** Grows with each change of the node or of its pods; never 0 for a slot in use. */
  generations = new Int32Array(initialCapacity)
  private generation = 0
  /** Bits of `nodeTraits`. */
  traits = new Int32Array(initialCapacity)
  readonly images = new ImageTable()
  /** Number of pods on nodes by priority. */
  private readonly priorities = new PriorityCounts()

  constructor() {
    this.cpu = this.column('cpu')
    this.memory = this.column('memory')
    this.storage = this.column('ephemeral-storage')
  }

  // ---- reading -----------------------------------------------------------------------------------------------------

  get nodeCount(): number { return this.nodeCountNow }
  get podCount(): number { return this.entries.size }
  /** Slot indexes of all nodes in scheduling order. */
  nodeOrder(): Int32Array { return (this.order ??= orderNodes(this.slots)) }
  findSlot(nodeName: string): NodeSlot | undefined { return this.slotOfName.get(nodeName) }
  findEntry(podKey: string): PodEntry | undefined { return this.entries.get(podKey) }

  getSlot(index: number): NodeSlot {
    const slot = this.slots[index]
    if (slot === undefined) throw new AssertionError(`node slot ${index} is empty`)
    return slot
  }

  /** All nodes in scheduling order. */
  nodeSlots(): NodeSlot[] {
    return Array.from(this.nodeOrder(), (index) => this.getSlot(index))
  }

  /** The lowest priority of any pod on a node; Infinity without pods. */
  get lowestPriority(): number {
    return this.priorities.lowest
  }

  findColumn(resource: string): ResourceColumn | undefined { return this.columns.get(resource) }

  /** The column of a label, kept up to date from now on. */
  topology(key: string): TopologyColumn {
    let column = this.topologies.get(key)
    if (column === undefined) {
      column = makeTopologyColumn(key, this.capacity)
      for (const slot of this.slots) if (slot?.node !== undefined) setTopologyRow(column, slot.index, slot.node.metadata.labels)
      this.topologies.set(key, column)
    }
    return column
  }

  get slotCapacity(): number { return this.capacity }

  /** The class of a pod, known or new. */
  classOf(pod: Pod): PodClass {
    return this.classes.of(pod, this.entries.values())
  }

  // ---- nodes -------------------------------------------------------------------------------------------------------

  addNode(node: Node): void {
    const slot = this.ensureSlot(node.metadata.name ?? '')
    if (slot.node !== undefined) return this.updateNode(node)
    slot.node = node
    slot.arrival = this.nextArrival++
    this.nodeCountNow++
    this.order = undefined
    this.images.add(node, slot.arrival)
    this.readNode(slot, node)
  }

  updateNode(node: Node): void {
    const slot = this.slotOfName.get(node.metadata.name ?? '')
    if (slot?.node === undefined) return this.addNode(node)
    const old = slot.node
    if (isSameForScheduling(old, node)) {
      slot.node = node
      return
    }
    slot.node = node
    if (zoneKeyOf(old) !== zoneKeyOf(node)) this.order = undefined
    if (old.status?.images !== node.status?.images) {
      this.images.remove(old, slot.arrival)
      this.images.add(node, slot.arrival)
    }
    this.readNode(slot, node)
  }

  removeNode(nodeName: string): void {
    const slot = this.slotOfName.get(nodeName)
    if (slot?.node === undefined) return
    this.order = undefined
    this.images.remove(slot.node, slot.arrival)
    slot.node = undefined
    this.nodeCountNow--
    for (const column of this.columns.values()) column.allocatable[slot.index] = 0
    this.podsAllowed[slot.index] = 0
    for (const column of this.topologies.values()) column.valueIds[slot.index] = -1
    this.bump(slot.index)
    this.releaseIfEmpty(slot)
  }

  private readNode(slot: NodeSlot, node: Node): void {
    const { index } = slot
    for (const column of this.columns.values()) column.allocatable[index] = 0
    const allocatable = node.status?.allocatable ?? {}
    for (const resource of Object.keys(allocatable)) {
      const amount = amountOf(resource, allocatable[resource])
      if (resource === 'pods') this.podsAllowed[index] = amount
      else if (this.columns.has(resource) || isScalarResource(resource)) this.column(resource).allocatable[index] = amount
    }
    if (allocatable['pods'] === undefined) this.podsAllowed[index] = 0
    this.traits[index] = traitsOf(node)
    for (const column of this.topologies.values()) setTopologyRow(column, index, node.metadata.labels)
    this.bump(index)
  }

  private ensureSlot(name: string): NodeSlot {
    const known = this.slotOfName.get(name)
    if (known !== undefined) return known
    const index = this.freeSlots.pop() ?? this.slots.length
    if (index >= this.capacity) this.grow()
    const slot: NodeSlot = { index, name, arrival: 0, node: undefined, pods: [] }
    this.slots[index] = slot
    this.slotOfName.set(name, slot)
    this.bump(index)
    return slot
  }

  private releaseIfEmpty(slot: NodeSlot): void {
    if (slot.node !== undefined || slot.pods.length > 0) return
    this.slotOfName.delete(slot.name)
    this.slots[slot.index] = undefined
    this.freeSlots.push(slot.index)
  }

  // ---- pods --------------------------------------------------------------------------------------------------------

  /** A bound pod appeared. Confirms an assumed one. */
  addPod(pod: Pod, podKey = podKeyOf(pod)): void {
    const nodeName = pod.spec.nodeName ?? ''
    const known = this.entries.get(podKey)
    if (known !== undefined) {
      known.isAssumed = false
      if (known.slot.name === nodeName && (known.pod.metadata === pod.metadata || known.pod.metadata.uid === pod.metadata.uid)) return this.replacePod(known, pod)
      this.detach(known)
    }
    this.attach(pod, podKey, nodeName, false, this.classOf(pod))
  }

  /** A bound pod changed. */
  updatePod(pod: Pod, podKey = podKeyOf(pod)): void {
    this.addPod(pod, podKey)
  }

  removePod(podKey: string): void {
    const entry = this.entries.get(podKey)
    if (entry !== undefined) this.detach(entry)
  }

  /** Counts a pod on a node before the API server has heard of it. */
  assumePod(pod: Pod, nodeName: string, podClass: PodClass, podKey = podKeyOf(pod)): void {
    if (this.entries.has(podKey)) assert(false, `pod ${podKey} is assumed twice`)
    this.attach(pod, podKey, nodeName, true, podClass)
  }

  /** Takes an assumption back. */
  forgetPod(podKey: string): void {
    const entry = this.entries.get(podKey)
    if (entry?.isAssumed) this.detach(entry)
  }

  /** All pods on nodes, in no particular order. */
  podEntries(): Iterable<PodEntry> { return this.entries.values() }

  private attach(pod: Pod, podKey: string, nodeName: string, isAssumed: boolean, podClass: PodClass): void {
    const slot = this.ensureSlot(nodeName)
    const usage = needsStatusUsage(pod) ? usageOf(pod, true) : podClass.usage
    const entry: PodEntry = { key: podKey, pod, podClass, usage, slot, isAssumed, isLeaving: isTerminating(pod) }
    this.entries.set(entry.key, entry)
    slot.pods.push(entry)
    this.count(entry, 1)
  }

  private detach(entry: PodEntry): void {
    this.entries.delete(entry.key)
    const { pods } = entry.slot
    const at = pods.indexOf(entry)
    pods[at] = pods[pods.length - 1]
    pods.pop()
    this.count(entry, -1)
    this.releaseIfEmpty(entry.slot)
  }

  /** Most changes of a bound pod are of its status and do not matter here. */
  private replacePod(entry: PodEntry, pod: Pod): void {
    const old = entry.pod
    const isLeaving = old.metadata === pod.metadata ? entry.isLeaving : isTerminating(pod)
    const podClass = isSameShape(old, pod) ? entry.podClass : this.classOf(pod)
    const usage = needsStatusUsage(pod) ? usageOf(pod, true) : podClass.usage
    entry.pod = pod
    if (podClass === entry.podClass && usage === entry.usage && isLeaving === entry.isLeaving) return
    this.count(entry, -1)
    entry.isLeaving = isLeaving
    entry.podClass = podClass
    entry.usage = usage
    this.count(entry, 1)
  }

  /** Takes a pod off its node for a trial; `restorePods` ends it. The entry keeps its place in the index of pods. */
  liftPod(entry: PodEntry): void {
    const { slot } = entry
    slot.pods = slot.pods.filter((other) => other !== entry)
    this.count(entry, -1)
  }

  /** Puts a pod on a node for a trial. */
  placePod(entry: PodEntry): void {
    entry.slot.pods = [...entry.slot.pods, entry]
    this.count(entry, 1)
  }

  /** Puts the pods of a node back as they were before a trial. What is cached about the node holds again. */
  restorePods(slot: NodeSlot, before: PodEntry[], generation: number): void {
    for (const entry of before) if (!slot.pods.includes(entry)) this.count(entry, 1)
    slot.pods = before
    this.generations[slot.index] = generation
  }

  /** Asks about a node as it would be without some of its pods. Counters by domain do not hear of it. */
  without<T>(slot: NodeSlot, entries: readonly PodEntry[], ask: () => T): T {
    const before = slot.pods
    slot.pods = before.filter((entry) => !entries.includes(entry))
    for (const entry of entries) this.countUsage(entry, -1)
    const answer = ask()
    for (const entry of entries) this.countUsage(entry, 1)
    slot.pods = before
    return answer
  }

  /** An entry for a trial, of a pod that is on no node. */
  trialEntry(pod: Pod, slot: NodeSlot): PodEntry {
    const podClass = this.classOf(pod)
    return { key: podKeyOf(pod), pod, podClass, usage: podClass.usage, slot, isAssumed: true, isLeaving: isTerminating(pod) }
  }

  private count(entry: PodEntry, sign: number): void {
    const { index } = entry.slot
    this.countUsage(entry, sign)
    this.priorities.count(entry.podClass.priority, sign)
    if (entry.podClass.hasAffinity) this.termGroups.count(entry.podClass, index, sign)
    this.log(index, entry.podClass, entry.isLeaving ? 2 * sign : sign)
  }

  private countUsage({ slot: { index }, usage }: PodEntry, sign: number): void {
    const { columns, amounts } = this.vectorOf(usage)
    for (let i = 0; i < columns.length; i++) columns[i].requested[index] += sign * amounts[i]
    this.nonZeroCpu[index] += sign * usage.nonZeroCpu
    this.nonZeroMemory[index] += sign * usage.nonZeroMemory
  }

  private vectorOf(usage: PodUsage): UsageVector {
    const known = this.vectors.get(usage)
    if (known !== undefined) return known
    const columns: ResourceColumn[] = []
    const amounts: number[] = []
    for (const [resource, amount] of usage.requests) {
      if (amount === 0 || !(this.columns.has(resource) || isScalarResource(resource))) continue
      columns.push(this.column(resource))
      amounts.push(amount)
    }
    const vector = { columns, amounts }
    this.vectors.set(usage, vector)
    return vector
  }

  // ---- columns -----------------------------------------------------------------------------------------------------

  private column(resource: string): ResourceColumn {
    let column = this.columns.get(resource)
    if (column === undefined) {
      column = makeResourceColumn(resource, this.capacity)
      this.columns.set(resource, column)
    }
    return column
  }

  /** The node of a slot changed. */
  private bump(index: number): void {
    this.log(index, undefined, 0)
  }

  private log(index: number, podClass: PodClass | undefined, sign: number): void {
    this.generations[index] = ++this.generation
    this.changes.add(index, podClass, sign, 4 * this.capacity + 4096)
  }

  private grow(): void {
    this.capacity *= 2
    const { capacity } = this
    for (const column of this.columns.values()) {
      column.allocatable = grownFloats(column.allocatable, capacity)
      column.requested = grownFloats(column.requested, capacity)
    }
    for (const column of this.topologies.values()) column.valueIds = grownInts(column.valueIds, capacity, -1)
    this.nonZeroCpu = grownFloats(this.nonZeroCpu, capacity)
    this.nonZeroMemory = grownFloats(this.nonZeroMemory, capacity)
    this.podsAllowed = grownFloats(this.podsAllowed, capacity)
    this.generations = grownInts(this.generations, capacity)
    this.traits = grownInts(this.traits, capacity)
  }
}
