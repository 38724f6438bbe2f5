/** Numbers, durations and strings as PromQL writes them. Models prometheus/common/model/time.go and util/strutil (v3.7). */

import { goQuote } from '../../api/go-text.ts'

const units: readonly (readonly [unit: string, ms: number])[] = [['y', 31_536_000_000], ['w', 604_800_000], ['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]]
/** The longest duration: 2^63 ns. */
const durationMaxMs = 9_223_372_036_854

/** `1h30m` in ms, or what is wrong with it. Units go from the biggest to the smallest. */
export function parseDuration(text: string): number | string {
  if (text === '') return 'empty duration string'
  if (text === '0') return 0
  if (!/^(\d+\D+)+$/.test(text)) return `not a valid duration string: ${goQuote(text)}`
  let total = 0
  let last = -1
  for (const [, count, unit] of text.matchAll(/(\d+)(\D+)/g)) {
    const at = units.findIndex(([name]) => name === unit)
    if (at < 0) return `unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`
    if (at <= last) return `not a valid duration string: ${goQuote(text)}`
    last = at
    total += Number(count) * units[at][1]
    if (total > durationMaxMs) return 'duration out of range'
  }
  return total
}

/** A number, or what is wrong with it: `0x1F`, `010` (octal), `1_000`, `1e3`, `Inf`. */
export function parseNumber(text: string): number | string {
  if (/^inf$/i.test(text)) return Infinity
  if (/^nan$/i.test(text)) return NaN
  if (/^0x_?[\da-f]+(_[\da-f]+)*$/i.test(text)) return Number.parseInt(text.slice(2).replaceAll('_', ''), 16)
  if (/^0_?[0-7]+(_[0-7]+)*$/.test(text)) return Number.parseInt(text.replaceAll('_', ''), 8)
  if (/^[1-9]\d*(_\d+)+$/.test(text)) return Number(text.replaceAll('_', ''))
  const isDecimal = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
  if (isDecimal && Number.isFinite(Number(text))) return Number(text)
  return `error parsing number: strconv.ParseFloat: parsing ${goQuote(text)}: ${isDecimal ? 'value out of range' : 'invalid syntax'}`
}

const escapes: { readonly [char: string]: string } = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** What a quoted text means. The lexer has looked at its escapes. */
export function unquote(text: string): string {
  const inner = text.slice(1, -1)
  if (text.startsWith('`')) return inner
  return inner.replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|[\s\S])/g, (_all, escape: string) => {
    if (/^[xuU]./.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16))
    if (/^[0-7]{3}$/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8))
    return escapes[escape] ?? escape
  })
}

/** A figure as Prometheus prints it: `strconv.FormatFloat(value, 'f', -1, 64)`. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const [, sign, first, rest = '', exponent] = parts
  const shift = Number(exponent)
  return shift < 0 ? `${sign}0.${'0'.repeat(-shift - 1)}${first}${rest}` : `${sign}${first}${rest}${'0'.repeat(shift - rest.length)}`
}
