/** All mutable state of a cluster: time, the event queue and named tables. Plain data that saves, forks and hashes. */

import { EventQueue } from './event-queue.ts'
import type { SavedQueue, SimTimeMs } from './event-queue.ts'
import { emptyTrace } from './hash.ts'
import type { RollingHash } from './hash.ts'
import { RowLog } from './row-log.ts'
import type { SavedLog } from './row-log.ts'
import { compareText } from './text.ts'
import { Table } from './table.ts'
import type { SavedTable } from './table.ts'

/** A saved cluster state: JSON. */
export interface SavedState {
  readonly nowMs: SimTimeMs
  readonly trace: RollingHash
  readonly queue: SavedQueue
  readonly tables: { readonly [name: string]: SavedTable }
  readonly logs: { readonly [name: string]: SavedLog }
}

/**
 * What a cluster is besides its configuration: whoever holds it can fork, save or hash the whole. Rooms get their
 * tables here and keep elsewhere only what they can rebuild.
 */
export class ClusterState {
  nowMs: SimTimeMs = 0
  /** Rolling hash over every commit. */
  trace: RollingHash = emptyTrace
  queue = new EventQueue()
  private tables = new Map<string, Table<unknown>>()
  private logs = new Map<string, RowLog<unknown>>()

  /** The table of a name, made when it is asked for first. A room's names begin with the room's name and a slash. */
  table<V>(name: string): Table<V> {
    let table = this.tables.get(name)
    if (table === undefined) {
      table = new Table<unknown>()
      this.tables.set(name, table)
    }
    return table as Table<V>
  }

  /** The log of a name, made when it is asked for first. */
  log<V>(name: string): RowLog<V> {
    let log = this.logs.get(name)
    if (log === undefined) {
      log = new RowLog<unknown>()
      this.logs.set(name, log)
    }
    return log as RowLog<V>
  }

  /** An independent copy that shares unchanged pages. */
  fork(): ClusterState {
    const copy = new ClusterState()
    copy.nowMs = this.nowMs
    copy.trace = this.trace
    copy.queue = this.queue.fork()
    for (const [name, table] of this.tables) copy.tables.set(name, table.fork())
    for (const [name, log] of this.logs) copy.logs.set(name, log.fork())
    return copy
  }

  save(): SavedState {
    const tables: { [name: string]: SavedTable } = {}
    const names = [...this.tables.keys()].sort(compareText)
    for (const name of names) {
      const table = this.table(name)
      if (table.size > 0) tables[name] = table.save()
    }
    const logs: { [name: string]: SavedLog } = {}
    for (const name of [...this.logs.keys()].sort(compareText)) if (this.log(name).size > 0) logs[name] = this.log(name).save()
    return { nowMs: this.nowMs, trace: this.trace, queue: this.queue.save(), tables, logs }
  }

  /** A state from what `save` gave. */
  static restore(saved: SavedState): ClusterState {
    const state = new ClusterState()
    state.nowMs = saved.nowMs
    state.trace = saved.trace
    state.queue.restore(saved.queue)
    for (const name of Object.keys(saved.tables)) state.table(name).restore(saved.tables[name])
    for (const name of Object.keys(saved.logs)) state.log(name).restore(saved.logs[name])
    return state
  }
}
