/** Moments and spans of time from texts, in nanoseconds. Models time.Parse(RFC3339) and time.ParseDuration of Go. */

import { daysFromEpoch } from '../../api/time.ts'
import { CelTimestamp } from './values.ts'

const timestamp = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (monthDays[month - 1] ?? 0)
}

/** A moment. @returns undefined for what is not RFC 3339 */
export function parseTimestamp(text: string): CelTimestamp | undefined {
  const match = timestamp.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 || year < 1) return undefined
  const offset = match[8] === undefined ? 0 : (match[8] === '-' ? -1 : 1) * (Number(match[9]) * 60 + Number(match[10]))
  const seconds = ((daysFromEpoch(year, month, day) * 24 + hour) * 60 + minute - offset) * 60 + second
  return new CelTimestamp(BigInt(seconds) * 1_000_000_000n + BigInt((match[7] ?? '').padEnd(9, '0').slice(0, 9)), offset)
}

const units: { readonly [unit: string]: bigint } = { ns: 1n, us: 1000n, µs: 1000n, μs: 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n }

/** The nanoseconds of `1h30m`. @returns undefined for what is none, or too long */
export function parseDuration(text: string): bigint | undefined {
  const body = text.replace(/^[+-]/, '')
  if (body === '0') return 0n
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit] of body.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = units[unit!]!
    nanos += BigInt(whole === '' ? 0 : whole) * size
    if (fraction !== '') nanos += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length)
  }
  const signed = text.startsWith('-') ? -nanos : nanos
  return signed === BigInt.asIntN(64, signed) ? signed : undefined
}
