/** Values as texts and as JSON, as Go and protobuf write them. */

import { encodeBytes } from '../../api/base64.ts'
import { formatFloat } from '../../api/go-text.ts'
import { toCalendar } from '../../api/time.ts'
import type { Json } from '../../kernel/json.ts'
import type { CelValue } from './values.ts'
import { CelDuration, CelMap, CelOptional, CelTimestamp, CelTypeValue, CelUint, isList } from './values.ts'

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0')
}

function zoneText(offset: number): string {
  if (offset === 0) return 'Z'
  const size = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

/** A moment in RFC 3339, with a fraction where there is one, in the zone that it was written in. */
export function timestampText({ nanos: utc, offset }: CelTimestamp): string {
  const nanos = utc + BigInt(offset) * 60_000_000_000n
  const millis = nanos / 1_000_000n - (nanos % 1_000_000n < 0n ? 1n : 0n)
  const { year, month, day, hour, minute, second } = toCalendar(Number(millis))
  const rest = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(second)}${fraction}${zoneText(offset)}`
}

/** A span in seconds, like `5400s`. */
export function durationText(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos
  const rest = size % 1_000_000_000n
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`
  return `${nanos < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction}s`
}

/** A value as an error names it. */
export function valueText(value: CelValue): string {
  if (typeof value === 'number') return formatFloat(value)
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof CelTimestamp) return timestampText(value)
  if (value instanceof CelDuration) return durationText(value.nanos)
  if (value instanceof CelTypeValue) return value.name
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`
  return String(value)
}

const largest = BigInt(Number.MAX_SAFE_INTEGER)

function integerJson(value: bigint): Json {
  return value > largest || value < -largest ? String(value) : Number(value)
}

/** A value as JSON. @returns undefined for one that JSON has no form for */
export function toJson(value: CelValue): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint') return integerJson(value)
  if (value instanceof CelUint) return integerJson(value.value)
  if (value instanceof Uint8Array) return encodeBytes([...value])
  if (value instanceof CelTimestamp) return timestampText(value)
  if (value instanceof CelDuration) return durationText(value.nanos)
  if (value instanceof CelOptional) return value.value === undefined ? null : toJson(value.value)
  if (isList(value)) {
    const items = value.map(toJson)
    return items.some((item) => item === undefined) ? undefined : (items as Json[])
  }
  if (!(value instanceof CelMap)) return undefined
  if (value.keys().some((key) => typeof key !== 'string')) return undefined
  const members = [...value.entries.values()].map(([key, member]) => [valueText(key), toJson(member)] as const)
  return members.some(([, member]) => member === undefined) ? undefined : (Object.fromEntries(members) as Json)
}
