/** What happened to a cluster, on disk: every action that may change it, written through before it is answered. */

import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiRequest, Cluster } from '../../../simulator/index.ts'

/** One HTTP request to a pod, as port-forward brings it. */
export type PodRequest = Parameters<Cluster['components']['network']['send']>[1]

/** One outermost input. Streams are those of exec and attach; ids are those of the run that wrote them. */
export type Action =
  | { readonly kind: 'request'; readonly request: ApiRequest; readonly streamId?: string }
  | { readonly kind: 'input'; readonly streamId: string; readonly text?: string }
  | { readonly kind: 'close'; readonly streamId: string }
  | { readonly kind: 'send'; readonly namespace: string; readonly request: PodRequest }

export interface Entry { readonly atMs: number; readonly action: Action }

const keyframeName = 'keyframe'
/** Bytes of entries behind which it is time for a keyframe. */
const keyframeBytesMin = 16 * 1024 * 1024
/** A keyframe is written when the entries behind the last one are so many times its size: writing it stays a small share of the work. */
const entriesPerKeyframe = 4
const logBytesMax = 16 * 1024 * 1024

/**
 * A folder's database. Its size is bounded by that of the cluster: a keyframe takes the place of all entries before it.
 * Throws what SQLite throws when the folder cannot be written.
 */
export class Journal {
  private readonly database: DatabaseSync
  private readonly insert: StatementSync
  private readonly setMeta: StatementSync
  private readonly bytesMin: number
  private waiting: Entry[] = []
  private entryBytes: number
  private keyframeBytes: number

  /** @param bytesMin how much may be written at least before a keyframe is due */
  constructor(folder: string, bytesMin = keyframeBytesMin) {
    mkdirSync(folder, { recursive: true })
    this.bytesMin = bytesMin
    this.database = new DatabaseSync(join(folder, 'cluster.sqlite'))
    this.database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${logBytesMax}`)
    this.database.exec('CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL); CREATE TABLE IF NOT EXISTS actions (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, action TEXT NOT NULL)')
    this.insert = this.database.prepare('INSERT INTO actions (at_ms, action) VALUES (?, ?)')
    this.setMeta = this.database.prepare('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
    this.entryBytes = this.sum('SELECT SUM(LENGTH(action)) AS sum FROM actions')
    this.keyframeBytes = this.sum(`SELECT LENGTH(value) AS sum FROM meta WHERE name = '${keyframeName}'`)
  }

  /** Takes an entry for the next commit. */
  add(entry: Entry): void {
    this.waiting.push(entry)
  }

  /** True when entries wait for a commit. */
  get hasWaiting(): boolean {
    return this.waiting.length > 0
  }

  /** Writes what was added, through to the disk. */
  commit(): void {
    if (this.waiting.length === 0) return
    const entries = this.waiting
    this.waiting = []
    this.database.exec('BEGIN')
    for (const { atMs, action } of entries) {
      const text = JSON.stringify(action)
      this.entryBytes += text.length
      this.insert.run(atMs, text)
    }
    this.database.exec('COMMIT')
  }

  /** Entries behind a number, oldest first; all without one. */
  *entries(after = 0): Generator<Entry> {
    for (const row of this.database.prepare('SELECT at_ms, action FROM actions WHERE seq > ? ORDER BY seq').iterate(after)) {
      yield { atMs: Number(row['at_ms']), action: JSON.parse(String(row['action'])) as Action }
    }
  }

  /** The number of the last entry that is on disk. */
  get lastNumber(): number {
    return Number(this.database.prepare('SELECT MAX(seq) AS last FROM actions').get()?.['last'] ?? 0)
  }

  /** True when entries have grown so much that a keyframe should take their place. */
  get isKeyframeDue(): boolean {
    return this.entryBytes > Math.max(this.bytesMin, this.keyframeBytes * entriesPerKeyframe)
  }

  /** What was kept with `keepKeyframe`. */
  readKeyframe(): unknown {
    return this.read(keyframeName)
  }

  /** Keeps what all entries so far have led to and forgets those: both or, when the process dies meanwhile, neither. */
  keepKeyframe(value: unknown): void {
    this.commit()
    const text = JSON.stringify(value)
    this.database.exec('BEGIN')
    this.setMeta.run(keyframeName, text)
    // The last entry stays, so that the next one gets a higher number.
    this.database.prepare('DELETE FROM actions WHERE seq < ?').run(this.lastNumber)
    this.database.exec('COMMIT')
    this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.keyframeBytes = text.length
    this.entryBytes = 0
  }

  /** A JSON value kept by name. */
  read(name: string): unknown {
    const row = this.database.prepare('SELECT value FROM meta WHERE name = ?').get(name)
    return row === undefined ? undefined : (JSON.parse(String(row['value'])) as unknown)
  }

  keep(name: string, value: unknown): void {
    this.setMeta.run(name, JSON.stringify(value))
  }

  close(): void {
    this.commit()
    this.database.close()
  }

  private sum(query: string): number {
    return Number(this.database.prepare(query).get()?.['sum'] ?? 0)
  }
}
