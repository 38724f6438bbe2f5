/** Dates of `date`, from the API's time stamps: there is no other calendar in the simulator. */

import { daysFromEpoch, toCalendar } from '../../../api/time.ts'

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

interface Moment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

function parseStamp(stamp: string): Moment | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?/.exec(stamp)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1).map((text) => Number(text ?? 0))
  return { year, month, day, hour, minute, second }
}

/** Seconds since 1970 of a time stamp. */
export function epochSeconds(stamp: string): number | undefined {
  const moment = parseStamp(stamp)
  if (moment === undefined) return undefined
  return daysFromEpoch(moment.year, moment.month, moment.day) * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second
}

/** strftime over a time stamp. */
export function formatDate(pattern: string, stamp: string, ms: number): string {
  const m = parseStamp(stamp) ?? { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 }
  const two = (n: number): string => String(n).padStart(2, '0')
  const epochDay = daysFromEpoch(m.year, m.month, m.day)
  const weekday = (((epochDay + 4) % 7) + 7) % 7
  const yearDay = epochDay - daysFromEpoch(m.year, 1, 1) + 1
  const values: { readonly [letter: string]: string } = {
    Y: String(m.year), y: two(m.year % 100), m: two(m.month), d: two(m.day), e: String(m.day).padStart(2), H: two(m.hour), M: two(m.minute), S: two(m.second),
    I: two(m.hour % 12 === 0 ? 12 : m.hour % 12), p: m.hour < 12 ? 'AM' : 'PM', j: String(yearDay).padStart(3, '0'), a: days[weekday].slice(0, 3), A: days[weekday], b: months[m.month - 1].slice(0, 3),
    B: months[m.month - 1], h: months[m.month - 1].slice(0, 3), u: String(weekday === 0 ? 7 : weekday), w: String(weekday), Z: 'UTC', z: '+0000', n: '\n', t: '\t', '%': '%', s: String(epochSeconds(stamp) ?? 0),
    N: `${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}000000`,
  }
  return pattern
    .replace(/%F/g, '%Y-%m-%d').replace(/%T/g, '%H:%M:%S').replace(/%D/g, '%m/%d/%y').replace(/%R/g, '%H:%M').replace(/%c/g, '%a %b %e %H:%M:%S %Y').replace(/%x/g, '%m/%d/%y').replace(/%X/g, '%H:%M:%S')
    .replace(/%(\d*)-?([a-zA-Z%])/g, (whole, digits: string, letter: string) => {
      const value = values[letter]
      return value === undefined ? whole : letter === 'N' && digits !== '' ? value.slice(0, Number(digits)) : value
    })
}

const units: { readonly [name: string]: number } = { sec: 1, second: 1, min: 60, minute: 60, hour: 3600, day: 86_400, week: 604_800 }

/** The time that `date -d` names, in simulated ms: a time stamp, `@seconds`, `now`, or an offset such as `+2 hours`. */
export function parseDateOption(text: string, nowMs: number, timestamp: (ms: number) => string): number | undefined {
  const nowSeconds = epochSeconds(timestamp(nowMs)) ?? 0
  const wanted = /^@\d+$/.test(text) ? Number(text.slice(1)) : epochSeconds(text)
  if (wanted !== undefined) return nowMs - (nowMs % 1000) + (wanted - nowSeconds) * 1000
  if (text === '' || text === 'now' || text === 'today') return nowMs
  if (text === 'tomorrow') return nowMs + 86_400_000
  if (text === 'yesterday') return nowMs - 86_400_000
  const offset = /^([+-]?\s*\d+)\s*(sec|second|min|minute|hour|day|week)s?(\s+ago)?$/.exec(text)
  if (offset === null) return undefined
  return nowMs + Number(offset[1].replace(/\s/g, '')) * units[offset[2]] * (offset[3] === undefined ? 1000 : -1000)
}

/** Time stamp of seconds since 1970 (RFC 3339, UTC). */
export function stampOfSeconds(seconds: number): string {
  const { year, month, day, hour, minute, second } = toCalendar(Math.floor(seconds) * 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}Z`
}
