/**
 * The past of a cluster: keyframes at moments after which nothing came from outside until the next one.
 * Rewind is the nearest keyframe before a moment, run forward; nothing else can have happened in between.
 */

import type { Cluster } from '../../simulator/index.ts'

interface Keyframe {
  readonly atMs: number
  readonly cluster: Cluster
}

/** Keyframes kept; when more are made, every second one of the older half goes and rewinds there start earlier. */
const keyframesMax = 4000

/**
 * The keyframes of one line of time, at most 4000: then the earliest goes, and with it the reach of rewind. Moments are
 * simulated ms since cluster start.
 */
export class Moments {
  private frames: Keyframe[] = []

  /** @param start the first moment */
  constructor(start: Cluster) {
    this.keep(start)
  }

  /** Keeps the cluster as it is now. */
  keep(cluster: Cluster): void {
    const last = this.frames.at(-1)
    if (last !== undefined && last.atMs === cluster.nowMs) this.frames.pop()
    this.frames.push({ atMs: cluster.nowMs, cluster: cluster.fork() })
    if (this.frames.length > keyframesMax) this.frames = this.frames.slice(1)
  }

  /** The earliest moment that can be shown. */
  get firstMs(): number {
    return this.frames[0]?.atMs ?? 0
  }

  /** The cluster as it was at a moment; a fork of its own. undefined before the first keyframe. */
  at(ms: number): Cluster | undefined {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      if (this.frames[i].atMs > ms) continue
      const copy = this.frames[i].cluster.fork()
      copy.advanceTo(ms)
      return copy
    }
    return undefined
  }

  /** Forgets what is later than a moment (the past became a line of its own). */
  cutAfter(ms: number): void {
    this.frames = this.frames.filter((frame) => frame.atMs <= ms)
  }
}
