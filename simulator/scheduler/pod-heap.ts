/** A binary heap of queue rows. Rows that have been replaced meanwhile are passed over when they come up. */

import type { QueueRow } from './queue.ts'

/**
 * Rows of one queue, the first by `isBefore` on top. Nothing is removed from the middle: `isCurrent` says which rows
 * still count when they come up.
 */
export class PodHeap {
  private rows: QueueRow[] = []
  private readonly isBefore: (a: QueueRow, b: QueueRow) => boolean
  private readonly isCurrent: (row: QueueRow) => boolean

  constructor(isBefore: (a: QueueRow, b: QueueRow) => boolean, isCurrent: (row: QueueRow) => boolean) {
    this.isBefore = isBefore
    this.isCurrent = isCurrent
  }

  push(row: QueueRow): void {
    const { rows } = this
    let at = rows.length
    rows.push(row)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.isBefore(row, rows[parent])) break
      rows[at] = rows[parent]
      at = parent
    }
    rows[at] = row
  }

  /** The first row, left in place. */
  peek(): QueueRow | undefined {
    while (this.rows.length > 0 && !this.isCurrent(this.rows[0])) this.dropFirst()
    return this.rows[0]
  }

  pop(): QueueRow | undefined {
    const first = this.peek()
    if (first !== undefined) this.dropFirst()
    return first
  }

  private dropFirst(): void {
    const { rows } = this
    const last = rows.pop() as QueueRow
    const count = rows.length
    if (count === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= count) break
      if (child + 1 < count && this.isBefore(rows[child + 1], rows[child])) child++
      if (!this.isBefore(rows[child], last)) break
      rows[at] = rows[child]
      at = child
    }
    rows[at] = last
  }
}
