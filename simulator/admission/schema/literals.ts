/** Texts inside of JSON strings that Go types read themselves: times, base64. With Go's error texts. */

import { goQuote } from '../../api/go-text.ts'
import { fromCalendar, secondsText } from '../../api/time.ts'

type Parsed = { readonly text: string } | { readonly error: string }

/** Where a layout stands and how many digits it takes. */
interface LayoutPart { readonly layout: string; readonly digits?: number; readonly max?: number; readonly name?: string }

const dateParts: readonly LayoutPart[] = [
  { layout: '2006', digits: 4 }, { layout: '-' }, { layout: '01', digits: 2, max: 12, name: 'month' }, { layout: '-' }, { layout: '02', digits: 2, max: 31, name: 'day' },
  { layout: 'T' }, { layout: '15', digits: 2, max: 23, name: 'hour' }, { layout: ':' }, { layout: '04', digits: 2, max: 59, name: 'minute' },
  { layout: ':' }, { layout: '05', digits: 2, max: 59, name: 'second' },
]

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function utcText(fields: readonly number[], offsetSeconds: number, fraction: string): string {
  const [year, month, day, hour, minute, second] = fields as [number, number, number, number, number, number]
  return `${secondsText(fromCalendar({ year, month, day, hour, minute, second }) - offsetSeconds * 1000)}${fraction}Z`
}

/**
 * Reads a time and gives it in UTC, as the server stores it.
 * @param micro true for MicroTime: six digits of a second, required
 */
export function parseRfc3339(text: string, micro: boolean): Parsed {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00'
  const cannot = (rest: string, part: string): Parsed => ({ error: `parsing time ${goQuote(text)} as ${goQuote(layout)}: cannot parse ${goQuote(rest)} as ${goQuote(part)}` })
  const fields: number[] = []
  let at = 0
  for (const part of dateParts) {
    const piece = text.slice(at, at + (part.digits ?? 1))
    const isRight = part.digits === undefined ? piece === part.layout : piece.length === part.digits && /^[0-9]+$/.test(piece)
    if (!isRight) return cannot(text.slice(at), part.layout)
    if (part.max !== undefined && (Number(piece) > part.max || (part.name === 'month' && Number(piece) === 0))) return { error: `parsing time ${goQuote(text)}: ${part.name} out of range` }
    if (part.digits !== undefined) fields.push(Number(piece))
    at += piece.length
  }
  const fraction = /^\.[0-9]+/.exec(text.slice(at))?.[0] ?? ''
  if (micro && fraction.length !== 7) return cannot(text.slice(at), '.000000')
  at += fraction.length
  const zone = /^(?:Z|([+-])([0-9]{2}):([0-9]{2}))/.exec(text.slice(at))
  if (zone === null) return cannot(text.slice(at), 'Z07:00')
  if (at + zone[0].length < text.length) return { error: `parsing time ${goQuote(text)}: extra text: ${goQuote(text.slice(at + zone[0].length))}` }
  if (fields[2] === 0 || fields[2]! > daysInMonth(fields[0]!, fields[1]!)) return { error: `parsing time ${goQuote(text)}: day out of range` }
  const offset = zone[1] === undefined ? 0 : (Number(zone[2]) * 3600 + Number(zone[3]) * 60) * (zone[1] === '-' ? -1 : 1)
  return { text: utcText(fields, offset, micro ? fraction : '') }
}

/** Why a text is not standard base64 (line breaks are skipped), as encoding/base64 says it. */
export function base64Error(text: string): string | undefined {
  const corrupt = (index: number): string => `illegal base64 data at input byte ${index}`
  let count = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '\n' || char === '\r') continue
    if (char === '=') return paddingError(text, i, count)
    if (!/[A-Za-z0-9+/]/.test(char)) return corrupt(i)
    count = (count + 1) % 4
  }
  return count === 0 ? undefined : corrupt(text.length - count)
}

/** Checks from the first padding character on. */
function paddingError(text: string, at: number, count: number): string | undefined {
  const corrupt = (index: number): string => `illegal base64 data at input byte ${index}`
  if (count < 2) return corrupt(at)
  let next = at + 1
  while (text[next] === '\n' || text[next] === '\r') next++
  if (count === 2) {
    if (next >= text.length) return corrupt(text.length)
    if (text[next] !== '=') return corrupt(next - 1)
    next++
  }
  while (text[next] === '\n' || text[next] === '\r') next++
  return next < text.length ? corrupt(next) : undefined
}

/** Number of bytes that a valid base64 text stands for. */
export function base64Length(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}
