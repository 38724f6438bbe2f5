/** Open streams: cursors in cluster state over the store's history, logs and sessions in containers. */

import type { ApiRequest, StreamFrame } from '../api/request.ts'
import { apiErrors } from '../api/errors.ts'
import { apiVersionOf } from '../api/kinds.ts'
import type { KindInfo } from '../api/kinds.ts'
import type { KubeObject, Pod } from '../api/types.ts'
import type { Json } from '../kernel/json.ts'
import type { Table } from '../kernel/table.ts'
import { objectKey, resourceId } from '../store/resource-id.ts'
import type { Store } from '../store/store.ts'
import type { ServedKinds } from './custom-kinds.ts'
import { eventObject } from './event-log.ts'
import type { EventLog } from './event-log.ts'
import type { KubeletDoor, ServerClock } from './ports.ts'
import { filterOf, isFilter, onlyName } from './select.ts'
import type { ObjectFilter } from './select.ts'
import { toTable } from './tables.ts'

interface WatchCursor {
  readonly kind: 'watch'
  readonly request: ApiRequest
  readonly resourceVersion: number
  /** What exists is still to be told, as ADDED events. */
  readonly isNew?: true
}
interface LogCursor {
  readonly kind: 'log'
  readonly podKey: string
  readonly podUid: string
  readonly container: string
  readonly cursor: Json
  /** Text from before the stream was opened, still to be read. */
  readonly earlier: string
}
interface SessionCursor {
  readonly kind: 'session'
  readonly sessionId: string
}
type Cursor = WatchCursor | LogCursor | SessionCursor

/** Events are kept beside the store, so watches of them read rows by resourceVersion. */
export class Streams {
  private readonly cursors: Table<Cursor>
  private readonly store: Store
  private readonly events: EventLog
  private readonly kubelet: KubeletDoor
  private readonly clock: ServerClock

  private readonly kinds: ServedKinds
  /** Derived: the parsed selectors of open watches. */
  private readonly filters = new Map<string, ObjectFilter>()

  constructor(cursors: Table<unknown>, store: Store, events: EventLog, kubelet: KubeletDoor, clock: ServerClock, kinds: ServedKinds) {
    this.cursors = cursors as Table<Cursor>
    this.store = store
    this.events = events
    this.kubelet = kubelet
    this.clock = clock
    this.kinds = kinds
  }

  /** Opens a watch behind a resourceVersion, or (isNew) one that first tells what exists. @returns the stream's id */
  openWatch(request: ApiRequest, resourceVersion: number, isNew = false): string {
    return this.open({ kind: 'watch', request, resourceVersion, ...(isNew ? { isNew } : {}) })
  }

  openLog(pod: Pod, container: string, cursor: Json, earlier: string): string {
    return this.open({ kind: 'log', podKey: `${pod.metadata.namespace}/${pod.metadata.name}`, podUid: pod.metadata.uid ?? '', container, cursor, earlier })
  }

  openSession(sessionId: string): string {
    return this.open({ kind: 'session', sessionId })
  }

  /** Frames since the last read, oldest first. An `end` frame closes the stream. */
  read(streamId: string): readonly StreamFrame[] {
    const cursor = this.cursors.get(streamId)
    if (cursor === undefined) return [{ kind: 'end' }]
    if (cursor.kind === 'watch') return this.readWatch(streamId, cursor)
    if (cursor.kind === 'log') return this.readLog(streamId, cursor)
    const frames = this.kubelet.readSession(cursor.sessionId)
    if (frames.some((frame) => frame.kind === 'end')) this.cursors.delete(streamId)
    return frames
  }

  write(streamId: string, text: string | undefined): void {
    const cursor = this.cursors.get(streamId)
    if (cursor?.kind === 'session') this.kubelet.writeSession(cursor.sessionId, text)
  }

  close(streamId: string): void {
    const cursor = this.cursors.get(streamId)
    if (cursor === undefined) return
    if (cursor.kind === 'session') this.kubelet.closeSession(cursor.sessionId)
    this.forget(streamId)
  }

  private forget(streamId: string): void {
    this.cursors.delete(streamId)
    this.filters.delete(streamId)
  }

  private open(cursor: Cursor): string {
    const streamId = `stream-${this.store.takeCount('streams')}`
    this.cursors.set(streamId, cursor)
    return streamId
  }

  private readWatch(streamId: string, cursor: WatchCursor): StreamFrame[] {
    const { request } = cursor
    const kind = this.kinds.current.byResource(request.group, request.resource)
    const filter = kind === undefined ? undefined : this.filterOfWatch(streamId, kind, request)
    if (kind === undefined || filter === undefined) {
      this.forget(streamId)
      return [{ kind: 'end' }]
    }
    const latest = this.store.resourceVersion
    if (latest === cursor.resourceVersion && cursor.isNew !== true) return []
    this.cursors.set(streamId, { kind: 'watch', request, resourceVersion: latest })
    const changes = cursor.isNew === true ? this.initialEvents(kind, request, filter, latest) : this.changesOf(kind, cursor, filter)
    if (changes === undefined) {
      this.forget(streamId)
      return [{ kind: 'watch', type: 'ERROR', object: apiErrors.expired(`too old resource version: ${cursor.resourceVersion} (${latest})`) }, { kind: 'end' }]
    }
    if (request.query?.table !== true) return changes
    return changes.map((frame) => (frame.kind === 'watch' ? { ...frame, object: this.asTable(kind, frame, request) } : frame))
  }

  private asTable(kind: KindInfo, { type, object }: StreamFrame & { kind: 'watch' }, { query }: ApiRequest): ReturnType<typeof toTable> {
    const table = toTable(kind, type === 'BOOKMARK' ? [] : [object as KubeObject], this.clock, this.store.resourceVersion, query)
    return type === 'BOOKMARK' ? { ...table, metadata: object.metadata as typeof table.metadata } : table
  }

  private filterOfWatch(streamId: string, kind: KindInfo, request: ApiRequest): ObjectFilter | undefined {
    const known = this.filters.get(streamId)
    if (known !== undefined) return known
    const filter = filterOf(kind, request.query ?? {}, request.name)
    if (!isFilter(filter)) return undefined
    this.filters.set(streamId, filter)
    return filter
  }

  private changesOf(kind: KindInfo, cursor: WatchCursor, filter: ObjectFilter): StreamFrame[] | undefined {
    return kind.resource === 'events' ? this.eventChanges(cursor.resourceVersion, cursor.request.namespace, filter) : this.storeChanges(kind, cursor, filter)
  }

  /** What exists as ADDED events; a client that asked for a streaming list gets a bookmark that ends it. Models apiserver/pkg/storage/cacher watch-list (v1.35). */
  private initialEvents(kind: KindInfo, request: ApiRequest, filter: ObjectFilter, resourceVersion: number): StreamFrame[] {
    const { query = {}, namespace } = request
    const frames: StreamFrame[] = []
    if (kind.resource === 'events') {
      for (const frame of this.eventChanges(0, namespace, filter)) frames.push(frame.kind === 'watch' ? { ...frame, type: 'ADDED' } : frame)
    } else {
      const resource = resourceId(kind.group, kind.resource)
      const named = this.store.listNamed<KubeObject>(resource, kind.namespaced, namespace, onlyName(query, request.name))
      const objects = named !== undefined ? named : kind.namespaced && namespace !== undefined ? this.store.listInNamespace<KubeObject>(resource, namespace) : this.store.list<KubeObject>(resource)
      for (const object of objects) if (filter(object)) frames.push({ kind: 'watch', type: 'ADDED', object })
    }
    if (query.sendInitialEvents !== true || query.allowWatchBookmarks !== true) return frames
    const metadata = { resourceVersion: String(resourceVersion), annotations: { 'k8s.io/initial-events-end': 'true' } }
    return [...frames, { kind: 'watch', type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } }]
  }

  private storeChanges(kind: KindInfo, cursor: WatchCursor, filter: ObjectFilter): StreamFrame[] | undefined {
    const commits = this.store.since(cursor.resourceVersion)
    if (commits === undefined) return undefined
    const resource = resourceId(kind.group, kind.resource)
    const { namespace, query = {}, name } = cursor.request
    const only = onlyName(query, name)
    const onlyKey = only === undefined || (kind.namespaced && namespace === undefined) ? undefined : objectKey(kind.namespaced ? namespace : undefined, only)
    const frames: StreamFrame[] = []
    for (const commit of commits) {
      if (commit.resource !== resource || (onlyKey !== undefined && commit.key !== onlyKey)) continue
      const { before, after } = commit
      if (namespace !== undefined && kind.namespaced && (after ?? before)?.metadata.namespace !== namespace) continue
      const matched = before !== undefined && filter(before)
      const matches = after !== undefined && filter(after)
      if (matches) frames.push({ kind: 'watch', type: matched ? 'MODIFIED' : 'ADDED', object: after })
      else if (matched) frames.push({ kind: 'watch', type: 'DELETED', object: withVersion(before, commit.resourceVersion) })
    }
    return frames
  }

  private eventChanges(after: number, namespace: string | undefined, filter: ObjectFilter): StreamFrame[] {
    const rows = this.events.changedSince(after).filter((row) => namespace === undefined || row.namespace === namespace)
    const frames: StreamFrame[] = []
    for (const row of rows) {
      const object = eventObject(row, (atMs) => this.clock.timestamp(atMs))
      if (filter(object)) frames.push({ kind: 'watch', type: row.count > 1 ? 'MODIFIED' : 'ADDED', object })
    }
    return frames
  }

  private readLog(streamId: string, cursor: LogCursor): StreamFrame[] {
    const pod = this.store.find<Pod>('pods', cursor.podKey)
    if (pod === undefined || pod.metadata.uid !== cursor.podUid) {
      this.cursors.delete(streamId)
      return [{ kind: 'end' }]
    }
    const more = this.kubelet.followLogs(pod, cursor.container, cursor.cursor)
    if (more.text !== '' || cursor.earlier !== '') this.cursors.set(streamId, { ...cursor, cursor: more.cursor, earlier: '' })
    const text = cursor.earlier + more.text
    const frames: StreamFrame[] = text === '' ? [] : [{ kind: 'output', channel: 'stdout', text }]
    if (!more.isOver) return frames
    this.cursors.delete(streamId)
    return [...frames, { kind: 'end' }]
  }
}

function withVersion(object: KubeObject, resourceVersion: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } }
}
