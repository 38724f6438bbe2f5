/** Simulated time and how the API and kubectl write it. No Date: the calendar is arithmetic. */

import { assert } from '../kernel/assert.ts'

/** 2026-01-05T09:00:00Z in milliseconds since 1970: T+00:00 unless a scenario says otherwise. */
export const defaultEpochMs = 1767603600000

const dayMs = 86_400_000

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar, by eras of 400 years. */
export function daysFromEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** A day count since 1970-01-01 as year, month (1 to 12) and day. */
function dateOf(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 }
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** The parts of an instant in UTC. `weekday` is 0 for Sunday. */
export interface CalendarTime { readonly year: number; readonly month: number; readonly day: number; readonly hour: number; readonly minute: number; readonly second: number; readonly millis: number; readonly weekday: number }

/** Milliseconds since 1970 as calendar parts in UTC. */
export function toCalendar(unixMs: number): CalendarTime {
  const days = Math.floor(unixMs / dayMs)
  const rest = unixMs - days * dayMs
  return {
    ...dateOf(days),
    hour: Math.floor(rest / 3_600_000), minute: Math.floor(rest / 60_000) % 60, second: Math.floor(rest / 1000) % 60, millis: Math.floor(rest) % 1000,
    weekday: (((days + 4) % 7) + 7) % 7,
  }
}

/** Milliseconds since 1970 of calendar parts in UTC. */
export function fromCalendar(parts: Pick<CalendarTime, 'year' | 'month' | 'day'> & Partial<CalendarTime>): number {
  return daysFromEpoch(parts.year, parts.month, parts.day) * dayMs + (parts.hour ?? 0) * 3_600_000 + (parts.minute ?? 0) * 60_000 + (parts.second ?? 0) * 1000 + (parts.millis ?? 0)
}

/** Milliseconds since 1970 as date and time in UTC, seconds cut, without a zone. */
export function secondsText(unixMs: number): string {
  const { year, month, day, hour, minute, second } = toCalendar(unixMs)
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`
}

/** Simulated milliseconds as the API's Time: whole seconds, cut. */
export function toTimestamp(atMs: number, epochMs: number = defaultEpochMs): string {
  return `${secondsText(epochMs + atMs)}Z`
}

/** Simulated milliseconds as the API's MicroTime. */
export function toMicroTime(atMs: number, epochMs: number = defaultEpochMs): string {
  const unixMs = epochMs + atMs
  return `${secondsText(unixMs)}.${pad(unixMs - Math.floor(unixMs / 1000) * 1000, 3)}000Z`
}

/** Simulated milliseconds as RFC 3339 with nanoseconds, trailing zeros cut as Go's RFC3339Nano does; log lines have it. */
export function toNanoTime(atMs: number, epochMs: number = defaultEpochMs): string {
  const unixMs = epochMs + atMs
  const millis = unixMs - Math.floor(unixMs / 1000) * 1000
  return `${secondsText(unixMs)}${millis === 0 ? '' : `.${pad(millis, 3).replace(/0+$/, '')}`}Z`
}

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/** Reads RFC 3339 into simulated milliseconds (may be negative or have a fraction); undefined when the text is no time. */
export function parseTimestamp(text: string, epochMs: number = defaultEpochMs): number | undefined {
  const match = rfc3339.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHours, offsetMinutes] = match
  const offset = sign === undefined ? 0 : (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -60_000 : 60_000)
  const parts = { year: Number(year), month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute), second: Number(second) }
  const unixMs = fromCalendar(parts)
  const back = toCalendar(unixMs)
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 59 || back.day !== parts.day || back.month !== parts.month) return undefined
  return unixMs - epochMs - offset + (fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1e6) / 1000)
}

/** As parseTimestamp, for times that the simulator wrote itself. */
export function timestampMs(text: string, epochMs: number = defaultEpochMs): number {
  const atMs = parseTimestamp(text, epochMs)
  assert(atMs !== undefined, `"${text}" is no RFC 3339 time`)
  return atMs
}

/** How long ago something was, as kubectl's AGE shows it: two units at most. Models apimachinery/pkg/util/duration HumanDuration. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (hours < 192) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`
  if (hours < 17_520) return `${days}d`
  const years = Math.floor(days / 365)
  if (hours < 70_080) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`
  return `${years}y`
}

/** The same with one unit. Models apimachinery/pkg/util/duration ShortHumanDuration. */
export function shortHumanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  const hours = Math.floor(seconds / 3600)
  if (hours < 24) return `${hours}h`
  return hours < 8760 ? `${Math.floor(hours / 24)}d` : `${Math.floor(hours / 8760)}y`
}

/** A duration as Go's time.Duration prints it: `1h2m3.5s`, `300ms`, `0s`. */
export function goDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  const sign = durationMs < 0 ? '-' : ''
  const ms = Math.abs(durationMs)
  if (ms < 1) return ms < 0.001 ? `${sign}${Math.round(ms * 1e6)}ns` : `${sign}${trimZeros(ms * 1000, 3)}µs`
  if (ms < 1000) return `${sign}${trimZeros(ms, 6)}ms`
  const totalSeconds = Math.floor(ms / 1000)
  const hours = Math.floor(totalSeconds / 3600)
  const minutes = Math.floor(totalSeconds / 60) % 60
  const seconds = `${trimZeros((totalSeconds % 60) + (ms - totalSeconds * 1000) / 1000, 9)}s`
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}`
}

function trimZeros(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '')
}

/** How long ago a timestamp is, as tables show it; `<unknown>` without one. Models printers TranslateTimestampSince. */
export function ageOf(timestamp: string | null | undefined, nowMs: number, epochMs: number = defaultEpochMs): string {
  const atMs = timestamp === undefined || timestamp === null ? undefined : parseTimestamp(timestamp, epochMs)
  return atMs === undefined ? '<unknown>' : humanDuration(nowMs - atMs)
}

const durationUnitsMs: { readonly [unit: string]: number } = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Reads a duration such as `1h30m`, `-1.5s` or `0` into ms, with the error texts of Go's time.ParseDuration. */
export function parseGoDuration(text: string): number | { error: string } {
  const sign = text.startsWith('-') ? -1 : 1
  let rest = text.replace(/^[+-]/, '')
  if (rest === '0') return 0
  if (rest === '') return { error: `time: invalid duration "${text}"` }
  let totalMs = 0
  while (rest !== '') {
    const number = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)/.exec(rest)
    if (number === null) return { error: `time: invalid duration "${text}"` }
    rest = rest.slice(number[0].length)
    const unit = /^[^0-9.]*/.exec(rest)![0]
    if (unit === '') return { error: `time: missing unit in duration "${text}"` }
    const unitMs = Object.hasOwn(durationUnitsMs, unit) ? durationUnitsMs[unit] : undefined
    if (unitMs === undefined) return { error: `time: unknown unit "${unit}" in duration "${text}"` }
    totalMs += Number(number[0]) * unitMs
    rest = rest.slice(unit.length)
  }
  return sign * totalMs
}
