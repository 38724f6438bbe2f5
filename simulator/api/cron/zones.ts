/** Time zones: offsets from UTC as Go's zone archive has them, exact from 2020 to 2037. Data: generate/main.go. */

import data from './time-zones.json' with { type: 'json' }

const minuteMs = 60_000
const rules: readonly (readonly number[])[] = data.rules
const zones: { readonly [name: string]: number | undefined } = data.zones

export interface TimeZone {
  /** Pairs of a change (Unix ms) and the offset (ms) from then on; the first counts for all time before the second. */
  readonly changes: readonly { readonly sinceMs: number; readonly offsetMs: number }[]
}

/** A zone by its IANA name; undefined when there is none of that name. */
export function findTimeZone(name: string): TimeZone | undefined {
  const index = Object.hasOwn(zones, name) ? zones[name] : undefined
  if (index === undefined) return undefined
  const rule = rules[index]
  const changes = Array.from({ length: rule.length / 2 }, (_none, i) => ({ sinceMs: i === 0 ? -Infinity : rule[2 * i] * minuteMs, offsetMs: rule[2 * i + 1] * minuteMs }))
  return { changes }
}

/** The zone without an offset. */
export const utc: TimeZone = { changes: [{ sinceMs: -Infinity, offsetMs: 0 }] }

/** The offset at a moment, and how long it counts. @param unixMs Unix ms */
function lookUp({ changes }: TimeZone, unixMs: number): { readonly offsetMs: number; readonly sinceMs: number; readonly untilMs: number } {
  let i = changes.length - 1
  while (i > 0 && changes[i].sinceMs > unixMs) i -= 1
  return { ...changes[i], untilMs: changes[i + 1]?.sinceMs ?? Infinity }
}

/** Unix ms to the wall clock of a zone, in ms as if it were UTC. */
export function toWallMs(zone: TimeZone, unixMs: number): number {
  return unixMs + lookUp(zone, unixMs).offsetMs
}

/** The moment that a wall clock shows; one that it skips or shows twice is resolved as Go's time.Date does. */
export function fromWallMs(zone: TimeZone, wallMs: number): number {
  const guess = lookUp(zone, wallMs)
  const moment = wallMs - guess.offsetMs
  if (moment >= guess.sinceMs && moment < guess.untilMs) return moment
  return wallMs - lookUp(zone, moment).offsetMs
}
