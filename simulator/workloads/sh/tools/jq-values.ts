/** Values of jq: order, texts, reading and writing JSON. Objects are maps, so that keys keep their order. */

import { compareText } from '../../../kernel/text.ts'

export type JqValue = null | boolean | number | string | readonly JqValue[] | JqObject
export type JqObject = ReadonlyMap<string, JqValue>

/** An error value that `try` can catch. */
export class JqError extends Error {
  override readonly name = 'JqError'
  readonly value: JqValue
  constructor(value: JqValue) {
    super(typeof value === 'string' ? value : `${writeJson(value)} (not a string)`)
    this.value = value
  }
}

const depthMax = 512

/** True for an object. */
export function isObject(value: JqValue): value is JqObject {
  return value instanceof Map
}

/** True for an array. */
export function isArray(value: JqValue): value is readonly JqValue[] {
  return Array.isArray(value)
}

/** The name that `type` gives. */
export function typeName(value: JqValue): string {
  if (value === null) return 'null'
  if (isArray(value)) return 'array'
  return isObject(value) ? 'object' : typeof value
}

/** A value in an error text: its type and a short form. */
export function describe(value: JqValue): string {
  const text = writeJson(value)
  return `${typeName(value)} (${text.length > 11 ? `${text.slice(0, 10)}...` : text})`
}

/** True for all but null and false. */
export function isTrue(value: JqValue): boolean {
  return value !== null && value !== false
}

function rank(value: JqValue): number {
  if (value === null) return 0
  if (value === false) return 1
  if (value === true) return 2
  return ['number', 'string', 'array', 'object'].indexOf(typeName(value)) + 3
}

/** Keys in order of code units. */
export function sortedKeys(value: JqObject): string[] {
  return [...value.keys()].sort(compareText)
}

/** jq's total order: null, false, true, numbers, strings, arrays, objects. */
export function compareValues(a: JqValue, b: JqValue): number {
  const order = rank(a) - rank(b)
  if (order !== 0) return order
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (isArray(a) && isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const one = compareValues(a[i], b[i])
      if (one !== 0) return one
    }
    return a.length - b.length
  }
  if (!isObject(a) || !isObject(b)) return 0
  const [x, y] = [sortedKeys(a), sortedKeys(b)]
  const keyOrder = compareValues(x, y)
  if (keyOrder !== 0) return keyOrder
  for (const key of x) {
    const one = compareValues(a.get(key) ?? null, b.get(key) ?? null)
    if (one !== 0) return one
  }
  return 0
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'null'
  if (!Number.isFinite(value)) return value > 0 ? '1.7976931348623157e+308' : '-1.7976931348623157e+308'
  return Object.is(value, -0) ? '-0' : String(value)
}

function quote(text: string, isAscii: boolean): string {
  const quoted = JSON.stringify(text).replaceAll('\x7f', '\\u007f')
  return isAscii ? quoted.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : quoted
}

export interface WriteOptions {
  /** Text of one level, or '' for one line. */
  readonly indent?: string
  readonly isSorted?: boolean
  readonly isAscii?: boolean
}

/** JSON text of a value. */
export function writeJson(value: JqValue, options: WriteOptions = {}, depth = 0): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'string') return quote(value, options.isAscii === true)
  const indent = options.indent ?? ''
  const line = indent === '' ? '' : `\n${indent.repeat(depth + 1)}`
  const close = indent === '' ? '' : `\n${indent.repeat(depth)}`
  if (isArray(value)) return value.length === 0 ? '[]' : `[${value.map((item) => line + writeJson(item, options, depth + 1)).join(',')}${close}]`
  const keys = options.isSorted === true ? sortedKeys(value) : [...value.keys()]
  if (keys.length === 0) return '{}'
  return `{${keys.map((key) => `${line}${quote(key, options.isAscii === true)}:${indent === '' ? '' : ' '}${writeJson(value.get(key) ?? null, options, depth + 1)}`).join(',')}${close}}`
}

/** Control characters as escapes: jq reads them as they are. */
function escapeControls(text: string): string {
  let out = ''
  for (const c of text) out += c < ' ' ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c
  return out
}

/** JSON that cannot be read. */
export class JqParseError extends Error {
  override readonly name = 'JqParseError'
}

/** Reads JSON values that follow each other. */
export class JsonReader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  /** Lines read so far, for error texts. */
  get lineCount(): number {
    return this.text.slice(0, this.at).split('\n').length - 1
  }

  /** The next value; undefined at the end. @throws JqParseError */
  next(): JqValue | undefined {
    this.blanks()
    if (this.at >= this.text.length) return undefined
    const value = this.value(0)
    // As jq does, the line end after a value counts as read.
    if (this.text[this.at] === '\n') this.at++
    return value
  }

  private blanks(): void {
    while (/[\s\ufeff]/.test(this.text[this.at] ?? 'x')) this.at++
  }

  private fail(message: string): JqParseError {
    const before = this.text.slice(0, this.at + 1).split('\n')
    return new JqParseError(`${message} at line ${before.length}, column ${before[before.length - 1].length}`)
  }

  private value(depth: number): JqValue {
    if (depth > depthMax) throw this.fail('Exceeds depth limit for parsing')
    this.blanks()
    const c = this.text[this.at]
    if (c === '{') return this.object(depth)
    if (c === '[') return this.array(depth)
    if (c === '"') return this.string()
    const word = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z_]+)/.exec(this.text.slice(this.at, this.at + 400))?.[0]
    if (word === undefined) {
      if (c === undefined) throw new JqParseError(`Unfinished JSON term at EOF at line ${this.text.split('\n').length}, column 0`)
      throw this.fail(c === ',' || c === ':' ? `Expected value before '${c}'` : c === ']' || c === '}' ? 'Unmatched ' + `'${c}'` : 'Invalid literal')
    }
    this.at += word.length
    switch (word) {
      case 'true': return true
      case 'false': return false
      case 'null': return null
      case 'nan':
      case 'NaN': return NaN
      default:
        if (/^[A-Za-z_]/.test(word) || /[\w.]/.test(this.text[this.at] ?? '')) throw this.fail('Invalid numeric literal')
        return Number(word)
    }
  }

  private string(): string {
    const start = this.at
    for (this.at++; this.at < this.text.length; this.at++) {
      if (this.text[this.at] === '\\') this.at++
      else if (this.text[this.at] === '"') {
        this.at++
        const literal = escapeControls(this.text.slice(start, this.at))
        try {
          return JSON.parse(literal) as string
        } catch {
          throw this.fail('Invalid escape')
        }
      }
    }
    throw new JqParseError(`Unfinished string at EOF at line ${this.text.split('\n').length}, column 0`)
  }

  private separator(close: string): boolean {
    this.blanks()
    const c = this.text[this.at]
    if (c === undefined) throw new JqParseError(`Unfinished JSON term at EOF at line ${this.text.split('\n').length}, column 0`)
    if (c !== ',' && c !== close) throw this.fail(close === '}' ? 'Expected separator between values' : 'Expected separator between values')
    this.at++
    return c === ','
  }

  private array(depth: number): JqValue {
    const items: JqValue[] = []
    this.at++
    this.blanks()
    if (this.text[this.at] === ']') {
      this.at++
      return items
    }
    do items.push(this.value(depth + 1))
    while (this.separator(']'))
    return items
  }

  private object(depth: number): JqValue {
    const entries = new Map<string, JqValue>()
    this.at++
    this.blanks()
    if (this.text[this.at] === '}') {
      this.at++
      return entries
    }
    do {
      this.blanks()
      if (this.text[this.at] !== '"') {
        if (this.text[this.at] === undefined) throw new JqParseError(`Unfinished JSON term at EOF at line ${this.text.split('\n').length}, column 0`)
        throw this.fail('Object keys must be strings')
      }
      const key = this.string()
      this.blanks()
      if (this.text[this.at] !== ':') throw this.fail('Objects must consist of key:value pairs')
      this.at++
      entries.set(key, this.value(depth + 1))
    } while (this.separator('}'))
    return entries
  }
}
