/**
 * The managed fields of stored objects. People's writes are recorded as they happen. Writes of components are told when
 * somebody asks: what changed since the last recorded write belongs to the component that writes such fields, with the
 * object's creation as its time (modelling assumption: the real server records each). So components pay nothing.
 */

import { apiVersionOf } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { ApiRequest } from '../../api/request.ts'
import type { KubeObject } from '../../api/types.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import type { Table } from '../../kernel/table.ts'
import { objectKey, resourceId } from '../../store/resource-id.ts'
import type { ServerClock } from '../ports.ts'
import { mergeTypeOf } from '../../admission/merge/merge-types.ts'
import { afterUpdate, sortedEntries } from './managers.ts'
import type { ManagedEntry, Writer } from './managers.ts'
import { compareValues } from '../../admission/merge/typed-values.ts'

/** What is known of an object that somebody wrote. */
export interface ManagedRow {
  readonly uid: string
  readonly entries: readonly ManagedEntry[]
  /** The object as the entries describe it. */
  readonly seen: KubeObject
  /** A create whose entries nobody has asked for yet: most objects are never read with them. */
  readonly created?: { readonly asked: KubeObject; readonly writer: Writer }
}

/** The component whose status a kind shows. */
const statusManagers: { readonly [kind: string]: string } = { Pod: 'kubelet', Node: 'kubelet' }
const controllerManager = 'kube-controller-manager'

/**
 * Keeps metadata.managedFields apart from the objects, one row per written object. Merging and conflicts of server-side
 * apply are not here: it says who owns what, as of the last write.
 */
export class FieldManagers {
  private readonly rows: Table<ManagedRow>
  private readonly clock: ServerClock

  constructor(rows: Table<ManagedRow>, clock: ServerClock) {
    this.rows = rows
    this.clock = clock
  }

  /** Who writes with a request. */
  writerOf(kind: KindInfo, request: ApiRequest): Writer {
    const asked = request.query?.fieldManager ?? ''
    const { userAgent = '' } = request
    const slash = userAgent.indexOf('/')
    const agent = slash < 0 ? userAgent : userAgent.slice(0, slash)
    const manager = asked !== '' ? asked : agent !== '' ? agent : 'unknown'
    return { manager, apiVersion: apiVersionOf(kind), time: this.clock.timestamp(this.clock.nowMs), ...(request.subresource === undefined ? {} : { subresource: request.subresource }) }
  }

  /** Takes in a write that was stored. @param before undefined for a create @param asked what the writer asked for */
  note(kind: KindInfo, before: KubeObject | undefined, after: KubeObject, asked: KubeObject, writer: Writer): void {
    if (before === undefined) this.rows.set(keyOf(kind, after), { uid: after.metadata.uid ?? '', entries: [], seen: after, created: { asked, writer } })
    else this.keep(kind, after, afterUpdate(this.entriesOf(kind, before), before as unknown as JsonObject, asked as unknown as JsonObject, typeOfKind(kind), writer))
  }

  /** Remembers entries that describe an object. */
  keep(kind: KindInfo, object: KubeObject, entries: readonly ManagedEntry[]): void {
    this.rows.set(keyOf(kind, object), { uid: object.metadata.uid ?? '', entries, seen: object })
  }

  forget(resource: string, key: string): void {
    if (this.rows.size > 0) this.rows.delete(`${resource} ${key}`)
  }

  /** The entries of a stored object as it is now. */
  entriesOf(kind: KindInfo, object: KubeObject): readonly ManagedEntry[] {
    const found = this.rows.get(keyOf(kind, object))
    const row = found?.uid === object.metadata.uid ? found : undefined
    const entries = row === undefined ? [] : entriesOfRow(kind, row)
    return row?.seen === object ? entries : this.withComponents(kind, row?.seen, entries, object)
  }

  /** The object as the API shows it. */
  shown(kind: KindInfo, object: KubeObject): KubeObject {
    const entries = sortedEntries(this.entriesOf(kind, object))
    return entries.length === 0 ? object : { ...object, metadata: { ...object.metadata, managedFields: entries.map(entryJson) } }
  }

  private withComponents(kind: KindInfo, seen: KubeObject | undefined, entries: readonly ManagedEntry[], object: KubeObject): readonly ManagedEntry[] {
    const type = typeOfKind(kind)
    const before = seen as unknown as JsonObject | undefined
    const after = object as unknown as JsonObject
    const { added, modified, removed } = compareValues(before ?? {}, after, type)
    const hasStatus = [added, modified, removed].some((set) => set['f:status'] !== undefined)
    const time = object.metadata.creationTimestamp ?? ''
    const apiVersion = apiVersionOf(kind)
    const status = { manager: statusManagers[kind.kind] ?? controllerManager, apiVersion, time, subresource: 'status' }
    // First all but the status, then the status: each by the component that writes it.
    const middle = { ...after, status: before?.['status'] }
    const written = afterUpdate(entries, before, middle as JsonObject, type, { manager: controllerManager, apiVersion, time })
    return hasStatus ? afterUpdate(written, middle as JsonObject, after, type, status) : written
  }
}

function typeOfKind(kind: KindInfo): ReturnType<typeof mergeTypeOf> {
  return mergeTypeOf(apiVersionOf(kind), kind.kind, kind.custom)
}

function entriesOfRow(kind: KindInfo, { entries, created }: ManagedRow): readonly ManagedEntry[] {
  return created === undefined ? entries : afterUpdate(entries, undefined, created.asked as unknown as JsonObject, typeOfKind(kind), created.writer)
}

function keyOf(kind: KindInfo, { metadata }: KubeObject): string {
  return `${resourceId(kind.group, kind.resource)} ${objectKey(kind.namespaced ? metadata.namespace : undefined, metadata.name ?? '')}`
}

function entryJson({ fields, ...entry }: ManagedEntry): Json {
  return { ...entry, fieldsType: 'FieldsV1', fieldsV1: fields as unknown as Json }
}
