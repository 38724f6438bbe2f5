/**
 * Events as compact rows: what the recorder of client-go would have written, JSON only when somebody reads.
 * Models client-go/tools/record EventCorrelator (v0.35): counting of equal events, aggregation from the tenth similar
 * one on within ten minutes, and a spam filter of 25 per source, object and type, refilled by one each five minutes.
 */

import type { Event, KubeObject, ObjectReference } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { ClusterState } from '../kernel/state.ts'
import type { RowLog } from '../kernel/row-log.ts'
import type { Table } from '../kernel/table.ts'
import type { EventOptions } from '../store/component.ts'
import { fnv32a } from '../kernel/hash.ts'
import { EventChains } from './event-chains.ts'

/** One stored Event. */
export interface EventRow {
  readonly id: number
  readonly regarding: ObjectReference
  readonly namespace: string
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly component: string
  readonly host?: string
  readonly firstMs: SimTimeMs
  readonly lastMs: SimTimeMs
  readonly count: number
  readonly resourceVersion: number
}

interface SpamBucket {
  readonly tokens: number
  readonly atMs: SimTimeMs
}

const similarMax = 10
const similarWindowMs = 600_000
const burst = 25
const refillMs = 300_000
/** Events live for an hour, as kube-apiserver --event-ttl. */
export const eventTtlMs = 3_600_000

/** Changes that watches find without reading every row. */
const recentMax = 4096

/** Told of each new or changed row. */
export type EventListener = (row: EventRow, before: EventRow | undefined) => void

/**
 * The recorded Events of a cluster, in its state. A row lives for an hour after its last occurrence (`expire`); times
 * are simulated ms, and every new or changed row takes a resourceVersion.
 */
export class EventLog {
  private readonly rows: RowLog<EventRow>
  private readonly spam: Table<SpamBucket>
  private readonly counters: Table<number>
  private readonly takeResourceVersion: () => number
  /** Derived. */
  private chains: EventChains | undefined
  /** Uids of objects that have a bucket of the spam filter; derived. */
  private bucketedUids: Set<string> | undefined
  private readonly listeners: EventListener[] = []
  /** Rows as they were written, oldest first: every one behind `recentAfter`. Derived; undefined until a watch asks. */
  private recent: EventRow[] | undefined
  private recentAfter = 0

  constructor(state: ClusterState, takeResourceVersion: () => number) {
    this.rows = state.log<EventRow>('events/rows')
    this.spam = state.table<SpamBucket>('events/spam')
    this.counters = state.table<number>('events/counters')
    this.takeResourceVersion = takeResourceVersion
  }

  get size(): number {
    return this.rows.size
  }

  listen(listener: EventListener): void {
    this.listeners.push(listener)
  }

  /** All rows in order of creation. */
  list(): EventRow[] {
    return this.rows.values()
  }

  /** Rows that are new or were changed behind a resourceVersion, as they are now, in the order of their changes. */
  changedSince(resourceVersion: number): EventRow[] {
    const recent = this.openRecent()
    if (resourceVersion < this.recentAfter) {
      return this.rows.values().filter((row) => row.resourceVersion > resourceVersion).sort((a, b) => a.resourceVersion - b.resourceVersion)
    }
    let first = recent.length
    while (first > 0 && recent[first - 1].resourceVersion > resourceVersion) first--
    return recent.slice(first).filter((row) => this.rows.get(row.id) === row)
  }

  find(id: number): EventRow | undefined {
    return this.rows.get(id)
  }

  remove(id: number): void {
    const row = this.find(id)
    if (row === undefined) return
    this.rows.delete(id)
    this.chains = undefined
  }

  /** Records what happened to an object now. */
  record(regarding: KubeObject, type: string, reason: string, message: string, component: string, nowMs: SimTimeMs, options: EventOptions = {}): void {
    const uid = regarding.metadata.uid ?? ''
    const chains = this.openChains()
    const newest = chains.newestOf(uid)
    if (newest !== 0 && !this.passesSpamFilter(component, uid, type, newest, nowMs)) return
    let text = message
    let similarCount = 0
    for (let id = newest; id !== 0; id = chains.before(id)) {
      const row = this.rows.get(id)
      if (row === undefined || row.reason !== reason || row.component !== component || row.type !== type || row.regarding.fieldPath !== options.fieldPath) continue
      if (row.message === message) {
        this.replace({ ...row, count: row.count + 1, lastMs: nowMs, resourceVersion: this.takeResourceVersion() }, row)
        return
      }
      if (nowMs - row.lastMs <= similarWindowMs) similarCount++
    }
    if (similarCount >= similarMax - 1) {
      text = `(combined from similar events): ${message}`
      if (this.combine(newest, reason, component, text, nowMs)) return
    }
    const id = (this.counters.get('id') ?? 0) + 1
    this.counters.set('id', id)
    this.append({
      id, regarding: this.referenceTo(regarding, newest, options.fieldPath), namespace: regarding.metadata.namespace ?? 'default', type, reason, message: text, component,
      host: options.host, firstMs: nowMs, lastMs: nowMs, count: 1, resourceVersion: this.takeResourceVersion(),
    }, newest)
  }

  /** Forgets what is older than the time to live. */
  expire(nowMs: SimTimeMs): void {
    const old: number[] = []
    this.rows.forEach((row, id) => {
      if (nowMs - row.lastMs >= eventTtlMs) old.push(id)
    })
    if (old.length === 0) return
    for (const id of old) this.rows.delete(id)
    this.chains = undefined
  }

  private combine(newest: number, reason: string, component: string, text: string, nowMs: SimTimeMs): boolean {
    const chains = this.openChains()
    let oldest: EventRow | undefined
    for (let id = newest; id !== 0; id = chains.before(id)) {
      const row = this.rows.get(id)
      if (row !== undefined && row.reason === reason && row.component === component && row.message.startsWith('(combined from similar events): ')) oldest = row
    }
    if (oldest === undefined) return false
    this.replace({ ...oldest, message: text, count: oldest.count + 1, lastMs: nowMs, resourceVersion: this.takeResourceVersion() }, oldest)
    return true
  }

  private append(row: EventRow, newest: number): void {
    this.rows.set(row.id, row)
    this.openChains().add(row.regarding.uid ?? '', row.id, newest)
    this.keepRecent(row)
    for (const listener of this.listeners) listener(row, undefined)
  }

  /** A reference to an object; Events of one moment share it. */
  private referenceTo({ kind, apiVersion, metadata }: KubeObject, newest: number, fieldPath: string | undefined): ObjectReference {
    const last = newest === 0 ? undefined : this.rows.get(newest)?.regarding
    if (last !== undefined && last.resourceVersion === metadata.resourceVersion && last.uid === metadata.uid && last.fieldPath === fieldPath && last.kind === kind) return last
    const { namespace, name, uid, resourceVersion } = metadata
    return { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath }
  }

  private replace(row: EventRow, before: EventRow): void {
    this.rows.set(row.id, row)
    this.keepRecent(row)
    for (const listener of this.listeners) listener(row, before)
  }

  private openRecent(): EventRow[] {
    if (this.recent === undefined) {
      this.recent = []
      this.rows.forEach(({ resourceVersion }) => (this.recentAfter = Math.max(this.recentAfter, resourceVersion)))
    }
    return this.recent
  }

  private keepRecent(row: EventRow): void {
    if (this.recent === undefined) return
    if (this.recent.length >= recentMax) this.recentAfter = this.recent.splice(0, recentMax / 2)[recentMax / 2 - 1].resourceVersion
    this.recent.push(row)
  }

  /** Each source, object and type has a bucket of its own; it is kept from the sixth event on, before that the rows tell what was spent. */
  private passesSpamFilter(component: string, uid: string, type: string, newest: number, nowMs: SimTimeMs): boolean {
    // What has happened rarely has no bucket yet, whose key would have to be made.
    const bucketed = this.uidsWithBucket()
    if (!bucketed.has(uid) && this.countOf(newest, component, type) < 5) return true
    const key = `${component}|${uid}|${type}`
    const bucket = this.spam.get(key)
    const spent = bucket === undefined ? this.countOf(newest, component, type) : 0
    if (bucket === undefined && spent < 5) return true
    const tokens = bucket === undefined ? burst - spent : Math.min(burst, bucket.tokens + (nowMs - bucket.atMs) / refillMs)
    bucketed.add(uid)
    if (tokens < 1) {
      this.spam.set(key, { tokens, atMs: nowMs })
      return false
    }
    this.spam.set(key, { tokens: tokens - 1, atMs: nowMs })
    return true
  }

  private uidsWithBucket(): Set<string> {
    this.bucketedUids ??= new Set(this.spam.keys().map((key) => key.slice(key.indexOf('|') + 1, key.lastIndexOf('|'))))
    return this.bucketedUids
  }

  private countOf(newest: number, component: string, type: string): number {
    const chains = this.openChains()
    let count = 0
    for (let id = newest; id !== 0; id = chains.before(id)) {
      const row = this.rows.get(id)
      if (row !== undefined && row.component === component && row.type === type) count += row.count
    }
    return count
  }

  private openChains(): EventChains {
    if (this.chains === undefined) {
      const chains = new EventChains()
      this.rows.forEach(({ regarding: { uid = '' } }, id) => chains.add(uid, id, chains.newestOf(uid)))
      this.chains = chains
    }
    return this.chains
  }
}

/** The name of an Event: the object's name and hexadecimal digits that tell the row. */
export function eventName(row: EventRow): string {
  const high = (fnv32a(row.regarding.uid ?? row.reason) & 0xffff).toString(16).padStart(4, '0')
  return `${row.regarding.name}.18${high}${row.id.toString(16).padStart(10, '0')}`
}

/** The row id inside an Event's name, or undefined for a name of another form. */
export function eventIdOf(name: string): number | undefined {
  const digits = name.slice(name.lastIndexOf('.') + 1)
  return digits.length === 16 ? Number.parseInt(digits.slice(6), 16) : undefined
}

/** The row as core/v1 JSON. @param timestamp turns simulated ms into API text */
export function eventObject(row: EventRow, timestamp: (atMs: SimTimeMs) => string): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: eventName(row),
      namespace: row.namespace,
      uid: `e${row.id.toString(16).padStart(7, '0')}-0000-4000-a000-000000000000`,
      resourceVersion: String(row.resourceVersion),
      creationTimestamp: timestamp(row.firstMs),
    },
    involvedObject: row.regarding,
    reason: row.reason,
    message: row.message,
    source: row.host === undefined ? { component: row.component } : { component: row.component, host: row.host },
    firstTimestamp: timestamp(row.firstMs),
    lastTimestamp: timestamp(row.lastMs),
    count: row.count,
    type: row.type,
    eventTime: null,
    reportingComponent: row.component,
    reportingInstance: row.host ?? '',
  }
}
