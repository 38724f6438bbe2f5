/** Moves simulated time: with the wall clock times a speed, in slices that leave room for requests, or by hand. */

import type { Cluster } from '../../../simulator/index.ts'

const tickMs = 10
const sliceMs = 8

export interface PumpOptions {
  /** Simulated ms per ms of wall-clock; 0: time moves by hand only. */
  readonly speed: number
  /** Monotonic ms. */
  readonly now: () => number
  /** Called after time has moved, and at least once a tick. */
  readonly onMoved: () => void
}

/**
 * The clock of a server's cluster. Runs for at most 8 ms of wall time at once; what is late is caught up tick by tick.
 * With speed 0 only `advance` moves time.
 */
export class Pump {
  private readonly cluster: Cluster
  private readonly options: PumpOptions
  private readonly startedMs: number
  private originMs: number
  private timer: NodeJS.Timeout | undefined
  private isRunning = false

  /** @param lateMs how far simulated time is behind already; it catches up */
  constructor(cluster: Cluster, options: PumpOptions, lateMs = 0) {
    this.cluster = cluster
    this.options = options
    this.startedMs = options.now()
    this.originMs = cluster.nowMs + lateMs
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), tickMs)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Where simulated time should be now. */
  get targetMs(): number {
    return Math.floor(this.originMs + (this.options.now() - this.startedMs) * this.options.speed)
  }

  /** Moves time ahead by hand, at once. */
  advance(ms: number): void {
    this.originMs += ms
    this.cluster.advanceTo(Math.max(this.cluster.nowMs, this.options.speed === 0 ? this.cluster.nowMs + ms : this.targetMs))
    this.options.onMoved()
  }

  /** One slice of what is due; the rest soon. */
  private tick(): void {
    if (this.isRunning) return
    const { cluster, options } = this
    const target = options.speed === 0 ? cluster.nowMs : this.targetMs
    const untilMs = options.now() + sliceMs
    while (cluster.nowMs < target) {
      const next = cluster.nextEventMs()
      cluster.advanceTo(next === undefined || next > target ? target : next)
      if (options.now() >= untilMs) break
    }
    options.onMoved()
    if (cluster.nowMs >= target) return
    this.isRunning = true
    setImmediate(() => {
      this.isRunning = false
      if (this.timer !== undefined) this.tick()
    })
  }
}
