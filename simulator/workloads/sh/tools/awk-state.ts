/** Records, fields, variables and arrays of awk. */

import type { Regex } from '../regex.ts'
import { awkUnescape } from './awk-lexer.ts'
import { compilePattern } from './awk-syntax.ts'
import type { Cells, Value } from './awk-values.ts'
import { AwkError, numberLike, toNumber } from './awk-values.ts'
import { general } from './printf.ts'
import type { ToolContext } from './tool.ts'

/** What an awk program works on: the record and its fields, variables, arrays. */
export abstract class AwkState {
  protected readonly context: ToolContext
  protected globals = new Map<string, Value>()
  protected arrays = new Map<string, Cells>()
  protected locals: { values: Map<string, Value>; arrays: Map<string, Cells>; names: ReadonlySet<string> }[] = []
  protected line = ''
  protected fields: Value[] = []
  protected isSplit = true
  protected isJoined = true
  protected readonly regexes = new Map<string, Regex>()

  constructor(context: ToolContext) {
    this.context = context
    for (const [name, value] of [['FS', ' '], ['OFS', ' '], ['ORS', '\n'], ['RS', '\n'], ['SUBSEP', '\x1c'], ['CONVFMT', '%.6g'], ['OFMT', '%.6g']] as const) this.globals.set(name, value)
    for (const name of ['NR', 'NF', 'FNR', 'RSTART']) this.globals.set(name, 0)
    this.globals.set('RLENGTH', -1)
    const environment: Cells = new Map(Object.entries(context.env).map(([name, text]) => [name, { text }]))
    this.arrays.set('ENVIRON', environment)
  }

  /** Sets a variable as -v and operands do: escapes count. */
  assign(name: string, text: string): void {
    this.globals.set(name, { text: awkUnescape(text) })
  }

  protected countRecord(): void {
    this.globals.set('NR', toNumber(this.globals.get('NR')) + 1)
    this.globals.set('FNR', toNumber(this.globals.get('FNR')) + 1)
  }

  protected splitRecords(text: string): string[] {
    const separator = this.text(this.globals.get('RS'))
    if (separator === '') return text.replace(/^\n+|\n+$/g, '').split(/\n{2,}/).filter((record) => record !== '')
    const records = separator.length === 1 ? text.split(separator) : this.splitBy(text, separator)
    if (records.at(-1) === '' || (separator !== '\n' && records.at(-1) === '\n')) records.pop()
    return records
  }

  // Fields

  protected setRecord(line: string): void {
    this.line = line
    this.isSplit = false
    this.isJoined = true
  }

  protected record(): string {
    if (!this.isJoined) {
      const separator = this.text(this.globals.get('OFS'))
      this.line = this.fields.map((field) => this.text(field)).join(separator)
      this.isJoined = true
    }
    return this.line
  }

  protected split(): void {
    if (this.isSplit) return
    this.isSplit = true
    this.fields = this.splitBy(this.line, this.text(this.globals.get('FS'))).map((text) => ({ text }))
    this.globals.set('NF', this.fields.length)
  }

  protected splitBy(text: string, separator: string): string[] {
    if (separator === ' ') return text.split(/[ \t\n]+/).filter((piece) => piece !== '')
    if (text === '') return []
    if (separator === '') return [...text]
    if (separator.length === 1 && separator !== '\\' && !/[.[\]|*+?^${}()]/.test(separator)) return separator === '\t' ? text.split('\t') : text.split(separator)
    if (separator === '|' || separator === '.' || separator === '+' || separator === '*' || separator === '?') return text.split(separator)
    const regex = this.regexOf(separator)
    const pieces: string[] = []
    let from = 0
    for (let at = 0; at <= text.length; ) {
      const match = regex.find(text, at)
      if (match === undefined) break
      if (match.end === match.start) {
        at = match.end + 1
        continue
      }
      pieces.push(text.slice(from, match.start))
      from = match.end
      at = match.end
    }
    pieces.push(text.slice(from))
    return pieces
  }

  protected field(index: number): Value {
    if (index === 0) return { text: this.record() }
    if (index < 0) throw new AwkError(`attempt to access field ${index}`)
    this.split()
    return this.fields[index - 1]
  }

  protected setField(index: number, value: Value): void {
    if (index === 0) {
      this.setRecord(this.text(value))
      return
    }
    if (index < 0 || index > 100_000) throw new AwkError(`attempt to access field ${index}`)
    this.split()
    while (this.fields.length < index) this.fields.push('')
    this.fields[index - 1] = value
    this.globals.set('NF', this.fields.length)
    this.isJoined = false
  }

  // Values

  protected text(value: Value, format = '%.6g'): string {
    if (typeof value === 'string') return value
    if (value === undefined) return ''
    if (typeof value !== 'number') return value.text
    if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value)
    const precision = /^%\.(\d+)g$/.exec(format)
    return precision === null ? this.sprintf(format, [value]) : general(value, Number(precision[1]))
  }

  protected str(value: Value): string {
    return this.text(value, typeof value === 'number' && !Number.isInteger(value) ? this.text(this.globals.get('CONVFMT')) : '%.6g')
  }

  protected truth(value: Value): boolean {
    if (typeof value === 'number') return value !== 0
    if (typeof value === 'string') return value !== ''
    if (value === undefined) return false
    return numberLike.test(value.text) ? Number(value.text) !== 0 : value.text !== ''
  }

  protected compare(a: Value, b: Value): number {
    const isNumeric = (value: Value): boolean => value === undefined || typeof value === 'number' || (typeof value === 'object' && numberLike.test(value.text))
    if (isNumeric(a) && isNumeric(b)) return toNumber(a) - toNumber(b)
    const [x, y] = [this.str(a), this.str(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }

  protected regexOf(text: string): Regex {
    let regex = this.regexes.get(text)
    if (regex === undefined) {
      regex = compilePattern(text)
      this.regexes.set(text, regex)
    }
    return regex
  }

  // Variables

  protected getVariable(name: string): Value {
    const frame = this.locals.at(-1)
    if (frame?.names.has(name) === true) return frame.values.get(name)
    if (name === 'NF') this.split()
    return this.globals.get(name)
  }

  protected setVariable(name: string, value: Value): void {
    const frame = this.locals.at(-1)
    if (frame?.names.has(name) === true) {
      frame.values.set(name, value)
      return
    }
    if (name === 'NF') {
      this.split()
      const count = Math.max(0, Math.min(toNumber(value), 100_000))
      this.fields.length = Math.min(this.fields.length, count)
      while (this.fields.length < count) this.fields.push('')
      this.isJoined = false
      this.globals.set('NF', count)
      return
    }
    this.globals.set(name, value)
  }

  protected array(name: string): Cells {
    const frame = this.locals.at(-1)
    const owner = frame?.names.has(name) === true ? frame.arrays : this.arrays
    let cells = owner.get(name)
    if (cells === undefined) {
      cells = new Map()
      owner.set(name, cells)
    }
    return cells
  }

  protected isArray(name: string): boolean {
    return this.arrays.has(name) || this.locals.at(-1)?.arrays.has(name) === true
  }

  protected splitByRegex(text: string, regex: Regex): string[] {
    if (text === '') return []
    const pieces: string[] = []
    let from = 0
    for (let at = 0; at <= text.length; ) {
      const match = regex.find(text, at)
      if (match === undefined) break
      if (match.end > match.start) {
        pieces.push(text.slice(from, match.start))
        from = match.end
      }
      at = Math.max(match.end, at + 1)
    }
    pieces.push(text.slice(from))
    return pieces
  }

  /** Text by a format; numbers that are not whole use CONVFMT. */
  protected abstract sprintf(format: string, values: readonly Value[]): string
}
