/** The status that each node got in one cycle, and how many nodes have which: so what is said of a failure costs no second look at the nodes. */

import { compareText } from '../kernel/text.ts'
import type { StatusTable } from './class-table.ts'
import type { ClusterCache, NodeSlot } from './cluster-cache.ts'
import { unresolvable } from './status.ts'
import type { PluginStatus, StatusCode } from './status.ts'

/** A status and the number of nodes that have it. */
interface StatusCount { readonly status: PluginStatus; readonly count: number }

/**
 * Status numbers by node slot for one cycle. Begins empty at `begin`, without clearing the columns: a row counts only
 * if it was written in this cycle.
 */
export class VerdictTally {
  private readonly statuses: StatusTable
  private cache!: ClusterCache
  /** The status of nodes that were not rejected here. */
  private absent: PluginStatus = unresolvable()
  /** The status number of a node that was rejected in cycle `seenIn`. */
  private ids = new Int32Array(64)
  private seenIn = new Int32Array(64)
  private cycleNumber = 0
  /** Number of nodes per status number. */
  private counts = new Int32Array(64)
  /** Status numbers that occur, in the order in which they came up. */
  private readonly present: number[] = []
  /** Nodes that were rejected. */
  private rejected = 0

  constructor(statuses: StatusTable) {
    this.statuses = statuses
  }

  /**
   * Begins a cycle.
   * @param absent what is said of nodes that no filter looks at
   * @param isRepeated keeps what the last cycle found: this one would find the same
   */
  begin(cache: ClusterCache, absent: PluginStatus, isRepeated: boolean): void {
    this.cache = cache
    this.absent = absent
    if (isRepeated) return
    this.cycleNumber++
    for (const id of this.present) this.counts[id] = 0
    this.present.length = 0
    this.rejected = 0
    if (this.ids.length >= cache.slotCapacity) return
    this.ids = new Int32Array(cache.slotCapacity)
    this.seenIn = new Int32Array(cache.slotCapacity)
  }

  /** Notes a rejection; of two the last one counts. */
  reject(index: number, id: number): void {
    if (id >= this.counts.length) {
      const counts = new Int32Array(2 * id)
      counts.set(this.counts)
      this.counts = counts
    }
    if (this.seenIn[index] === this.cycleNumber) this.counts[this.ids[index]]--
    else this.rejected++
    this.seenIn[index] = this.cycleNumber
    this.ids[index] = id
    if (this.counts[id]++ === 0 && !this.present.includes(id)) this.present.push(id)
  }

  /** The status number of a node; undefined when this cycle did not reject it. */
  private idOf(index: number): number | undefined {
    return this.seenIn[index] === this.cycleNumber ? this.ids[index] : undefined
  }

  /** Whether this cycle has looked at a node and rejected it. */
  hasRejected(index: number): boolean {
    return this.idOf(index) !== undefined
  }

  /** Why a node was rejected in this cycle. */
  statusOf(index: number): PluginStatus {
    const id = this.idOf(index)
    return id === undefined ? this.absent : this.statuses.get(id)
  }

  /** Reason to number of nodes, of all nodes. */
  reasonCounts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { status, count } of this.counted()) for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + count)
    return counts
  }

  /** Names of the plugins that rejected nodes, or the pod as a whole, sorted. */
  rejectors(): string[] {
    const names = new Set<string>()
    if (this.absent.plugin !== undefined) names.add(this.absent.plugin)
    for (const { status } of this.counted()) if (status.plugin !== undefined) names.add(status.plugin)
    return [...names].sort(compareText)
  }

  /** How many nodes evictions may help. */
  preemptibleCount(): number {
    return this.counted().reduce((sum, { status, count }) => (status.code === 'unschedulable' ? sum + count : sum), 0)
  }

  /** Nodes that evictions may help, in scheduling order: rejected, but not for good. */
  preemptible(): NodeSlot[] {
    if (this.preemptibleCount() === 0) return []
    const { cache } = this
    return Array.from(this.among(cache.nodeOrder(), 'unschedulable'), (index) => cache.getSlot(index))
  }

  /** Statuses of all nodes, with the number of nodes. */
  private counted(): StatusCount[] {
    const { present, counts, rejected, statuses, absent, cache: { nodeCount } } = this
    const result: StatusCount[] = present.filter((id) => counts[id] > 0).map((id) => ({ status: statuses.get(id), count: counts[id] }))
    if (nodeCount > rejected) result.push({ status: absent, count: nodeCount - rejected })
    return result
  }

  /** Those of the slots whose status has the code. */
  private among(slots: Int32Array, code: StatusCode): Int32Array {
    const { ids, seenIn, cycleNumber, statuses, absent } = this
    const isWanted = Array.from({ length: statuses.size }, (_none, id) => statuses.get(id).code === code)
    const areOthersWanted = absent.code === code
    return slots.filter((index) => (seenIn[index] === cycleNumber ? isWanted[ids[index]] : areOthersWanted))
  }
}
