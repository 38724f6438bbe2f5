/** The clock of a cluster: simulated time as components read it. */

import { timestampMs, toMicroTime, toTimestamp } from '../api/time.ts'
import type { ClusterState } from '../kernel/state.ts'
import type { Clock } from './component.ts'

const secondsKnownMax = 64

/** The clock over a cluster's state. @param epochMs Unix ms of simulated 0 */
export function clockOf(state: ClusterState, epochMs: number): Clock {
  let lastSecond = Number.NaN
  let lastText = ''
  // Texts of the seconds that were asked for lately: what happens at one moment shares its text.
  const texts = new Map<number, string>()
  const textOf = (second: number): string => {
    let text = texts.get(second)
    if (text !== undefined) return text
    if (texts.size >= secondsKnownMax) texts.clear()
    text = toTimestamp(second * 1000, epochMs)
    texts.set(second, text)
    return text
  }
  return {
    get nowMs() {
      return state.nowMs
    },
    epochMs,
    timestamp(atMs) {
      const second = Math.floor(atMs / 1000)
      if (second !== lastSecond) {
        lastSecond = second
        lastText = textOf(second)
      }
      return lastText
    },
    microTimestamp: (atMs) => toMicroTime(atMs, epochMs),
    parse: (timestamp) => timestampMs(timestamp, epochMs),
  }
}
