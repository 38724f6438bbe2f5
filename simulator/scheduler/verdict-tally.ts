/** The status that each node got in one cycle, and how many nodes have which: so what is said of a failure costs no second look at the nodes. */

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
}
