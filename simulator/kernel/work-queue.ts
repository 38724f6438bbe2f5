/**
 * A deduplicating queue of keys with delays and per-key back-off, on the kernel's event queue.
 * Models client-go/util/workqueue (v0.35): 5 ms doubling to 1000 s per failing key.
 */

import type { SimTimeMs } from './event-queue.ts'
import type { Table } from './table.ts'

const backOffFirstMs = 5
const backOffMaxMs = 1_000_000

/** Puts an event of the queue's type on the kernel's queue. */
export type ScheduleAt = (atMs: SimTimeMs, key: string) => void

/**
 * The keys of one controller that are to be synced, each at most once at a time. Times are simulated ms; the controller
 * calls `take` when an event comes and `addFailed` or `forget` when its sync has ended.
 */
export class WorkQueue {
  private readonly dueMsOfKey: Table<number>
  private readonly failuresOfKey: Table<number>
  private readonly retryMsOfKey: Table<number>
  private readonly scheduleAt: ScheduleAt

  /** @param dueMsOfKey, failuresOfKey and retryMsOfKey are tables of cluster state that belong to this queue alone */
  constructor(dueMsOfKey: Table<number>, failuresOfKey: Table<number>, retryMsOfKey: Table<number>, scheduleAt: ScheduleAt) {
    this.dueMsOfKey = dueMsOfKey
    this.failuresOfKey = failuresOfKey
    this.retryMsOfKey = retryMsOfKey
    this.scheduleAt = scheduleAt
  }

  /** Adds a key that is due at a time. A key that is already due earlier keeps its time. */
  addAt(key: string, atMs: SimTimeMs): void {
    const dueMs = this.dueMsOfKey.get(key)
    if (dueMs !== undefined && dueMs <= atMs) return
    this.dueMsOfKey.set(key, atMs)
    this.scheduleAt(atMs, key)
  }

  /**
   * Adds a key again after an error, with growing delay. A retry that comes earlier stays; so does one that is waiting
   * when the key is added for a change, which is a sync of its own.
   */
  addFailed(key: string, nowMs: SimTimeMs): void {
    const failures = this.failuresOfKey.get(key) ?? 0
    this.failuresOfKey.set(key, failures + 1)
    const atMs = nowMs + Math.min(backOffFirstMs * 2 ** Math.min(failures, 30), backOffMaxMs)
    const retryMs = this.retryMsOfKey.get(key)
    if (retryMs !== undefined && retryMs <= atMs) return
    this.retryMsOfKey.set(key, atMs)
    this.scheduleAt(atMs, key)
  }

  /** Forgets a key's failures. */
  forget(key: string): void {
    if (this.failuresOfKey.size > 0) this.failuresOfKey.delete(key)
  }

  /**
   * Takes a key whose event came.
   * @returns whether the key is to be handled now; false for an event that an earlier one made void
   */
  take(key: string, nowMs: SimTimeMs): boolean {
    const isRetry = this.retryMsOfKey.size > 0 && this.retryMsOfKey.get(key) === nowMs
    if (isRetry) this.retryMsOfKey.delete(key)
    if (this.dueMsOfKey.get(key) !== nowMs) return isRetry
    this.dueMsOfKey.delete(key)
    return true
  }
}
