/**
 * Time series as straight lines: a breakpoint holds (time, value, growth per second), samples are computed when read.
 * Nothing ticks, so a day of steady load costs nothing. Scrapes are multiples of the scrape period.
 */

import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Table } from '../kernel/table.ts'
import { compareText } from '../kernel/text.ts'

export interface Labels {
  readonly [label: string]: string
}

/** A series as the store keeps it: its last breakpoints; full blocks of older ones stand beside it. */
interface SeriesRow {
  readonly name: string
  readonly labels: Labels
  readonly tail: readonly number[]
  /** Number of full blocks. */
  readonly blockCount: number
  /** Set while the series has ended: no samples after it. */
  readonly endedMs?: SimTimeMs
}

/** A readable series. */
export interface Series {
  readonly name: string
  readonly labels: Labels
  /** Value at a moment, or undefined before the series began and after it ended. */
  at(atMs: SimTimeMs): number | undefined
}

/** Series that follow from what others know: nothing is kept of them here. */
export interface ImpliedSeries {
  find(name: string, labels: Labels): Series | undefined
  /** All of a name, or of all names when it is undefined. */
  list(name: string | undefined): readonly Series[]
}

/** Breakpoints in one block, three numbers each: copied on append, so small. */
const blockLengthMax = 64 * 3

/**
 * The series of a cluster in its state, known by name and labels; writing a new one makes it. Values are in the unit of
 * the metric, times simulated ms, growth per second. Modelling assumption: load is straight lines.
 */
export class SeriesStore {
  private readonly rows: Table<SeriesRow>
  private readonly blocks: Table<readonly number[]>
  private readonly now: () => SimTimeMs
  private readonly implied: ImpliedSeries | undefined

  constructor(rows: Table<unknown>, blocks: Table<unknown>, now: () => SimTimeMs, implied?: ImpliedSeries) {
    this.implied = implied
    this.rows = rows as Table<SeriesRow>
    this.blocks = blocks as Table<readonly number[]>
    this.now = now
  }

  /** From now on the series has this value and grows by `perSecond`. */
  set(name: string, labels: Labels, value: number, perSecond: number): void {
    this.put(seriesKey(name, labels), name, labels, value, perSecond)
  }

  /** Keeps what has been implied so far: a value that did not change since a moment. A series that exists stays as it is. */
  keep(name: string, labels: Labels, value: number, sinceMs: SimTimeMs): void {
    const key = seriesKey(name, labels)
    if (!this.rows.has(key)) this.rows.set(key, { name, labels, tail: [sinceMs, value, 0], blockCount: 0 })
  }

  /** As `set` for a counter: it goes on from the value that it has reached. */
  grow(name: string, labels: Labels, perSecond: number): void {
    const key = seriesKey(name, labels)
    const row = this.rows.get(key)
    this.put(key, name, labels, row === undefined ? 0 : (this.valueAt(key, row, this.now()) ?? 0), perSecond)
  }

  private put(key: string, name: string, labels: Labels, value: number, perSecond: number): void {
    const row = this.rows.get(key)
    const nowMs = this.now()
    if (row === undefined) {
      this.rows.set(key, { name, labels, tail: [nowMs, value, perSecond], blockCount: 0 })
      return
    }
    const { tail, blockCount } = row
    const last = tail.length - 3
    if (tail[last] === nowMs) this.rows.set(key, { name, labels, tail: [...tail.slice(0, last), nowMs, value, perSecond], blockCount })
    else if (tail.length < blockLengthMax) this.rows.set(key, { name, labels, tail: [...tail, nowMs, value, perSecond], blockCount })
    else {
      this.blocks.set(`${key}#${blockCount}`, tail)
      this.rows.set(key, { name, labels, tail: [nowMs, value, perSecond], blockCount: blockCount + 1 })
    }
  }

  /** Value of a counter now, to go on from; 0 when it does not exist. */
  valueNow(name: string, labels: Labels): number {
    return this.readable(seriesKey(name, labels))?.at(this.now()) ?? 0
  }

  /** Ends a series: no samples from now on. */
  end(name: string, labels: Labels): void {
    const key = seriesKey(name, labels)
    const row = this.rows.get(key)
    if (row !== undefined && row.endedMs === undefined) this.rows.set(key, { ...row, endedMs: this.now() })
  }

  /** One series, if it exists. */
  find(name: string, labels: Labels): Series | undefined {
    return this.readable(seriesKey(name, labels)) ?? this.implied?.find(name, labels)
  }

  /** Series of a name (all names when undefined) that pass a test, sorted by key. */
  select(name: string | undefined, passes: (labels: Labels, name: string) => boolean): Series[] {
    const found = new Map<string, Series>()
    for (const series of this.implied?.list(name) ?? []) if (passes(series.labels, series.name)) found.set(seriesKey(series.name, series.labels), series)
    this.rows.forEach((row, key) => {
      if ((name === undefined || row.name === name) && passes(row.labels, row.name)) found.set(key, this.readable(key) as Series)
    })
    return [...found.keys()].sort(compareText).map((key) => found.get(key) as Series)
  }

  private readable(key: string): Series | undefined {
    const row = this.rows.get(key)
    if (row === undefined) return undefined
    return { name: row.name, labels: row.labels, at: (atMs) => this.valueAt(key, row, atMs) }
  }

  private valueAt(key: string, row: SeriesRow, atMs: SimTimeMs): number | undefined {
    if (row.endedMs !== undefined && atMs >= row.endedMs) return undefined
    const block = this.blockAt(key, row, atMs)
    if (block === undefined) return undefined
    // The last breakpoint that is not after the moment.
    let low = 0
    let high = block.length / 3 - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (block[middle * 3] > atMs) high = middle - 1
      else low = middle
    }
    const i = low * 3
    return block[i + 1] + (block[i + 2] * (atMs - block[i])) / 1000
  }

  /** The block with the last breakpoint that is not after a moment: most often the tail. */
  private blockAt(key: string, { tail, blockCount }: SeriesRow, atMs: SimTimeMs): readonly number[] | undefined {
    if (tail[0] <= atMs) return tail
    let low = 0
    let high = blockCount - 1
    let found: readonly number[] | undefined
    while (low <= high) {
      const middle = (low + high) >> 1
      const block = this.blocks.get(`${key}#${middle}`)
      if (block === undefined || block[0] > atMs) high = middle - 1
      else {
        found = block
        low = middle + 1
      }
    }
    return found
  }
}

/** The text of a series, with sorted labels: its key. */
export function seriesKey(name: string, labels: Labels): string {
  const sorted = Object.keys(labels)
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i - 1] <= sorted[i]) continue
    sorted.sort(compareText)
    break
  }
  let key = `${name}{`
  for (let i = 0; i < sorted.length; i++) key += `${i === 0 ? '' : ','}${sorted[i]}="${labels[sorted[i]]}"`
  return `${key}}`
}
