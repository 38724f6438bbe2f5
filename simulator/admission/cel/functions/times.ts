/** Parts of moments and spans. Models cel-go/common/types/timestamp.go and duration.go (v0.26). */

import { daysFromEpoch, toCalendar } from '../../../api/time.ts'
import type { CelValue } from '../values.ts'
import { CelDuration, CelError, CelTimestamp } from '../values.ts'
import type { CelFunction, CelFunctions } from './function.ts'

const zones: ReadonlySet<string> = new Set(['', 'UTC', 'Etc/UTC', 'GMT', 'Etc/GMT'])

/** Milliseconds to add for a zone like `+02:00`. Named zones other than UTC are not known to the simulator. */
function zoneOffset(zone: string): number | CelError {
  if (zones.has(zone)) return 0
  const match = /^([+-]?)(\d\d):(\d\d)$/.exec(zone)
  if (match === null) return new CelError(`unknown time zone ${zone}`)
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000
}

type Part = (ms: number) => number

function part(ofMoment: Part, perUnit?: bigint): CelFunction {
  return ([value, zone]: readonly CelValue[]) => {
    if (value instanceof CelDuration && perUnit !== undefined && zone === undefined) return value.nanos / perUnit
    if (!(value instanceof CelTimestamp)) return undefined
    if (zone !== undefined && typeof zone !== 'string') return undefined
    const offset = zoneOffset(zone ?? '')
    if (offset instanceof CelError) return offset
    const ms = value.nanos / 1_000_000n - (value.nanos % 1_000_000n < 0n ? 1n : 0n)
    return BigInt(ofMoment(Number(ms) + offset))
  }
}

function daysOf(ms: number): number {
  return Math.floor(ms / 86_400_000)
}

function within(ms: number, unit: number, count: number): number {
  const total = Math.floor(ms / unit)
  return ((total % count) + count) % count
}

export const timeFunctions: CelFunctions = {
  getFullYear: part((ms) => toCalendar(ms).year),
  getMonth: part((ms) => toCalendar(ms).month - 1),
  getDate: part((ms) => toCalendar(ms).day),
  getDayOfMonth: part((ms) => toCalendar(ms).day - 1),
  getDayOfYear: part((ms) => daysOf(ms) - daysFromEpoch(toCalendar(ms).year, 1, 1)),
  getDayOfWeek: part((ms) => (((daysOf(ms) + 4) % 7) + 7) % 7),
  getHours: part((ms) => within(ms, 3_600_000, 24), 3_600_000_000_000n),
  getMinutes: part((ms) => within(ms, 60_000, 60), 60_000_000_000n),
  getSeconds: part((ms) => within(ms, 1000, 60), 1_000_000_000n),
  getMilliseconds: part((ms) => within(ms, 1, 1000), 1_000_000n),
}
