/** Runs what is due, in order of (time, seq). Handlers are registered by type, once, before anything is scheduled. */

import { assert, AssertionError } from './assert.ts'
import type { SimTimeMs } from './event-queue.ts'
import type { ClusterState } from './state.ts'

/** Handles one event. */
export type EventHandler = (key: string) => void

/** Most events that one call may run: a livelock is reported, not watched. */
export const stepsPerAdvanceMax = 50_000_000
/** Most events at one moment of simulated time. */
const stepsPerMomentMax = 5_000_000
const recentEventCount = 10

/**
 * The loop that moves a cluster's time. Throws AssertionError for an unknown or twice registered event type, and for a
 * livelock: more than five million events at one moment, or fifty million in one advance.
 */
export class Kernel {
  private readonly state: ClusterState
  private readonly handlers: EventHandler[] = []
  private readonly typeNames: string[] = []
  private readonly typeIds = new Map<string, number>()

  constructor(state: ClusterState) {
    this.state = state
  }

  /** Simulated now. */
  get nowMs(): SimTimeMs {
    return this.state.nowMs
  }

  /** Registers the handler of an event type. The order of registrations is part of the engine's version. */
  register(type: string, handler: EventHandler): void {
    assert(!this.typeIds.has(type), `event type ${type} is registered twice`)
    this.typeIds.set(type, this.handlers.length)
    this.typeNames.push(type)
    this.handlers.push(handler)
  }

  /** The id of a registered type, for the fast form of `scheduleId`. */
  typeIdOf(type: string): number {
    const typeId = this.typeIds.get(type)
    assert(typeId !== undefined, `event type ${type} is not registered`)
    return typeId
  }

  typeNameOf(typeId: number): string {
    return this.typeNames[typeId]
  }

  /** Puts an event on the queue. A time in the past means now. */
  schedule(atMs: SimTimeMs, type: string, key: string): void {
    this.scheduleId(atMs, this.typeIdOf(type), key)
  }

  /** As `schedule`, by type id. */
  scheduleId(atMs: SimTimeMs, typeId: number, key: string): void {
    const { state } = this
    state.queue.push(atMs < state.nowMs ? state.nowMs : atMs, typeId, key)
  }

  /** Time of the next event, if any. */
  nextMs(): SimTimeMs | undefined {
    return this.state.queue.peekMs()
  }

  /** Runs one event. @returns false when nothing is pending */
  step(): boolean {
    const { queue } = this.state
    const atMs = queue.peekMs()
    if (atMs === undefined) return false
    const typeId = queue.headTypeId
    const key = queue.headKey
    queue.pop()
    this.state.nowMs = atMs
    this.handlers[typeId](key)
    return true
  }

  /** Runs everything due up to and including a time; then that time is now. `advance(a); advance(b)` equals `advance(b)`. */
  advanceTo(toMs: SimTimeMs): void {
    const { state } = this
    const { queue } = state
    let steps = 0
    let momentMs = -1
    let momentSteps = 0
    for (let atMs = queue.peekMs(); atMs !== undefined && atMs <= toMs; atMs = queue.peekMs()) {
      if (atMs !== momentMs) {
        momentMs = atMs
        momentSteps = 0
      }
      steps++
      momentSteps++
      if (steps > stepsPerAdvanceMax || momentSteps > stepsPerMomentMax) throw new AssertionError(this.livelockReport())
      this.step()
    }
    if (toMs > state.nowMs) state.nowMs = toMs
  }

  private livelockReport(): string {
    if (this.state.queue.size === 0) return ''
    const next = this.state.queue.size > 1000 ? [] : this.state.queue.list().slice(0, recentEventCount)
    const rows = next.map((event) => `${event.atMs} ${this.typeNameOf(event.typeId)} ${event.key}`)
    return `too many events at ${this.state.nowMs} ms; next: ${rows.join('; ')}`
  }
}
