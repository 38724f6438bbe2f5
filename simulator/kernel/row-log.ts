/**
 * Rows that are known by their number: a growing log, or a ring whose places are written again.
 * As a `Table`, it forks in time proportional to its pages; without keys, a row costs no text and no index.
 * Values are immutable: replace them, never change them.
 */

import type { Json } from './json.ts'

const pageBits = 10
const pageMask = (1 << pageBits) - 1

/** A saved log: the numbers and values of its rows. */
export type SavedLog = readonly (readonly [number, Json])[]

/** Numbered rows of cluster state. A number that was never set reads as undefined. */
export class RowLog<V> {
  private pages: (V | undefined)[][] = []
  private isPageShared: boolean[] = []
  private rowCount = 0

  /** Number of rows. */
  get size(): number {
    return this.rowCount
  }

  get(row: number): V | undefined {
    const page = this.pages[row >> pageBits]
    return page === undefined ? undefined : page[row & pageMask]
  }

  /** Sets a row. Numbers are given out from 0 upwards, so that pages stay full. */
  set(row: number, value: V): void {
    const page = this.ownPage(row >> pageBits)
    const at = row & pageMask
    while (page.length < at) page.push(undefined)
    if (page[at] === undefined) this.rowCount++
    page[at] = value
  }

  delete(row: number): void {
    if (this.get(row) === undefined) return
    this.ownPage(row >> pageBits)[row & pageMask] = undefined
    this.rowCount--
  }

  /** Calls back for each row in order of its number. The log must not lose or gain rows meanwhile. */
  forEach(visit: (value: V, row: number) => void): void {
    for (let p = 0; p < this.pages.length; p++) {
      const page = this.pages[p]
      for (let i = 0; i < page.length; i++) {
        const value = page[i]
        if (value !== undefined) visit(value, (p << pageBits) | i)
      }
    }
  }

  /** All values in order of their numbers, as a new array. */
  values(): V[] {
    const all: V[] = []
    this.forEach((value) => all.push(value))
    return all
  }

  /** An independent copy that shares unchanged pages. */
  fork(): RowLog<V> {
    const copy = new RowLog<V>()
    this.isPageShared.fill(true)
    copy.pages = this.pages.slice()
    copy.isPageShared = this.isPageShared.slice()
    copy.rowCount = this.rowCount
    return copy
  }

  save(): SavedLog {
    const rows: [number, V][] = []
    this.forEach((value, row) => rows.push([row, value]))
    return rows as unknown as SavedLog
  }

  /** Replaces the content by what `save` gave. */
  restore(saved: SavedLog): void {
    this.pages = []
    this.isPageShared = []
    this.rowCount = 0
    for (const [row, value] of saved) this.set(row, value as unknown as V)
  }

  private ownPage(index: number): (V | undefined)[] {
    while (this.pages.length <= index) {
      this.pages.push([])
      this.isPageShared.push(false)
    }
    if (this.isPageShared[index]) {
      this.pages[index] = this.pages[index].slice()
      this.isPageShared[index] = false
    }
    return this.pages[index]
  }
}
