/** The status that each node got in one cycle, and how many nodes have which: so what is said of a failure costs no second look at the nodes. */

import type { StatusTable } from './class-table.ts'
import type { PluginStatus, StatusCode } from './status.ts'

/** A status and the number of nodes that have it. */
export interface StatusCount { readonly status: PluginStatus; readonly count: number }

/**
 * Status numbers by node slot for one cycle. Begins empty at `begin`, without clearing the columns: a row counts only
 * if it was written in this cycle.
 */
export class VerdictTally {
  /** The status number of a node that was rejected in cycle `seenIn`. */
  ids = new Int32Array(64)
  seenIn = new Int32Array(64)
  cycleNumber = 0
  /** Number of nodes per status number. */
  counts = new Int32Array(64)
  /** Status numbers that occur, in the order in which they came up. */
  readonly present: number[] = []
  /** Nodes that were rejected. */
  rejected = 0

  /** Forgets the last cycle. */
  begin(slotCapacity: number): void {
    this.cycleNumber++
    for (const id of this.present) this.counts[id] = 0
    this.present.length = 0
    this.rejected = 0
    if (this.ids.length >= slotCapacity) return
    this.ids = new Int32Array(slotCapacity)
    this.seenIn = new Int32Array(slotCapacity)
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
  idOf(index: number): number | undefined {
    return this.seenIn[index] === this.cycleNumber ? this.ids[index] : undefined
  }

  /** Statuses of all nodes; those that were not rejected here have the status `absent`. */
  counted(statuses: StatusTable, nodeCount: number, absent: PluginStatus): StatusCount[] {
    const { present, counts, rejected } = this
    const result: StatusCount[] = present.filter((id) => counts[id] > 0).map((id) => ({ status: statuses.get(id), count: counts[id] }))
    if (nodeCount > rejected) result.push({ status: absent, count: nodeCount - rejected })
    return result
  }

  /** Those of the slots whose status has the code. */
  among(slots: Int32Array, statuses: StatusTable, absent: PluginStatus, code: StatusCode): Int32Array {
    const { ids, seenIn, cycleNumber } = this
    const isWanted = Array.from({ length: statuses.size }, (_none, id) => statuses.get(id).code === code)
    const areOthersWanted = absent.code === code
    return slots.filter((index) => (seenIn[index] === cycleNumber ? isWanted[ids[index]] : areOthersWanted))
  }
}
