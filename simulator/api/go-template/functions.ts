/** The functions of templates: Go's own and kubectl's `exists` and `base64decode`. Models text/template funcs.go (1.24). */

import { decodeBytes, utf8Bytes, utf8Text } from '../base64.ts'
import { GoFloat } from '../go-text.ts'
import { sprint, sprintf, sprintln, typeNameOf } from './format.ts'

/** The error of a function; the caller adds which one was called. */
export class FunctionFailure extends Error {}

export type TemplateFunction = (args: readonly unknown[]) => unknown

function isEmptyValue(value: unknown): boolean {
  return value === null || value === undefined
}

/** Go's truth: everything but zero, empty and nothing. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof GoFloat) return value.value !== 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

type Kind = 'bool' | 'int' | 'float' | 'string'

function kindOf(value: unknown): Kind | undefined {
  if (value instanceof GoFloat) return 'float'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : undefined
}

function plain(value: unknown): unknown {
  return value instanceof GoFloat ? value.value : value
}

/** Two arguments, by their numbers, that cannot be compared; the caller knows how they were written. */
export class MismatchFailure extends FunctionFailure {
  readonly first: number
  readonly second: number

  constructor(first: number, second: number) {
    super('incompatible types for comparison')
    this.first = first
    this.second = second
  }
}

function equalTo(args: readonly unknown[], first: number, second: number): boolean {
  const a = args[first]
  const b = args[second]
  if (isEmptyValue(a) || isEmptyValue(b)) return isEmptyValue(a) && isEmptyValue(b)
  if (kindOf(a) !== kindOf(b)) throw new MismatchFailure(first, second)
  if (kindOf(a) === undefined) throw new FunctionFailure(`non-comparable type ${sprint([b])}: ${typeNameOf(b)}`)
  return plain(a) === plain(b)
}

function lessThan(args: readonly unknown[]): boolean {
  const [a, b] = args
  if (kindOf(a) === undefined || kindOf(b) === undefined) throw new FunctionFailure('invalid type for comparison')
  if (kindOf(a) !== kindOf(b)) throw new MismatchFailure(0, 1)
  if (kindOf(a) === 'bool') throw new FunctionFailure('invalid type for comparison')
  return (plain(a) as number) < (plain(b) as number)
}

function eq(args: readonly unknown[]): boolean {
  if (args.length === 1) throw new FunctionFailure('missing argument for comparison')
  return args.slice(1).some((_other, index) => equalTo(args, 0, index + 1))
}

function indexOf(index: unknown, length: number): number {
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw new FunctionFailure(isEmptyValue(index) ? 'cannot index slice/array with nil' : `cannot index slice/array with type ${typeNameOf(index)}`)
  }
  if (index < 0 || index > length) throw new FunctionFailure(`index out of range: ${index}`)
  return index
}

function index([item, ...indices]: readonly unknown[]): unknown {
  if (isEmptyValue(item)) throw new FunctionFailure('index of untyped nil')
  let value = item
  for (const at of indices) {
    if (isEmptyValue(value)) throw new FunctionFailure('index of nil pointer')
    if (Array.isArray(value) || typeof value === 'string') {
      const list: readonly unknown[] = typeof value === 'string' ? utf8Bytes(value) : (value as unknown[])
      const position = indexOf(at, list.length)
      if (position >= list.length) throw new FunctionFailure(`reflect: ${typeof value === 'string' ? 'string' : 'slice'} index out of range`)
      value = list[position]
    } else if (typeof value === 'object') {
      if (typeof at !== 'string') throw new FunctionFailure(`value has type ${typeNameOf(at)}; should be string`)
      value = Object.hasOwn(value!, at) ? (value as { readonly [key: string]: unknown })[at] : undefined
    } else {
      throw new FunctionFailure(`can't index item of type ${typeNameOf(value)}`)
    }
  }
  return value
}

function slice([item, ...indices]: readonly unknown[]): unknown {
  if (isEmptyValue(item)) throw new FunctionFailure('slice of untyped nil')
  if (indices.length > 3) throw new FunctionFailure(`too many slice indexes: ${indices.length}`)
  const isText = typeof item === 'string'
  if (isText && indices.length === 3) throw new FunctionFailure('cannot 3-index slice a string')
  if (!isText && !Array.isArray(item)) throw new FunctionFailure(`can't slice item of type ${typeNameOf(item)}`)
  const list: readonly unknown[] = isText ? utf8Bytes(item) : (item as unknown[])
  const [from = 0, to = list.length] = indices.map((at) => indexOf(at, list.length))
  if (from > to) throw new FunctionFailure(`invalid slice index: ${from} > ${to}`)
  const part = list.slice(from, to)
  return isText ? utf8Text(part as number[]) : part
}

function len([item]: readonly unknown[]): number {
  if (isEmptyValue(item)) throw new FunctionFailure('reflect: call of reflect.Value.Type on zero Value')
  if (typeof item === 'string') return utf8Bytes(item).length
  if (Array.isArray(item)) return item.length
  if (typeof item === 'object') return Object.keys(item!).length
  throw new FunctionFailure(`len of type ${typeNameOf(item)}`)
}

/** What html, js and urlquery escape. */
function printable(args: readonly unknown[]): string {
  return sprint(args.map((arg) => (isEmptyValue(arg) ? '<no value>' : arg)))
}

const htmlEscapes: { readonly [char: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;', '\0': '\uFFFD' }
const jsEscapes: { readonly [char: string]: string } = { '\\': '\\\\', "'": "\\'", '"': '\\"', '<': '\\u003C', '>': '\\u003E', '&': '\\u0026', '=': '\\u003D' }

function jsEscape(char: string): string {
  const known = jsEscapes[char]
  if (known !== undefined) return known
  const code = char.charCodeAt(0)
  const isPlain = code >= 0x20 && (code < 0x7f || code > 0x9f) && code !== 0x2028 && code !== 0x2029
  return isPlain ? char : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
}

function js(args: readonly unknown[]): string {
  return Array.from(printable(args), jsEscape).join('')
}

function urlquery(args: readonly unknown[]): string {
  return utf8Bytes(printable(args)).map((byte) => {
    const char = String.fromCharCode(byte)
    return /[A-Za-z0-9_.~-]/.test(char) ? char : char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

function exists([item, ...indices]: readonly unknown[]): boolean {
  let value = item
  for (const at of indices) {
    if (Array.isArray(value) || typeof value === 'string') {
      const list: readonly unknown[] = typeof value === 'string' ? utf8Bytes(value) : (value as unknown[])
      if (typeof at !== 'number' || at < 0 || at >= list.length) return false
      value = list[at]
    } else if (typeof value === 'object' && value !== null) {
      if (typeof at !== 'string') return false
      value = Object.hasOwn(value, at) ? (value as { readonly [key: string]: unknown })[at] : undefined
    } else {
      return false
    }
  }
  return !isEmptyValue(value)
}

/** Where Go's decoder stops reading. */
function badBase64Offset(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/\r\n]/)
  return bad < 0 ? text.length - (text.length % 4) : bad
}

function base64decode([text]: readonly unknown[]): string {
  if (typeof text !== 'string') throw new FunctionFailure('expected string')
  const bytes = decodeBytes(text)
  if (bytes === undefined) throw new FunctionFailure(`base64 decode failed: illegal base64 data at input byte ${badBase64Offset(text)}`)
  return utf8Text(bytes)
}

/** `and` and `or` stop early and are evaluated by the caller; a row without a function says so. `args` is [least, most]; `takesTexts`: all of them must be texts. */
export interface FunctionRow { readonly call?: TemplateFunction; readonly args: readonly [number, number]; readonly takesTexts?: boolean }
const many = Number.POSITIVE_INFINITY

/** The functions of templates: those of Go's text/template and those of kubectl. */
export const functions: { readonly [name: string]: FunctionRow } = {
  and: { args: [1, many] }, or: { args: [1, many] },
  not: { call: ([value]) => !isTrue(value), args: [1, 1] },
  call: { args: [1, many], call: ([value]) => { throw new FunctionFailure(`non-function of type ${typeNameOf(value)}`) } },
  len: { call: len, args: [1, 1] }, index: { call: index, args: [1, many] }, slice: { call: slice, args: [1, many] },
  print: { call: sprint, args: [0, many] }, println: { call: sprintln, args: [0, many] },
  printf: { call: ([format, ...values]) => sprintf(String(format), values), args: [1, many] },
  html: { call: (args) => printable(args).replace(/[&<>'"\0]/g, (char) => htmlEscapes[char]!), args: [0, many] },
  js: { call: js, args: [0, many] }, urlquery: { call: urlquery, args: [0, many] },
  eq: { call: eq, args: [1, many] }, ne: { call: (args) => !equalTo(args, 0, 1), args: [2, 2] },
  lt: { call: lessThan, args: [2, 2] }, le: { call: (args) => lessThan(args) || equalTo(args, 0, 1), args: [2, 2] },
  gt: { call: (args) => !(lessThan(args) || equalTo(args, 0, 1)), args: [2, 2] }, ge: { call: (args) => !lessThan(args), args: [2, 2] },
  exists: { call: exists, args: [1, many] }, base64decode: { call: base64decode, args: [1, 1], takesTexts: true },
}

/** Names of all functions, for the parser. */
export const functionNames: ReadonlySet<string> = new Set(Object.keys(functions))
