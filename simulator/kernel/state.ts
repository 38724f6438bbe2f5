/** All mutable state of a cluster: time, the event queue and named tables. Plain data that saves, forks and hashes. */

import { EventQueue } from './event-queue.ts'
import type { SavedQueue, SimTimeMs } from './event-queue.ts'
import { emptyTrace } from './hash.ts'
import type { RollingHash } from './hash.ts'
import { compareText } from './text.ts'
import { Table } from './table.ts'
import type { SavedTable } from './table.ts'

/** A saved cluster state: JSON. */
export interface SavedState {
  readonly nowMs: SimTimeMs
  readonly trace: RollingHash
  readonly queue: SavedQueue
  readonly tables: { readonly [name: string]: SavedTable }
}

export class ClusterState {
  nowMs: SimTimeMs = 0
  /** Rolling hash over every commit. */
  trace: RollingHash = emptyTrace
  queue = new EventQueue()
  private tables = new Map<string, Table<unknown>>()

  /** The table of a name, made when it is asked for first. A room's names begin with the room's name and a slash. */
  table<V>(name: string): Table<V> {
    let table = this.tables.get(name)
    if (table === undefined) {
      table = new Table<unknown>()
      this.tables.set(name, table)
    }
    return table as Table<V>
  }

  /** An independent copy that shares unchanged pages. */
  fork(): ClusterState {
    const copy = new ClusterState()
    copy.nowMs = this.nowMs
    copy.trace = this.trace
    copy.queue = this.queue.fork()
    for (const [name, table] of this.tables) copy.tables.set(name, table.fork())
    return copy
  }

  save(): SavedState {
    const tables: { [name: string]: SavedTable } = {}
    const names = [...this.tables.keys()].sort(compareText)
    for (const name of names) {
      const table = this.table(name)
      if (table.size > 0) tables[name] = table.save()
    }
    return { nowMs: this.nowMs, trace: this.trace, queue: this.queue.save(), tables }
  }

  /** A state from what `save` gave. */
  static restore(saved: SavedState): ClusterState {
    const state = new ClusterState()
    state.nowMs = saved.nowMs
    state.trace = saved.trace
    state.queue.restore(saved.queue)
    for (const name of Object.keys(saved.tables)) state.table(name).restore(saved.tables[name])
    return state
  }
}
