/** Open watches and followed logs of HTTP clients: who is told when something changed, and who is too slow. */

import type { Cluster, StreamFrame } from '../../../simulator/index.ts'
import type { Desk } from './desk.ts'

/** The client's end of a stream. */
export interface Subscriber {
  readonly streamId: string
  /** Resource with its group whose changes wake the stream; undefined: it is read at each tick. */
  readonly resource: string | undefined
  readonly namespace: string | undefined
  readonly name: string | undefined
  /** True when bookmarks are wanted. */
  readonly hasBookmarks: boolean
  /** Gets frames as they come; never after `end`. */
  send(frames: readonly StreamFrame[]): void
  /** Bytes that the client has not taken yet. */
  pendingBytes(): number
  /** Ends the connection: normally, or because the client is too slow. */
  end(isTooSlow: boolean): void
}

interface Seat { readonly subscriber: Subscriber; isDirty: boolean; readVersion: number; lastBookmarkMs: number }

/** A quiet stream is read after so many versions, so that it does not fall out of the store's history. */
const lagMax = 1500
const bookmarkMs = 60_000
/** A client that leaves so much untaken is dropped, as the real server drops slow watchers. */
const pendingBytesMax = 8 * 1024 * 1024

function bucketOf(resource: string, namespace: string | undefined, name: string | undefined): string {
  return `${resource}|${namespace ?? '*'}|${name ?? '*'}`
}

/**
 * Wakes the streams that a commit concerns. A client that leaves more than 8 MiB untaken is dropped; a bookmark goes
 * out each minute to those that asked for them.
 */
export class WatchHub {
  private readonly desk: Desk
  private readonly now: () => number
  private readonly seats = new Map<string, Seat>()
  private readonly buckets = new Map<string, Set<Seat>>()
  private readonly dirty = new Set<Seat>()
  private readonly polled = new Set<Seat>()
  private tendedVersion = 0

  /** @param now monotonic ms */
  constructor(cluster: Cluster, desk: Desk, now: () => number) {
    this.desk = desk
    this.now = now
    cluster.onCommit(({ resource, key, before, after }) => {
      const { namespace, name } = (after ?? before)?.metadata ?? {}
      this.wake(resource, undefined, undefined)
      this.wake(resource, undefined, name)
      if (namespace === undefined) return
      this.wake(resource, namespace, undefined)
      if (key !== '') this.wake(resource, namespace, name)
    })
    cluster.events.listen(({ namespace }) => {
      this.wake('events', undefined, undefined)
      this.wake('events', namespace, undefined)
    })
  }

  get size(): number {
    return this.seats.size
  }

  add(subscriber: Subscriber): void {
    const nowMs = this.now()
    const seat = { subscriber, isDirty: false, readVersion: this.desk.cluster.resourceVersion, lastBookmarkMs: nowMs }
    this.seats.set(subscriber.streamId, seat)
    const { resource } = subscriber
    if (resource === undefined) this.polled.add(seat)
    else {
      const bucket = bucketOf(resource, subscriber.namespace, subscriber.name)
      const seats = this.buckets.get(bucket) ?? new Set()
      this.buckets.set(bucket, seats.add(seat))
    }
    this.read(seat)
  }

  /** The client went away. */
  remove(streamId: string): void {
    const seat = this.seats.get(streamId)
    if (seat === undefined) return
    this.forget(seat)
    this.desk.close(streamId, true)
  }

  /** Tells every stream what it has; called at each tick and after writes. */
  flush(): void {
    for (const seat of this.dirty) {
      seat.isDirty = false
      this.read(seat)
    }
    this.dirty.clear()
    for (const seat of this.polled) this.read(seat)
    if (this.desk.cluster.resourceVersion - this.tendedVersion >= lagMax) this.tend()
  }

  /** Reads streams that fall behind and sends bookmarks; called now and then, and when much has happened. */
  tend(): void {
    const nowMs = this.now()
    const { resourceVersion } = this.desk.cluster
    this.tendedVersion = resourceVersion
    for (const seat of this.seats.values()) {
      if (resourceVersion - seat.readVersion >= lagMax / 2) this.read(seat)
      if (!seat.subscriber.hasBookmarks || nowMs - seat.lastBookmarkMs < bookmarkMs || !this.seats.has(seat.subscriber.streamId)) continue
      seat.lastBookmarkMs = nowMs
      const metadata = { resourceVersion: String(this.desk.cluster.resourceVersion) }
      seat.subscriber.send([{ kind: 'watch', type: 'BOOKMARK', object: { kind: '', apiVersion: '', metadata } }])
    }
  }

  private wake(resource: string, namespace: string | undefined, name: string | undefined): void {
    const seats = this.buckets.get(bucketOf(resource, namespace, name))
    if (seats === undefined) return
    for (const seat of seats) {
      if (seat.isDirty) continue
      seat.isDirty = true
      this.dirty.add(seat)
    }
  }

  private read(seat: Seat): void {
    const { subscriber } = seat
    if (!this.seats.has(subscriber.streamId)) return
    seat.readVersion = this.desk.cluster.resourceVersion
    const frames = this.desk.read(subscriber.streamId)
    if (frames.length === 0) return
    subscriber.send(frames)
    const isOver = frames.some((frame) => frame.kind === 'end')
    const isTooSlow = subscriber.pendingBytes() > pendingBytesMax
    if (!isOver && !isTooSlow) return
    this.forget(seat)
    if (isTooSlow && !isOver) this.desk.close(subscriber.streamId, true)
    subscriber.end(isTooSlow)
  }

  private forget(seat: Seat): void {
    const { streamId, resource, namespace, name } = seat.subscriber
    this.seats.delete(streamId)
    this.polled.delete(seat)
    this.dirty.delete(seat)
    if (resource === undefined) return
    const bucket = bucketOf(resource, namespace, name)
    const seats = this.buckets.get(bucket)
    seats?.delete(seat)
    if (seats?.size === 0) this.buckets.delete(bucket)
  }
}
