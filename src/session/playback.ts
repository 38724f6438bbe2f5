/** Maps wall time to simulated time: play, speed, and the one-step controls. */

import type { Cluster } from '../../simulator/index.ts'
import type { Speed } from './host.ts'

/** Resources whose changes count as "something happened" for "next change". */
const noticeable: ReadonlySet<string> = new Set(['pods', 'nodes', 'horizontalpodautoscalers.autoscaling', 'deployments.apps', 'jobs.batch', 'namespaces', 'services'])
/** Simulated time after which "next change" gives up. */
const quietMsMax = 3_600_000

/**
 * How fast simulated time runs. At speed "max" `take` gives 0: the host then runs event by event itself. At most one
 * second of wall time counts at once.
 */
export class Playback {
  isPlaying = true
  speed: Speed = 1
  private lastWallMs: number | undefined

  /** Simulated ms that the wall time since the last call is worth. */
  take(nowWallMs: number): number {
    const elapsedMs = this.lastWallMs === undefined ? 0 : Math.max(0, nowWallMs - this.lastWallMs)
    this.lastWallMs = nowWallMs
    if (!this.isPlaying || this.speed === 'max') return 0
    // A tab that slept does not race: at most one second of wall time is made up at once.
    return Math.round(Math.min(elapsedMs, 1000) * this.speed)
  }

  /** Forgets the wall time that has passed. */
  restart(): void {
    this.lastWallMs = undefined
  }
}

/**
 * Runs a cluster to its next noticeable change.
 * @param advance lets time pass to a moment, with what else follows from it
 */
export function runToNextChange(cluster: Cluster, advance: (toMs: number) => void): void {
  let hasChanged = false
  const unsubscribe = cluster.onCommit((change) => {
    if (noticeable.has(change.resource)) hasChanged = true
  })
  const limitMs = cluster.nowMs + quietMsMax
  for (let next = cluster.nextEventMs(); !hasChanged && next !== undefined && next <= limitMs; next = cluster.nextEventMs()) advance(next)
  unsubscribe()
}
