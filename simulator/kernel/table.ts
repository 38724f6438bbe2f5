/**
 * A map of plain values that forks in time proportional to its pages, not its entries.
 * Rows keep insertion order. A fork shares pages and the key index; the first write to a page copies that page, the
 * first insertion or deletion copies the index. Values are immutable: replace them, never change them.
 */

import { assert } from './assert.ts'
import type { Json } from './json.ts'

const pageBits = 10
const pageSize = 1 << pageBits
const pageMask = pageSize - 1

interface Page<V> {
  keys: (string | undefined)[]
  values: (V | undefined)[]
}

/** A saved table: its entries in order. */
export type SavedTable = readonly (readonly [string, Json])[]

/** A named part of cluster state: keys to immutable values, in insertion order. `restore` throws AssertionError when a key is saved twice. */
export class Table<V> {
  private pages: Page<V>[] = []
  private isPageShared: boolean[] = []
  private rowOfKey = new Map<string, number>()
  private isIndexShared = false
  private rowCount = 0
  /** The key that was looked up last, and its row (undefined for none): most steps read and write one entry several times. */
  private lastKey: string | undefined
  private lastRow: number | undefined

  /** Number of entries. */
  get size(): number {
    return this.rowOfKey.size
  }

  has(key: string): boolean {
    return this.rowOf(key) !== undefined
  }

  get(key: string): V | undefined {
    const row = this.rowOf(key)
    return row === undefined ? undefined : this.pages[row >> pageBits].values[row & pageMask]
  }

  /** Sets a value; a new key goes to the end of the order, a known one keeps its place. */
  set(key: string, value: V): void {
    let row = this.rowOf(key)
    if (row === undefined) {
      this.ownIndex()
      row = this.rowCount++
      this.rowOfKey.set(key, row)
      this.lastKey = key
      this.lastRow = row
      if (row >> pageBits === this.pages.length) {
        this.pages.push({ keys: [], values: [] })
        this.isPageShared.push(false)
      }
      const page = this.ownPage(row >> pageBits)
      page.keys[row & pageMask] = key
      page.values[row & pageMask] = value
      return
    }
    this.ownPage(row >> pageBits).values[row & pageMask] = value
  }

  /** Removes an entry. @returns whether it was there */
  delete(key: string): boolean {
    const row = this.rowOf(key)
    if (row === undefined) return false
    this.ownIndex()
    this.lastKey = undefined
    this.rowOfKey.delete(key)
    const page = this.ownPage(row >> pageBits)
    page.keys[row & pageMask] = undefined
    page.values[row & pageMask] = undefined
    if (this.rowCount > pageSize && this.rowOfKey.size < this.rowCount >> 1) this.compact()
    return true
  }

  clear(): void {
    this.pages = []
    this.isPageShared = []
    this.rowOfKey = new Map()
    this.isIndexShared = false
    this.rowCount = 0
    this.lastKey = undefined
  }

  /** Calls back for each entry in insertion order. The table must not lose or gain entries meanwhile. */
  forEach(visit: (value: V, key: string) => void): void {
    for (const page of this.pages) {
      const { keys, values } = page
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i]
        if (key !== undefined) visit(values[i] as V, key)
      }
    }
  }

  /** All keys in insertion order, as a new array. */
  keys(): string[] {
    const all: string[] = []
    this.forEach((_value, key) => all.push(key))
    return all
  }

  /** All values in insertion order, as a new array. */
  values(): V[] {
    const all: V[] = []
    this.forEach((value) => all.push(value))
    return all
  }

  /** All entries in insertion order, as a new array. */
  entries(): [string, V][] {
    const all: [string, V][] = []
    this.forEach((value, key) => all.push([key, value]))
    return all
  }

  /** The first key in insertion order. */
  firstKey(): string | undefined {
    for (const page of this.pages) {
      for (const key of page.keys) if (key !== undefined) return key
    }
    return undefined
  }

  /** An independent copy that shares unchanged pages. */
  fork(): Table<V> {
    const copy = new Table<V>()
    this.isPageShared.fill(true)
    this.isIndexShared = true
    copy.pages = this.pages.slice()
    copy.isPageShared = this.isPageShared.slice()
    copy.rowOfKey = this.rowOfKey
    copy.isIndexShared = true
    copy.rowCount = this.rowCount
    return copy
  }

  save(): SavedTable {
    return this.entries() as unknown as SavedTable
  }

  /** Replaces the content by what `save` gave. */
  restore(saved: SavedTable): void {
    this.clear()
    for (const [key, value] of saved) {
      assert(!this.has(key), `table key ${key} is saved twice`)
      this.set(key, value as unknown as V)
    }
  }

  private rowOf(key: string): number | undefined {
    if (key === this.lastKey) return this.lastRow
    const row = this.rowOfKey.get(key)
    this.lastKey = key
    this.lastRow = row
    return row
  }

  private ownIndex(): void {
    if (!this.isIndexShared) return
    this.rowOfKey = new Map(this.rowOfKey)
    this.isIndexShared = false
  }

  private ownPage(index: number): Page<V> {
    if (this.isPageShared[index]) {
      const page = this.pages[index]
      this.pages[index] = { keys: page.keys.slice(), values: page.values.slice() }
      this.isPageShared[index] = false
    }
    return this.pages[index]
  }

  /** Closes the gaps that deletions left; order stays. */
  private compact(): void {
    const entries = this.entries()
    this.clear()
    for (const [key, value] of entries) this.set(key, value)
  }
}
