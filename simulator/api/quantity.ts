/**
 * Quantities: "500m", "1.5Gi", "12e6". Exact arithmetic on arbitrary sizes, with a fast path on numbers for the texts
 * that clusters are full of. Models apimachinery/pkg/api/resource (v1.35), its 64-bit wrap-around included.
 */

import { assert } from '../kernel/assert.ts'

/** How a quantity is written: with k and M, with Ki and Mi, or with an exponent. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** A parsed quantity: `value` times ten to the power of `scale`. Immutable. */
export interface ParsedQuantity {
  readonly value: bigint
  readonly scale: number
  /** True when upstream holds it as an arbitrary-precision decimal and not as a 64-bit integer with a scale. */
  readonly isBig: boolean
  readonly format: QuantityFormat
  /** The text as given, when upstream keeps it as the canonical one. */
  readonly text?: string
}
/** What was wrong with a text, in Kubernetes' words. */
export interface QuantityError { readonly error: string }

/** Texts for what is no quantity. */
export const quantityErrors = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  numeric: 'unable to parse numeric part of quantity',
  suffix: "unable to parse quantity's suffix",
} as const

const int64Max = 9223372036854775807n
const int64Min = -9223372036854775808n
const decimalSuffixes: { readonly [suffix: string]: number } = { '': 0, n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binarySuffixes: { readonly [suffix: string]: number } = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const decimalSuffixOf: { readonly [exponent: number]: string } = { [-9]: 'n', [-6]: 'u', [-3]: 'm', 0: '', 3: 'k', 6: 'M', 9: 'G', 12: 'T', 15: 'P', 18: 'E' }
const binarySuffixOf = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const nanoScale = -9
/** Scales further apart than this are not aligned digit by digit; the smaller operand counts as nothing. */
const scaleDistanceMax = 100_000

const quantityPattern = /^([+-]?)(0*)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/

/** The quantity 0. */
export const zeroQuantity: ParsedQuantity = { value: 0n, scale: 0, isBig: false, format: 'DecimalSI', text: '0' }

/** True when parsing failed. */
export function isQuantityError(result: ParsedQuantity | QuantityError): result is QuantityError {
  return 'error' in result
}

function fitsInt64(value: bigint): boolean {
  return value >= int64Min && value <= int64Max
}

function readSuffix(suffix: string): { base: 2 | 10; exponent: number; format: QuantityFormat } | undefined {
  if (Object.hasOwn(decimalSuffixes, suffix)) return { base: 10, exponent: decimalSuffixes[suffix]!, format: 'DecimalSI' }
  if (Object.hasOwn(binarySuffixes, suffix)) return { base: 2, exponent: binarySuffixes[suffix]!, format: 'BinarySI' }
  if (!/^[eE][+-]?[0-9]+$/.test(suffix)) return undefined
  const exponent = BigInt(suffix[1] === '+' ? suffix.slice(2) : suffix.slice(1))
  if (!fitsInt64(exponent)) return undefined
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)), format: 'DecimalExponent' }
}

/**
 * Parses a quantity.
 * @returns the quantity, or the reason why the text is none
 */
export function parseQuantity(text: string): ParsedQuantity | QuantityError {
  if (text === '0') return zeroQuantity
  const match = text === '' ? null : quantityPattern.exec(text)
  if (match === null) return { error: quantityErrors.format }
  const [, sign, zeros, digits, fraction = '', suffix] = match as unknown as [string, string, string, string, string?, string?]
  const suffixParts = readSuffix(suffix!)
  if (suffixParts === undefined) return { error: quantityErrors.suffix }
  const { exponent, format } = suffixParts
  const whole = digits === '' ? '0' : digits
  const small = parseSmall(text, sign === '-', whole, fraction, exponent, format)
  if (small !== undefined) return small
  // The slow path reads the digits again, and there a text without any is no number.
  if (zeros === '' && digits === '' && fraction === '') return { error: quantityErrors.numeric }
  return parseBig(sign === '-', whole, fraction, suffixParts)
}

/** The integer path of upstream: at most 18 digits, and a scale that nano can show. */
function parseSmall(text: string, negative: boolean, whole: string, fraction: string, exponent: number, format: QuantityFormat): ParsedQuantity | undefined {
  const isBinary = format === 'BinarySI'
  if (isBinary && fraction !== '') return undefined
  const precision = isBinary ? 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1 : 18 - whole.length - fraction.length
  const scale = (isBinary ? 0 : exponent) - fraction.length
  if (precision < 0 || scale < nanoScale) return undefined
  const shifted = whole + fraction
  const plain = BigInt(shifted)
  const scaled = isBinary ? plain << BigInt(exponent) : plain
  if (!fitsInt64(scaled)) return undefined
  const value = negative ? -scaled : scaled
  const isCanonical = isBinary ? exponent % 10 === 0 && (plain & 7n) !== 0n : scale % 3 === 0 && !shifted.endsWith('000') && shifted[0] !== '0'
  return isCanonical ? { value, scale, isBig: false, format, text } : { value, scale, isBig: false, format }
}

function parseBig(negative: boolean, whole: string, fraction: string, suffix: { base: 2 | 10; exponent: number; format: QuantityFormat }): ParsedQuantity {
  let { format } = suffix
  let value = BigInt(whole + fraction)
  let scale = -fraction.length
  if (suffix.base === 10) scale += suffix.exponent
  else value <<= BigInt(suffix.exponent)
  if (value !== 0n) {
    value = toScaleRoundingUp(value, scale, nanoScale)
    scale = nanoScale
  }
  if (format === 'BinarySI' && cmpScaled(value, scale, int64Max, 0) > 0) {
    value = int64Max
    scale = 0
  }
  if (format === 'BinarySI' && value > 0n && cmpScaled(value, scale, 1n, 0) < 0) format = 'DecimalSI'
  return { value: negative ? -value : value, scale, isBig: true, format }
}

function pow10(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

/** The value at another scale; digits that do not fit round away from zero. */
function toScaleRoundingUp(value: bigint, scale: number, newScale: number): bigint {
  if (scale >= newScale) return value * pow10(Math.min(scale - newScale, scaleDistanceMax))
  if (value === 0n) return 0n
  const distance = newScale - scale
  if (distance > scaleDistanceMax) return value > 0n ? 1n : -1n
  const divisor = pow10(distance)
  const quotient = value / divisor
  if (value % divisor === 0n) return quotient
  return value > 0n ? quotient + 1n : quotient - 1n
}

function cmpScaled(a: bigint, aScale: number, b: bigint, bScale: number): number {
  if (aScale === bScale) return a < b ? -1 : a > b ? 1 : 0
  if (aScale > bScale) return -cmpScaled(b, bScale, a, aScale)
  if (b === 0n || bScale - aScale > scaleDistanceMax) return b > 0n ? -1 : b < 0n ? 1 : a < 0n ? -1 : a > 0n ? 1 : 0
  const shifted = b * pow10(bScale - aScale)
  return a < shifted ? -1 : a > shifted ? 1 : 0
}

// ---- formatting ----------------------------------------------------------------------------------------------------

function removeFactors(value: bigint, factor: bigint): { value: bigint; times: number } {
  let times = 0
  let rest = value
  while (rest !== 0n && rest % factor === 0n) {
    rest /= factor
    times++
  }
  return { value: rest, times }
}

function formatDecimal(q: ParsedQuantity, format: QuantityFormat): string {
  const { value, times } = removeFactors(q.value, 10n)
  let exponent = q.scale + times
  let amount = value
  while (exponent % 3 !== 0) {
    amount *= 10n
    exponent--
  }
  if (format === 'DecimalSI') return `${amount}${decimalSuffixOf[exponent] ?? ''}`
  return exponent === 0 ? `${amount}` : `${amount}e${exponent}`
}

/** The canonical text, as the API shows it. */
export function formatQuantity(q: ParsedQuantity): string {
  if (q.text !== undefined) return q.text
  if (q.value === 0n) return '0'
  if (q.format !== 'BinarySI') return formatDecimal(q, q.format)
  const isTiny = cmpScaled(q.value, q.scale, -1024n, 0) > 0 && cmpScaled(q.value, q.scale, 1024n, 0) < 0
  const whole = toScaleRoundingUp(q.value, q.scale, 0)
  // Powers of 1024 must not lose precision: what is no whole number shows as decimal.
  if (isTiny || cmpScaled(whole, 0, q.value, q.scale) !== 0) return formatDecimal(q, 'DecimalSI')
  const { value, times } = removeFactors(whole, 1024n)
  return `${value}${binarySuffixOf[times] ?? ''}`
}

/** The value written out without suffix, as inf.Dec prints it; for tests and error texts. */
export function decimalText(q: ParsedQuantity): string {
  if (q.scale >= 0) return `${q.value * pow10(Math.min(q.scale, scaleDistanceMax))}`
  const digits = (q.value < 0n ? -q.value : q.value).toString().padStart(1 - q.scale, '0')
  const cut = digits.length + q.scale
  return `${q.value < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

// ---- values --------------------------------------------------------------------------------------------------------

/** The value as a whole number; undefined where upstream's AsInt64 says no (fractions, big decimals, overflow). */
export function quantityAsInt64(q: ParsedQuantity): bigint | undefined {
  if (q.isBig || q.scale < 0) return undefined
  return scaleInt64(q.value, q.scale)
}

function scaleInt64(value: bigint, scale: number): bigint | undefined {
  if (value === 0n) return 0n
  if (scale > 40) return undefined
  const result = value * pow10(scale)
  return fitsInt64(result) ? result : undefined
}

/** Overflow wraps where upstream multiplies in one step (scales 1, 2, 3, 6, 9) and gives 0 where it goes digit by digit. */
function scaleWrapping(value: bigint, scale: number): bigint {
  const exact = scaleInt64(value, scale)
  if (exact !== undefined) return exact
  const isOneStep = scale === 1 || scale === 2 || scale === 3 || scale === 6 || scale === 9
  return isOneStep && value !== int64Min ? BigInt.asIntN(64, value * pow10(scale)) : 0n
}

/** The value in units of ten to the power of `scale`, rounded up, as a 64-bit integer (overflow as upstream has it). */
export function scaledValue(q: ParsedQuantity, scale: number): bigint {
  const distance = scale - q.scale
  if (!q.isBig) return distance > 0 ? toScaleRoundingUp(q.value, q.scale, scale) : scaleWrapping(q.value, -distance)
  if (distance === 0) return BigInt.asIntN(64, q.value)
  if (distance < 0) return BigInt.asIntN(64, BigInt.asIntN(64, q.value) * (-distance > 18 ? int64Min : pow10(-distance)))
  const divisor = pow10(distance)
  if (q.value < int64Max && distance < 19) {
    const small = BigInt.asIntN(64, q.value)
    return small % divisor === 0n ? small / divisor : small / divisor + 1n
  }
  // Euclidean division, then one up for any remainder.
  const remainder = ((q.value % divisor) + divisor) % divisor
  const quotient = (q.value - remainder) / divisor
  return BigInt.asIntN(64, remainder === 0n ? quotient : BigInt.asIntN(64, quotient) + 1n)
}

/**
 * Reads a text of plain digits and a common suffix in units of 10^-3, without big integers.
 * @returns NaN when the text is of another form or leaves the safe range
 */
function fastMilli(text: string): number {
  const length = text.length
  let index = 0
  let number = 0
  while (index < length) {
    const digit = text.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) break
    number = number * 10 + digit
    index++
  }
  if (index === 0 || index > 15) return NaN
  const factor = index === length ? 1000 : fastFactor(text, index, length)
  const milli = number * factor
  return milli <= 9007199254740991 ? milli : NaN
}

function fastFactor(text: string, index: number, length: number): number {
  if (length - index === 1) {
    const unit = text[index]
    return unit === 'm' ? 1 : unit === 'k' ? 1e6 : unit === 'M' ? 1e9 : unit === 'G' ? 1e12 : NaN
  }
  if (length - index !== 2 || text[index + 1] !== 'i') return NaN
  const unit = text[index]
  return unit === 'K' ? 1024e3 : unit === 'M' ? 1048576e3 : unit === 'G' ? 1073741824e3 : unit === 'T' ? 1099511627776e3 : NaN
}

/** Parses a text that admission has let through. */
export function mustParseQuantity(text: string): ParsedQuantity {
  const q = parseQuantity(text)
  assert(!isQuantityError(q), `quantity "${text}" in an admitted object does not parse`)
  return q
}

/** Thousandths, rounded up: MilliValue() of a valid quantity text. */
export function quantityMilli(text: string): number {
  const milli = fastMilli(text)
  return milli === milli ? milli : Number(scaledValue(mustParseQuantity(text), -3))
}

/** Whole units, rounded up: Value() of a valid quantity text. */
export function quantityValue(text: string): number {
  const milli = fastMilli(text)
  return milli === milli ? Math.ceil(milli / 1000) : Number(scaledValue(mustParseQuantity(text), 0))
}

/** The canonical text of a quantity given as text or as a number of JSON. */
export function canonicalQuantity(given: string | number): string | QuantityError {
  const q = parseQuantity(typeof given === 'number' ? String(given) : given.trim())
  return isQuantityError(q) ? q : formatQuantity(q)
}

// ---- arithmetic ----------------------------------------------------------------------------------------------------

/** -1, 0 or 1 as the first is smaller, equal or greater. */
export function compareParsed(a: ParsedQuantity, b: ParsedQuantity): number {
  return cmpScaled(a.value, a.scale, b.value, b.scale)
}

/** a + b in the format of a (of b when a is zero). */
export function addParsed(a: ParsedQuantity, b: ParsedQuantity): ParsedQuantity {
  const format = a.value === 0n ? b.format : a.format
  if (!a.isBig && !b.isBig) {
    if (b.value === 0n) return { value: a.value, scale: a.scale, isBig: false, format }
    if (a.value === 0n) return { value: b.value, scale: b.scale, isBig: false, format }
  }
  const scale = Math.min(a.scale, b.scale)
  const value = toScaleRoundingUp(a.value, a.scale, scale) + toScaleRoundingUp(b.value, b.scale, scale)
  return { value, scale, isBig: a.isBig || b.isBig || !fitsInt64(value), format }
}

/** -a. */
export function negateParsed(a: ParsedQuantity): ParsedQuantity {
  return { value: -a.value, scale: a.scale, isBig: a.isBig, format: a.format }
}

/** a - b in the format of a (of b when a is zero). */
export function subParsed(a: ParsedQuantity, b: ParsedQuantity): ParsedQuantity {
  return addParsed(a, negateParsed(b))
}

/** a times a whole number. */
export function mulParsed(a: ParsedQuantity, factor: bigint): ParsedQuantity {
  const value = a.value * factor
  const scale = factor === 0n && !a.isBig ? 0 : a.scale
  const isSmall = !a.isBig && fitsInt64(value) && (scale <= 0 || scaleInt64(value, scale) !== undefined)
  return { value, scale, isBig: !isSmall, format: a.format }
}

/** Rounds up to a multiple of ten to the power of `scale`. `exact` is false when that changed the value. */
export function roundUpParsed(a: ParsedQuantity, scale: number): { quantity: ParsedQuantity; exact: boolean } {
  if (!a.isBig && a.scale >= scale) return { quantity: a, exact: true }
  const value = toScaleRoundingUp(a.value, a.scale, scale)
  return { quantity: { value, scale, isBig: a.isBig, format: a.format }, exact: cmpScaled(value, scale, a.value, a.scale) === 0 }
}

/** -1, 0 or 1 for two valid quantity texts, by value. */
export function compareQuantities(a: string, b: string): number {
  if (a === b) return 0
  const difference = fastMilli(a) - fastMilli(b)
  if (difference === difference) return difference < 0 ? -1 : difference > 0 ? 1 : 0
  return compareParsed(mustParseQuantity(a), mustParseQuantity(b))
}

const milliSuffixes = ['m', '', 'k', 'M', 'G', 'T']

/** The canonical text of a whole number of thousandths, without big integers. */
function formatMilli(milli: number, isBinary: boolean): string {
  if (milli === 0) return '0'
  const suffixes = isBinary && milli >= 1024e3 && milli % 1000 === 0 ? binarySuffixOf : milliSuffixes
  const step = suffixes === binarySuffixOf ? 1024 : 1000
  let number = suffixes === binarySuffixOf ? milli / 1000 : milli
  let power = 0
  while (number % step === 0) {
    number /= step
    power++
  }
  return `${number}${suffixes[power]!}`
}

/** The canonical text of a + b. */
export function addQuantities(a: string, b: string): string {
  const left = fastMilli(a)
  const sum = left + fastMilli(b)
  if (sum <= 9007199254740991) return formatMilli(sum, (left === 0 ? b : a).endsWith('i'))
  return formatQuantity(addParsed(mustParseQuantity(a), mustParseQuantity(b)))
}

/** The canonical text of a - b. */
export function subQuantities(a: string, b: string): string {
  return formatQuantity(subParsed(mustParseQuantity(a), mustParseQuantity(b)))
}

/** True for a valid quantity text that is zero. */
export function isZeroQuantity(text: string): boolean {
  return text === '0' || mustParseQuantity(text).value === 0n
}
