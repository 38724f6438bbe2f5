/**
 * Pods that Permit plugins hold back: chosen for a node and counted on it, but not bound yet.
 * Models pkg/scheduler/framework/runtime/waiting_pods_map.go (v1.35).
 * Differs: what becomes of a pod that is allowed or rejected happens at the end of the attempt that did it.
 */

import type { Table } from '../kernel/table.ts'
import { goDuration } from '../api/time.ts'
import type { QueueRow } from './queue.ts'

/** A plugin that holds a pod, and until when at most. */
export interface PermitWait { readonly plugin: string; readonly timeoutMs: number }

/** One waiting pod. Immutable plain data. */
export interface WaitingRow {
  readonly podKey: string
  readonly nodeName: string
  readonly sinceMs: number
  /** Plugins that have not allowed it yet. */
  readonly waits: readonly PermitWait[]
  /** Set once a plugin has rejected it. */
  readonly rejectedBy?: { readonly plugin: string; readonly message: string }
  /** Its row as it came from the queue. */
  readonly row: QueueRow
}

/** No plugin may hold a pod longer. */
const timeoutMaxMs = 15 * 60_000

/** What plugins may do with waiting pods. */
export class WaitingPods {
  private readonly rows: Table<WaitingRow>

  constructor(rows: Table<WaitingRow>) {
    this.rows = rows
  }

  get size(): number { return this.rows.size }

  find(podKey: string): WaitingRow | undefined { return this.rows.get(podKey) }

  /** All waiting pods, in the order of their coming. */
  list(): readonly WaitingRow[] { return this.rows.values() }

  add(waiting: Omit<WaitingRow, 'waits'>, waits: readonly PermitWait[]): void {
    this.rows.set(waiting.podKey, { ...waiting, waits: waits.map(({ plugin, timeoutMs }) => ({ plugin, timeoutMs: Math.min(timeoutMs, timeoutMaxMs) })) })
  }

  remove(podKey: string): void {
    this.rows.delete(podKey)
  }

  /** A plugin lets a pod go; it is bound when none holds it any more. */
  allow(podKey: string, plugin: string): void {
    const waiting = this.rows.get(podKey)
    if (waiting !== undefined) this.rows.set(podKey, { ...waiting, waits: waiting.waits.filter((wait) => wait.plugin !== plugin) })
  }

  /** A plugin sends a pod back to the queue. The first word counts. */
  reject(podKey: string, plugin: string, message: string): void {
    const waiting = this.rows.get(podKey)
    if (waiting === undefined || waiting.rejectedBy !== undefined || waiting.waits.length === 0) return
    this.rows.set(podKey, { ...waiting, rejectedBy: { plugin, message } })
  }

  /** Rejects the pods whose time is up. */
  expire(nowMs: number): void {
    for (const { podKey, sinceMs, waits } of this.rows.values()) {
      const late = waits.find(({ timeoutMs }) => sinceMs + timeoutMs <= nowMs)
      if (late !== undefined) this.reject(podKey, late.plugin, `rejected due to timeout after waiting ${goDuration(late.timeoutMs)} at plugin ${late.plugin}`)
    }
  }

  /** When the next pod's time is up; undefined when none waits. */
  nextTimeoutMs(): number | undefined {
    let next: number | undefined
    for (const { sinceMs, waits } of this.rows.values()) {
      for (const { timeoutMs } of waits) if (next === undefined || sinceMs + timeoutMs < next) next = sinceMs + timeoutMs
    }
    return next
  }

  /** A pod that is allowed or rejected by now. */
  settled(): WaitingRow | undefined {
    if (this.rows.size === 0) return undefined
    return this.rows.values().find(({ waits, rejectedBy }) => waits.length === 0 || rejectedBy !== undefined)
  }
}
