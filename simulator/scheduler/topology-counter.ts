/**
 * How many pods that matter are in each domain of a topology (each zone, each host), kept up to date from the cache's
 * log of changes: one binding is one addition, whatever runs already.
 */

import type { ClusterCache, NodeSlot } from './cluster-cache.ts'
import type { TopologyColumn } from './columns.ts'
import { grownInts } from './columns.ts'
import type { PodClass } from './pod-class.ts'

export interface CounterRules {
  /** How much one pod of the class counts, 0 for not at all. Never negative. */
  weightOf(podClass: PodClass, isLeaving: boolean): number
  /** Whether the pods of a node count for its domain; absent: on all nodes. */
  isEligible?(slot: NodeSlot): boolean
  /** A counter of the same weights without `isEligible`: what it knows is copied. */
  readonly base?: TopologyCounter
  /** Slots with the sum of the weights there, where they are known already. */
  readonly population?: ReadonlyMap<number, number>
}

/**
 * Weights of pods summed by node and by domain, for one topology key and one set of rules. Call `refresh` before
 * reading; its cost grows with the changes since the last one.
 */
export class TopologyCounter {
  readonly column: TopologyColumn
  private readonly rules: CounterRules
  private cursor = -1
  /** Per slot: weights of its pods, whether or not the node is eligible. */
  perNode = new Int32Array(0)
  /** The domain for which a slot is counted; -1 for none. */
  private countedAs = new Int32Array(0)
  /** Per domain: sum of weights on eligible nodes. */
  totals = new Int32Array(0)
  /** Per domain: number of eligible nodes. */
  domainNodes = new Int32Array(0)
  /** Number of domains with an eligible node. */
  domainCount = 0
  /** Sum of all domains: 0 when no pod counts. */
  hits = 0

  constructor(column: TopologyColumn, rules: CounterRules) {
    this.column = column
    this.rules = rules
  }

  /** How much one pod of a class counts. */
  get weightOf(): CounterRules['weightOf'] { return this.rules.weightOf }

  /** Brings the counts up to date. */
  refresh(cache: ClusterCache): void {
    const { changes } = cache
    if (this.cursor === changes.count) return
    if (this.perNode.length < cache.slotCapacity) this.fitTo(cache.slotCapacity)
    const start = this.cursor < 0 ? -1 : changes.startOf(this.cursor)
    this.cursor = changes.count
    if (start < 0) this.fill(cache)
    else this.follow(cache, start)
  }

  /** Sum of weights in a node's domain; 0 when the node has no such label. */
  totalAt(index: number): number {
    const id = this.column.valueIds[index]
    return id < 0 || id >= this.totals.length ? 0 : this.totals[id]
  }

  /** The smallest sum of any domain with an eligible node; Infinity without one. */
  minTotal(): number {
    const { totals, domainNodes } = this
    let min = Infinity
    for (let id = 0; id < totals.length; id++) if (domainNodes[id] > 0 && totals[id] < min) min = totals[id]
    return min
  }

  private fitTo(capacity: number): void {
    this.perNode = grownInts(this.perNode, capacity)
    this.countedAs = grownInts(this.countedAs, capacity, -1)
  }

  private follow(cache: ClusterCache, start: number): void {
    const { slots, classes, signs } = cache.changes
    const { rules, perNode, countedAs } = this
    let lastClass: PodClass | undefined
    let lastSign = 0
    let lastWeight = 0
    for (let i = start; i < slots.length; i++) {
      const podClass = classes[i]
      const index = slots[i]
      if (podClass === undefined) {
        this.reenter(cache, index)
        continue
      }
      const sign = signs[i]
      const kind = sign === 2 || sign === -2 ? 2 : 1
      if (podClass !== lastClass || kind !== lastSign) {
        lastClass = podClass
        lastSign = kind
        lastWeight = rules.weightOf(podClass, kind === 2)
      }
      if (lastWeight === 0) continue
      const change = sign > 0 ? lastWeight : -lastWeight
      perNode[index] += change
      const id = countedAs[index]
      if (id < 0) continue
      this.totals[id] += change
      this.hits += change
    }
  }

  /** Counts everything anew. */
  private fill(cache: ClusterCache): void {
    this.countedAs.fill(-1)
    this.totals.fill(0)
    this.domainNodes.fill(0)
    this.domainCount = 0
    this.hits = 0
    this.weigh(cache)
    const { slots } = cache
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]
      if (slot !== undefined) this.enter(slot)
    }
  }

  private weigh(cache: ClusterCache): void {
    const { base, population } = this.rules
    const { perNode } = this
    if (base !== undefined) {
      base.refresh(cache)
      perNode.set(base.perNode)
      return
    }
    perNode.fill(0)
    if (population !== undefined) for (const [index, sum] of population) perNode[index] = sum
    else this.weighPods(cache)
  }

  private weighPods({ slots }: ClusterCache): void {
    const { rules, perNode } = this
    let lastClass: PodClass | undefined
    let lastWeight = 0
    for (const slot of slots) {
      if (slot === undefined) continue
      let sum = 0
      for (const { podClass, isLeaving } of slot.pods) {
        if (isLeaving) sum += rules.weightOf(podClass, true)
        else {
          if (podClass !== lastClass) {
            lastClass = podClass
            lastWeight = rules.weightOf(podClass, false)
          }
          sum += lastWeight
        }
      }
      perNode[slot.index] = sum
    }
  }

  /** A node came, went or changed; its pods are counted already. */
  private reenter(cache: ClusterCache, index: number): void {
    const id = this.countedAs[index]
    if (id >= 0) {
      this.totals[id] -= this.perNode[index]
      this.hits -= this.perNode[index]
      if (--this.domainNodes[id] === 0) this.domainCount--
      this.countedAs[index] = -1
    }
    const slot = cache.slots[index]
    if (slot !== undefined) this.enter(slot)
  }

  private enter(slot: NodeSlot): void {
    const { index } = slot
    const id = this.column.valueIds[index]
    if (id < 0 || slot.node === undefined || !(this.rules.isEligible?.(slot) ?? true)) return
    if (id >= this.totals.length) {
      const length = Math.max(8, 2 * id, this.column.names.length)
      this.totals = grownInts(this.totals, length)
      this.domainNodes = grownInts(this.domainNodes, length)
    }
    const sum = this.perNode[index]
    this.totals[id] += sum
    this.hits += sum
    if (this.domainNodes[id]++ === 0) this.domainCount++
    this.countedAs[index] = id
  }
}

/** Counters by what they count, shared by all classes of pods. Those that were not used for the longest time are dropped. */
export class CounterRegistry {
  private readonly counters = new Map<string, TopologyCounter>()
  private readonly countMax: number

  constructor(countMax: number) {
    this.countMax = countMax
  }

  /**
   * The counter of a key, brought up to date.
   * @param key names the topology and everything on which weights and eligibility depend
   */
  of(cache: ClusterCache, key: string, make: () => TopologyCounter): TopologyCounter {
    const { counters } = this
    let counter = counters.get(key)
    if (counter === undefined) {
      if (counters.size >= this.countMax) this.dropOldest()
      counter = make()
      counters.set(key, counter)
    } else if (counters.size > this.countMax / 2) {
      counters.delete(key)
      counters.set(key, counter)
    }
    counter.refresh(cache)
    return counter
  }

  private dropOldest(): void {
    for (const key of this.counters.keys()) {
      this.counters.delete(key)
      return
    }
  }
}
