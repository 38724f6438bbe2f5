/** Waiting times that double. Models client-go/util/flowcontrol Backoff (v0.35). */

import type { SimTimeMs } from '../kernel/event-queue.ts'
import type { Host } from './host.ts'
import type { BackOff } from './records.ts'

/** An entry is forgotten when nothing happened for twice the greatest delay. */
function isForgotten(host: Host, entry: BackOff, eventMs: SimTimeMs): boolean {
  return eventMs - entry.updateMs > Math.max(host.timings.backOffResetMs, 2 * host.timings.backOffMaxMs)
}

/** The current delay of a key; 0 when there is none. */
export function delayOf(host: Host, key: string): number {
  return host.backOffs.get(key)?.delayMs ?? 0
}

/** True while the delay since an event has not passed. */
export function isBackingOffSince(host: Host, key: string, eventMs: SimTimeMs): boolean {
  const entry = host.backOffs.get(key)
  return entry !== undefined && !isForgotten(host, entry, eventMs) && host.nowMs - eventMs < entry.delayMs
}

/** True while the delay since the last failure has not passed. */
export function isBackingOff(host: Host, key: string): boolean {
  const entry = host.backOffs.get(key)
  return entry !== undefined && !isForgotten(host, entry, host.nowMs) && host.nowMs - entry.updateMs < entry.delayMs
}

/** Takes the next delay: the first one, or twice the last. */
export function backOffNext(host: Host, key: string, eventMs: SimTimeMs, message?: string): void {
  const { backOffMs, backOffMaxMs } = host.timings
  const entry = host.backOffs.get(key)
  const delayMs = entry === undefined || isForgotten(host, entry, eventMs) ? backOffMs : Math.min(entry.delayMs * 2, backOffMaxMs)
  host.backOffs.set(key, message === undefined ? { delayMs, updateMs: host.nowMs } : { delayMs, updateMs: host.nowMs, message })
}
