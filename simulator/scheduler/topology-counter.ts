/**
 * How many pods that matter are in each domain of a topology (each zone, each host), kept up to date from the cache's
 * log of changes: after one binding one node is counted again, not all.
 */

import type { ClusterCache, NodeSlot, PodEntry } from './cluster-cache.ts'
import type { TopologyColumn } from './columns.ts'
import { grownFloats } from './columns.ts'

export interface CounterRules {
  /** How much one pod counts, 0 for not at all. */
  weightOf(entry: PodEntry): number
  /** Whether the pods of a node count for its domain; absent: on all nodes. */
  isEligible?(slot: NodeSlot): boolean
}

export class TopologyCounter {
  readonly column: TopologyColumn
  private readonly rules: CounterRules
  private cursor = -1
  /** Per slot: weights of its pods, whether or not the node is eligible. */
  perNode = new Float64Array(0)
  private hitsPerNode = new Float64Array(0)
  private countedAs = new Int32Array(0)
  /** Per domain: sum of weights on eligible nodes. */
  readonly totals: number[] = []
  /** Per domain: number of eligible nodes. */
  readonly domainNodes: number[] = []
  /** Number of domains with an eligible node. */
  domainCount = 0
  /** Pods with a weight on nodes that have the label and are eligible. */
  hits = 0

  constructor(column: TopologyColumn, rules: CounterRules) {
    this.column = column
    this.rules = rules
  }

  /** Brings the counts up to date. */
  refresh(cache: ClusterCache): void {
    const changes = this.cursor < 0 ? undefined : cache.changesSince(this.cursor)
    const last = cache.changeCount
    if (this.cursor === last) return
    this.fitTo(cache.slotCapacity)
    if (changes === undefined) for (let index = 0; index < cache.slots.length; index++) this.recountIndex(cache, index)
    else for (let i = changes.start; i < changes.log.length; i++) this.recountIndex(cache, changes.log[i])
    this.cursor = last
  }

  /** Sum of weights in a node's domain; 0 when the node has no such label. */
  totalAt(index: number): number {
    const id = this.column.valueIds[index]
    return id < 0 ? 0 : (this.totals[id] ?? 0)
  }

  /** The smallest sum of any domain with an eligible node; Infinity without one. */
  minTotal(): number {
    let min = Infinity
    for (let id = 0; id < this.totals.length; id++) if (this.domainNodes[id] > 0 && this.totals[id] < min) min = this.totals[id]
    return min
  }

  private fitTo(capacity: number): void {
    if (this.perNode.length >= capacity) return
    this.perNode = grownFloats(this.perNode, capacity)
    this.hitsPerNode = grownFloats(this.hitsPerNode, capacity)
    const counted = new Int32Array(capacity).fill(-1)
    counted.set(this.countedAs)
    this.countedAs = counted
  }

  private recountIndex(cache: ClusterCache, index: number): void {
    const slot = cache.slots[index]
    if (slot !== undefined) this.recount(slot)
    else this.clear(index)
  }

  private clear(index: number): void {
    this.leave(index)
    this.perNode[index] = 0
    this.hitsPerNode[index] = 0
  }

  private leave(index: number): void {
    const id = this.countedAs[index]
    if (id < 0) return
    this.totals[id] -= this.perNode[index]
    this.hits -= this.hitsPerNode[index]
    if (--this.domainNodes[id] === 0) this.domainCount--
    this.countedAs[index] = -1
  }

  private recount(slot: NodeSlot): void {
    const { index } = slot
    this.leave(index)
    let sum = 0
    let hits = 0
    const { rules } = this
    for (const entry of slot.pods) {
      const weight = rules.weightOf(entry)
      sum += weight
      if (weight !== 0) hits++
    }
    this.perNode[index] = sum
    this.hitsPerNode[index] = hits
    if (slot.node === undefined) return
    const id = this.column.valueIds[index]
    if (id < 0 || !(rules.isEligible?.(slot) ?? true)) return
    this.enter(index, id, sum, hits)
  }

  private enter(index: number, id: number, sum: number, hits: number): void {
    while (this.totals.length <= id) {
      this.totals.push(0)
      this.domainNodes.push(0)
    }
    this.totals[id] += sum
    this.hits += hits
    if (this.domainNodes[id]++ === 0) this.domainCount++
    this.countedAs[index] = id
  }
}
