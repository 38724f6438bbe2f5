/**
 * The queue of what will happen: rows of typed columns in a 4-ary heap ordered by (atMs, seq).
 * No closures and no objects per row; a row is its time, order, type and key. Data that belongs to a key lives in
 * the state of the room that scheduled it.
 */

import { assert } from './assert.ts'

/** Milliseconds of simulated time since the cluster's start (T+00:00). Integer. */
export type SimTimeMs = number

/** One row as an object, made only for traces and tests. */
export interface QueuedEvent {
  readonly atMs: SimTimeMs
  readonly seq: number
  readonly typeId: number
  readonly key: string
}

/** A saved queue: rows in heap order. */
export interface SavedQueue {
  readonly nextSeq: number
  readonly rows: readonly (readonly [SimTimeMs, number, number, string])[]
}

const initialCapacity = 64

/**
 * Pending events of one cluster. Times are whole simulated ms since cluster start; equal times keep the order of
 * `push`. `pop` of an empty queue throws AssertionError.
 */
export class EventQueue {
  private atMs = new Float64Array(initialCapacity)
  private seq = new Float64Array(initialCapacity)
  private typeId = new Uint16Array(initialCapacity)
  private key: string[] = []
  private count = 0
  private nextSeq = 0

  /** Number of pending rows. */
  get size(): number {
    return this.count
  }

  /** Time of the first row, or undefined when nothing is pending. */
  peekMs(): SimTimeMs | undefined {
    return this.count === 0 ? undefined : this.atMs[0]
  }

  /** Adds a row. Rows of one time are handled in the order in which they were added. */
  push(atMs: SimTimeMs, typeId: number, key: string): void {
    if (this.count === this.atMs.length) this.grow()
    this.siftUp(this.count++, atMs, this.nextSeq++, typeId, key)
  }

  /** Type of the first row. */
  get headTypeId(): number {
    return this.typeId[0]
  }

  /** Key of the first row. */
  get headKey(): string {
    return this.key[0]
  }

  /** Removes the first row. The queue must not be empty. */
  pop(): void {
    assert(this.count > 0, 'the event queue is empty')
    const last = --this.count
    const key = this.key[last]
    this.key.length = last
    if (last > 0) this.siftDown(this.atMs[last], this.seq[last], this.typeId[last], key)
  }

  /** An independent copy. */
  fork(): EventQueue {
    const copy = new EventQueue()
    copy.atMs = this.atMs.slice()
    copy.seq = this.seq.slice()
    copy.typeId = this.typeId.slice()
    copy.key = this.key.slice()
    copy.count = this.count
    copy.nextSeq = this.nextSeq
    return copy
  }

  save(): SavedQueue {
    const rows: [SimTimeMs, number, number, string][] = []
    for (let i = 0; i < this.count; i++) rows.push([this.atMs[i], this.seq[i], this.typeId[i], this.key[i]])
    return { nextSeq: this.nextSeq, rows }
  }

  /** Replaces the content by what `save` gave. */
  restore(saved: SavedQueue): void {
    this.count = 0
    this.key = []
    for (const [atMs, seq, typeId, key] of saved.rows) {
      if (this.count === this.atMs.length) this.grow()
      this.siftUp(this.count++, atMs, seq, typeId, key)
    }
    this.nextSeq = saved.nextSeq
  }

  /** The pending rows in the order in which they will happen; costs a sort. */
  list(): QueuedEvent[] {
    const rows = this.save().rows.map(([atMs, seq, typeId, key]) => ({ atMs, seq, typeId, key }))
    return rows.sort((a, b) => a.atMs - b.atMs || a.seq - b.seq)
  }

  private siftUp(start: number, atMs: number, seq: number, typeId: number, key: string): void {
    let hole = start
    while (hole > 0) {
      const parent = (hole - 1) >> 2
      const parentMs = this.atMs[parent]
      if (parentMs < atMs || (parentMs === atMs && this.seq[parent] < seq)) break
      this.move(parent, hole)
      hole = parent
    }
    this.place(hole, atMs, seq, typeId, key)
  }

  private siftDown(atMs: number, seq: number, typeId: number, key: string): void {
    const { count } = this
    let hole = 0
    for (;;) {
      const firstChild = (hole << 2) + 1
      if (firstChild >= count) break
      const end = firstChild + 4 < count ? firstChild + 4 : count
      let best = firstChild
      for (let child = firstChild + 1; child < end; child++) {
        const childMs = this.atMs[child]
        const bestMs = this.atMs[best]
        if (childMs < bestMs || (childMs === bestMs && this.seq[child] < this.seq[best])) best = child
      }
      const bestMs = this.atMs[best]
      if (atMs < bestMs || (atMs === bestMs && seq < this.seq[best])) break
      this.move(best, hole)
      hole = best
    }
    this.place(hole, atMs, seq, typeId, key)
  }

  private move(from: number, to: number): void {
    this.atMs[to] = this.atMs[from]
    this.seq[to] = this.seq[from]
    this.typeId[to] = this.typeId[from]
    this.key[to] = this.key[from]
  }

  private place(at: number, atMs: number, seq: number, typeId: number, key: string): void {
    this.atMs[at] = atMs
    this.seq[at] = seq
    this.typeId[at] = typeId
    this.key[at] = key
  }

  private grow(): void {
    const capacity = this.atMs.length * 2
    const atMs = new Float64Array(capacity)
    const seq = new Float64Array(capacity)
    const typeId = new Uint16Array(capacity)
    atMs.set(this.atMs)
    seq.set(this.seq)
    typeId.set(this.typeId)
    this.atMs = atMs
    this.seq = seq
    this.typeId = typeId
  }
}
