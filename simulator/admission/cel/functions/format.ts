/** `string.format`. Models cel-go/ext/formatting.go (v0.26) with its one locale, en_US. */

import { utf8Bytes } from '../../../api/base64.ts'
import { formatFloat, goQuote } from '../../../api/go-text.ts'
import { compareText } from '../../../kernel/text.ts'
import { durationText, timestampText } from '../text.ts'
import type { CelType } from '../types.ts'
import type { CelValue } from '../values.ts'
import { CelDuration, CelError, CelMap, CelTimestamp, CelTypeValue, CelUint, isList, isOpaque, typeNameOf } from '../values.ts'
import { callText } from './plain-text.ts'

class FormatError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

interface Clause { readonly letter: string; readonly precision: number | undefined }

const stringTypes = ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'google.protobuf.Timestamp', 'bytes', 'google.protobuf.Duration', 'type', 'null_type']
/** The types that a clause takes, and what it says of others. */
const clauses: { readonly [letter: string]: readonly [types: readonly string[], message: string] } = {
  s: [stringTypes, 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given '],
  d: [['int', 'uint'], 'decimal clause can only be used on integers, was given '],
  f: [['double'], 'fixed-point clause can only be used on doubles, was given '],
  e: [['double'], 'scientific clause can only be used on doubles, was given '],
  b: [['int', 'uint', 'bool'], 'only integers and bools can be formatted as binary, was given '],
  x: [['int', 'uint', 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex, was given '],
  o: [['int', 'uint'], 'octal clause can only be used on integers, was given '],
}

/** Goes through a format string. @throws FormatError where it is wrong */
function scan(format: string, count: number, plain: (text: string) => void, clause: (clause: Clause, index: number) => void): number {
  let index = 0
  for (let at = 0; at < format.length; at++) {
    if (format[at] !== '%') {
      plain(format[at]!)
      continue
    }
    at++
    if (format[at] === '%') {
      plain('%')
      continue
    }
    if (index >= count) throw new FormatError(`index ${index} out of range`)
    if (at >= format.length) throw new FormatError('unexpected end of string')
    let precision: number | undefined
    if (format[at] === '.') {
      const digits = /^\d*/.exec(format.slice(at + 1))![0]
      at += digits.length + 1
      if (at >= format.length) throw new FormatError('could not parse formatting clause: error while parsing precision: could not find end of precision specifier')
      if (digits === '') throw new FormatError('could not parse formatting clause: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax')
      precision = Number(digits)
    }
    const letter = format[at]!
    if (clauses[letter.toLowerCase()] === undefined || (letter !== 'X' && letter !== letter.toLowerCase())) throw new FormatError(`could not parse formatting clause: unrecognized formatting clause "${letter}"`)
    clause({ letter, precision }, index++)
  }
  return index
}

/** What is wrong with a literal format string for arguments of these types. `argument` is the one that does not fit. */
export function formatIssue(format: string, types: readonly CelType[]): { readonly message: string; readonly argument?: number } | undefined {
  let current: number | undefined
  try {
    const used = scan(format, types.length, () => undefined, ({ letter }, index) => {
      const [allowed, message] = clauses[letter.toLowerCase()]!
      const type = types[index]!
      const isFine = type.kind === 'dyn' || type.kind === 'param' || allowed.includes(type.name) || ('fe'.includes(letter) && type.name === 'string')
      if (isFine) return
      current = index
      throw new FormatError(`error during formatting: ${message}${type.name}`)
    })
    return types.length > used ? { message: `too many arguments supplied to string.format (expected ${used}, got ${types.length})` } : undefined
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return current === undefined ? { message: error.message } : { message: error.message, argument: current }
  }
}

function quoted(value: CelValue): string {
  if (typeof value === 'string') return goQuote(value)
  if (value instanceof CelTimestamp) return `timestamp("${timestampText(value)}")`
  if (value instanceof CelDuration) return `duration("${durationText(value.nanos)}")`
  if (typeof value === 'number') return fixed(value, 6, false)
  if (value instanceof Uint8Array) return `b${goQuote(callText(value))}`
  if (isOpaque(value)) throw new FormatError(`no formatting function for ${typeNameOf(value)}`)
  return shown(value)
}

function shown(value: CelValue): string {
  if (value === null) return 'null'
  if (typeof value === 'number') return formatFloat(value)
  if (value instanceof CelTimestamp) return timestampText(value)
  if (value instanceof CelDuration) return durationText(value.nanos)
  if (value instanceof CelTypeValue) return value.name
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof Uint8Array) return callText(value)
  if (isList(value)) return `[${value.map(quoted).join(', ')}]`
  if (!(value instanceof CelMap)) return String(value)
  const pairs = [...value.entries.values()].map(([key, member]) => [quoted(key), quoted(member)] as const)
  return `{${pairs.sort(([a], [b]) => compareText(a, b)).map(([key, member]) => `${key}:${member}`).join(', ')}}`
}

/** A number with so many decimals, rounded half to even of its exact value, thousands apart if wanted. */
function fixed(value: number, decimals: number, isGrouped: boolean): string {
  const scale = Number(`1e${decimals}`)
  const isTie = decimals < 16 && Math.abs((value * scale) % 1) === 0.5 && (value * scale) / scale === value
  const even = isTie ? (2 * Math.round((value * scale) / 2)) / scale : value
  const [whole, fraction] = even.toFixed(Math.min(decimals, 100)).split('.')
  const grouped = isGrouped ? whole!.replace(/\B(?=(?:\d{3})+$)/g, ',') : whole!
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** The precision is taken as a width: there are always six decimals. */
function scientific(value: number): string {
  const [digits, exponent] = value.toExponential(6).split('e') as [string, string]
  const power = exponent.replace(/^[+-]/, '').padStart(2, '0')
  return `${digits}×10${exponent.startsWith('-') ? '⁻' : ''}${[...power].map((digit) => superscripts[Number(digit)]).join('')}`
}

function integer(value: CelValue, radix: number): string {
  return (value instanceof CelUint ? value.value : BigInt(value as bigint)).toString(radix)
}

function hex(value: CelValue): string {
  const bytes = typeof value === 'string' ? utf8Bytes(value) : value instanceof Uint8Array ? [...value] : undefined
  return bytes === undefined ? integer(value, 16) : bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function clauseText({ letter, precision = 6 }: Clause, value: CelValue): string {
  const [allowed, message] = clauses[letter.toLowerCase()]!
  const type = typeNameOf(value)
  if (!allowed.includes(type)) throw new FormatError(`error during formatting: ${message}${type}`)
  switch (letter) {
    case 's': return shown(value)
    case 'd': return integer(value, 10)
    case 'f': return fixed(value as number, precision, true)
    case 'e': return scientific(value as number)
    case 'b': return typeof value === 'boolean' ? (value ? '1' : '0') : integer(value, 2)
    case 'o': return integer(value, 8)
    case 'X': return hex(value).toUpperCase()
    default: return hex(value)
  }
}

/** Fills a format string. */
export function formatText(format: string, args: readonly CelValue[]): CelValue {
  let text = ''
  try {
    scan(format, args.length, (char) => { text += char }, (clause, index) => { text += clauseText(clause, args[index]!) })
    return text
  } catch (error) {
    if (error instanceof FormatError) return new CelError(error.message)
    throw error
  }
}
