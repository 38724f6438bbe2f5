/** Texts as Go's fmt, strconv and encoding/json print them; error texts of the API are full of them. */

import { isJsonObject } from '../kernel/json.ts'
import type { Json } from '../kernel/json.ts'
import { compareText } from '../kernel/text.ts'

const shortEscapes: { readonly [char: string]: string } = {
  '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"',
}
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

function escapeChar(char: string): string {
  const short = shortEscapes[char]
  if (short !== undefined) return short
  if (printable.test(char)) return char
  const code = char.codePointAt(0)!
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

/** A text in double quotes, as %q prints it. */
export function goQuote(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `"${text}"`
  return `"${[...text].map(escapeChar).join('')}"`
}

/** Bytes of a text in UTF-8: what len() counts. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) bytes++
    else if (code < 0x800) bytes += 2
    else if (code < 0xd800 || code > 0xdbff || (text.charCodeAt(i + 1) & 0xfc00) !== 0xdc00) bytes += 3
    else {
      // Two units that are one character.
      bytes += 4
      i++
    }
  }
  return bytes
}

/** JSON as encoding/json writes a value whose keys are already in order: no spaces, `<`, `>` and `&` escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** JSON with the keys of all objects in order, as encoding/json writes maps. Whole numbers may be bigint. */
export function goJsonSorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJsonSorted).join(',')}]`
  if (typeof value === 'bigint') return value.toString()
  if (Object.is(value, -0)) return '-0'
  if (typeof value !== 'object' || value === null) return goJson(value ?? null)
  const map = value as { readonly [key: string]: unknown }
  // Written member by member: an object with sorted keys would still put those that look like numbers first.
  const members = Object.keys(map).sort(compareText).filter((key) => map[key] !== undefined)
  return `{${members.map((key) => `${goJson(key)}:${goJsonSorted(map[key])}`).join(',')}}`
}

/** The same JSON value with all keys in text order. Absent members are left out. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const source = value as { readonly [key: string]: unknown }
  const sorted: { [key: string]: unknown } = {}
  for (const key of Object.keys(source).sort(compareText)) if (source[key] !== undefined) sorted[key] = sortKeys(source[key])
  return sorted
}

/** Several error texts as one, as util/errors.Aggregate prints them: one plain, several as `[a, b]`, repeats once. */
export function aggregateText(texts: readonly string[]): string {
  const distinct = [...new Set(texts)]
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`
}

/** A list of texts as %v prints it: `[a b]`. */
export function goList(texts: readonly string[]): string {
  return `[${texts.join(' ')}]`
}

const int64Limit = 9223372036854775807n

/** Reads a decimal 64-bit integer as strconv.ParseInt does; undefined when it is none. */
export function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value > int64Limit || value < -int64Limit - 1n ? undefined : value
}

/** A float64 that may be whole: a plain number without fraction stands for an integer. */
export class GoFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A float as %v and strconv.FormatFloat(x, 'g', -1, 64) print it: an exponent below 1e-4 and from 1e6 on, where digits are shortest. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 6) return plainDecimal(value)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** A float with so many digits at most: `%.4g`. */
export function formatFloatTo(value: number, digits: number): string {
  if (!Number.isFinite(value) || value === 0) return formatFloat(value)
  const [mantissa, exponentText] = value.toExponential(digits - 1).split('e') as [string, string]
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < digits) return plainDecimal(Number(value.toPrecision(digits)))
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  return `${short}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** A finite number without exponent. */
function plainDecimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [mantissa, exponentText] = text.split('e') as [string, string]
  const exponent = Number(exponentText)
  const negative = mantissa.startsWith('-')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  const point = whole.length + exponent
  const plain = point <= 0 ? `0.${'0'.repeat(-point)}${digits}` : point >= digits.length ? digits + '0'.repeat(point - digits.length) : `${digits.slice(0, point)}.${digits.slice(point)}`
  return negative ? `-${plain}` : plain
}

/** A value as Go's %+v prints a map of any. */
export function goMapText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goMapText).join(' ')}]`
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value)
  const keys = Object.keys(value).sort(compareText)
  return `map[${keys.map((key) => `${key}:${goMapText(value[key]!)}`).join(' ')}]`
}
