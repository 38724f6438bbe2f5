/** Runs a parsed awk program. Models POSIX awk; `print | command`, `system` and co-processes are refused. */

import type { Regex } from '../regex.ts'
import { awkUnescape } from './awk-lexer.ts'
import { cosine, exponential, logarithm, power, sine } from './awk-math.ts'
import type { AwkProgram, Expr, Rule, Statement } from './awk-syntax.ts'
import { AwkSyntaxError, compilePattern } from './awk-syntax.ts'
import type { Cells, Jump, Value } from './awk-values.ts'
import { AwkError, numberLike, toNumber } from './awk-values.ts'
import { epochSeconds, formatDate } from './dates.ts'
import { formatOne, general } from './printf.ts'
import type { ToolContext } from './tool.ts'

const stepsMax = 5_000_000
const callsMax = 200
const outputMax = 8_000_000

/** One run of a program: its variables, fields and output. */
export class AwkMachine {
  private readonly program: AwkProgram
  private readonly context: ToolContext
  private globals = new Map<string, Value>()
  private arrays = new Map<string, Cells>()
  private locals: { values: Map<string, Value>; arrays: Map<string, Cells>; names: ReadonlySet<string> }[] = []
  private line = ''
  private fields: Value[] = []
  private isSplit = true
  private isJoined = true
  private records: readonly string[] = []
  private recordAt = 0
  private readonly ranges = new Map<Rule, true>()
  private readonly regexes = new Map<string, Regex>()
  private readonly opened = new Set<string>()
  private readonly readers = new Map<string, { lines: string[]; at: number }>()
  private steps = 0
  private returned: Value
  private randomState = 1
  out = ''
  err = ''
  exitCode = 0

  constructor(program: AwkProgram, context: ToolContext) {
    this.program = program
    this.context = context
    for (const [name, value] of [['FS', ' '], ['OFS', ' '], ['ORS', '\n'], ['RS', '\n'], ['SUBSEP', '\x1c'], ['CONVFMT', '%.6g'], ['OFMT', '%.6g']] as const) this.globals.set(name, value)
    for (const name of ['NR', 'NF', 'FNR', 'RSTART']) this.globals.set(name, 0)
    this.globals.set('RLENGTH', -1)
    const environment: Cells = new Map(Object.entries(context.env).map(([name, text]) => [name, { text }]))
    this.arrays.set('ENVIRON', environment)
  }

  assign(name: string, text: string): void {
    this.globals.set(name, { text: awkUnescape(text) })
  }

  /** Runs BEGIN rules. @returns whether lines are wanted */
  begin(): boolean {
    for (const rule of this.program.rules) if (rule.kind === 'BEGIN' && rule.action !== undefined && this.run(rule.action) === 'exit') return false
    return true
  }

  get hasLines(): boolean {
    return this.program.rules.some((rule) => rule.kind !== 'BEGIN')
  }

  get hasEnd(): boolean {
    return this.program.rules.some((rule) => rule.kind === 'END')
  }

  /** Runs the rules over a text. @returns false after exit */
  lines(text: string, fileName: string): boolean {
    this.globals.set('FILENAME', fileName)
    this.globals.set('FNR', 0)
    this.records = this.splitRecords(text)
    this.recordAt = 0
    while (this.recordAt < this.records.length) {
      this.setRecord(this.records[this.recordAt++])
      this.countRecord()
      for (const rule of this.program.rules) {
        if (rule.kind !== 'line' || !this.applies(rule)) continue
        const jump = rule.action === undefined ? this.printLine() : this.run(rule.action)
        if (jump === 'exit') return false
        if (jump === 'next') break
      }
    }
    return true
  }

  end(): void {
    for (const rule of this.program.rules) if (rule.kind === 'END' && rule.action !== undefined && this.run(rule.action) === 'exit') return
  }

  private printLine(): undefined {
    this.emit(this.record() + this.text(this.globals.get('ORS')))
    return undefined
  }

  private countRecord(): void {
    this.globals.set('NR', toNumber(this.globals.get('NR')) + 1)
    this.globals.set('FNR', toNumber(this.globals.get('FNR')) + 1)
  }

  private splitRecords(text: string): string[] {
    const separator = this.text(this.globals.get('RS'))
    if (separator === '') return text.replace(/^\n+|\n+$/g, '').split(/\n{2,}/).filter((record) => record !== '')
    const records = separator.length === 1 ? text.split(separator) : this.splitBy(text, separator)
    if (records.at(-1) === '' || (separator !== '\n' && records.at(-1) === '\n')) records.pop()
    return records
  }

  private applies(rule: Rule): boolean {
    if (rule.pattern === undefined) return true
    if (rule.until === undefined) return this.truth(this.evaluate(rule.pattern))
    if (!this.ranges.has(rule)) {
      if (!this.truth(this.evaluate(rule.pattern))) return false
      this.ranges.set(rule, true)
    }
    if (this.truth(this.evaluate(rule.until))) this.ranges.delete(rule)
    return true
  }

  // Fields

  private setRecord(line: string): void {
    this.line = line
    this.isSplit = false
    this.isJoined = true
  }

  private record(): string {
    if (!this.isJoined) {
      const separator = this.text(this.globals.get('OFS'))
      this.line = this.fields.map((field) => this.text(field)).join(separator)
      this.isJoined = true
    }
    return this.line
  }

  private split(): void {
    if (this.isSplit) return
    this.isSplit = true
    this.fields = this.splitBy(this.line, this.text(this.globals.get('FS'))).map((text) => ({ text }))
    this.globals.set('NF', this.fields.length)
  }

  private splitBy(text: string, separator: string): string[] {
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

  private field(index: number): Value {
    if (index === 0) return { text: this.record() }
    if (index < 0) throw new AwkError(`attempt to access field ${index}`)
    this.split()
    return this.fields[index - 1]
  }

  private setField(index: number, value: Value): void {
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

  private text(value: Value, format = '%.6g'): string {
    if (typeof value === 'string') return value
    if (value === undefined) return ''
    if (typeof value !== 'number') return value.text
    if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value)
    const precision = /^%\.(\d+)g$/.exec(format)
    return precision === null ? this.sprintf(format, [value]) : general(value, Number(precision[1]))
  }

  private str(value: Value): string {
    return this.text(value, typeof value === 'number' && !Number.isInteger(value) ? this.text(this.globals.get('CONVFMT')) : '%.6g')
  }

  private truth(value: Value): boolean {
    if (typeof value === 'number') return value !== 0
    if (typeof value === 'string') return value !== ''
    if (value === undefined) return false
    return numberLike.test(value.text) ? Number(value.text) !== 0 : value.text !== ''
  }

  private compare(a: Value, b: Value): number {
    const isNumeric = (value: Value): boolean => value === undefined || typeof value === 'number' || (typeof value === 'object' && numberLike.test(value.text))
    if (isNumeric(a) && isNumeric(b)) return toNumber(a) - toNumber(b)
    const [x, y] = [this.str(a), this.str(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }

  private regexOf(text: string): Regex {
    let regex = this.regexes.get(text)
    if (regex === undefined) {
      regex = compilePattern(text)
      this.regexes.set(text, regex)
    }
    return regex
  }

  private regexFrom(expr: Expr): Regex {
    return expr.t === 'regex' ? expr.regex : this.regexOf(this.str(this.evaluate(expr)))
  }

  // Variables

  private getVariable(name: string): Value {
    const frame = this.locals.at(-1)
    if (frame?.names.has(name) === true) return frame.values.get(name)
    if (name === 'NF') this.split()
    return this.globals.get(name)
  }

  private setVariable(name: string, value: Value): void {
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

  private array(name: string): Cells {
    const frame = this.locals.at(-1)
    const owner = frame?.names.has(name) === true ? frame.arrays : this.arrays
    let cells = owner.get(name)
    if (cells === undefined) {
      cells = new Map()
      owner.set(name, cells)
    }
    return cells
  }

  private key(keys: readonly Expr[]): string {
    return keys.map((key) => this.str(this.evaluate(key))).join(this.text(this.globals.get('SUBSEP')))
  }

  private store(target: Expr, value: Value): void {
    if (target.t === 'var') this.setVariable(target.name, value)
    else if (target.t === 'index') this.array(target.name).set(this.key(target.keys), value)
    else if (target.t === 'field') this.setField(Math.trunc(toNumber(this.evaluate(target.index))), value)
    else throw new AwkSyntaxError('syntax error: assignment to what is no variable')
  }

  // Expressions

  private evaluate(expr: Expr): Value {
    if (++this.steps > stepsMax) throw new AwkError(`stopped after ${stepsMax} steps (an endless loop?)`)
    switch (expr.t) {
      case 'number':
      case 'string': return expr.value
      case 'regex': return expr.regex.test(this.record()) ? 1 : 0
      case 'var': return this.getVariable(expr.name)
      case 'field': return this.field(Math.trunc(toNumber(this.evaluate(expr.index))))
      case 'index': {
        const cells = this.array(expr.name)
        const key = this.key(expr.keys)
        if (!cells.has(key)) cells.set(key, undefined)
        return cells.get(key)
      }
      case 'in': return this.array(expr.name).has(this.key(expr.keys)) ? 1 : 0
      case 'unary': {
        const value = this.evaluate(expr.of)
        return expr.op === '!' ? (this.truth(value) ? 0 : 1) : expr.op === '-' ? -toNumber(value) : toNumber(value)
      }
      case 'binary': return this.binary(expr)
      case 'match': return this.regexFrom(expr.right).test(this.str(this.evaluate(expr.left))) !== expr.isNegated ? 1 : 0
      case 'ternary': return this.evaluate(this.truth(this.evaluate(expr.test)) ? expr.yes : expr.no)
      case 'assign': {
        const right = this.evaluate(expr.value)
        const value = expr.op === '' ? right : this.calculate(expr.op, toNumber(this.evaluate(expr.target)), toNumber(right))
        this.store(expr.target, value)
        return value
      }
      case 'step': {
        const before = toNumber(this.evaluate(expr.target))
        this.store(expr.target, before + expr.by)
        return expr.isBefore ? before + expr.by : before
      }
      case 'call': return this.call(expr.name, expr.args)
      case 'getline': return this.getline(expr)
    }
  }

  private binary(expr: Extract<Expr, { t: 'binary' }>): Value {
    if (expr.op === '&&') return this.truth(this.evaluate(expr.left)) && this.truth(this.evaluate(expr.right)) ? 1 : 0
    if (expr.op === '||') return this.truth(this.evaluate(expr.left)) || this.truth(this.evaluate(expr.right)) ? 1 : 0
    const left = this.evaluate(expr.left)
    const right = this.evaluate(expr.right)
    switch (expr.op) {
      case ' ': return this.str(left) + this.str(right)
      case '<': return this.compare(left, right) < 0 ? 1 : 0
      case '<=': return this.compare(left, right) <= 0 ? 1 : 0
      case '==': return this.compare(left, right) === 0 ? 1 : 0
      case '!=': return this.compare(left, right) !== 0 ? 1 : 0
      case '>': return this.compare(left, right) > 0 ? 1 : 0
      case '>=': return this.compare(left, right) >= 0 ? 1 : 0
      default: return this.calculate(expr.op, toNumber(left), toNumber(right))
    }
  }

  private calculate(op: string, a: number, b: number): number {
    switch (op) {
      case '+': return a + b
      case '-': return a - b
      case '*': return a * b
      case '^': return power(a, b)
      default:
        if (b === 0) throw new AwkError(op === '%' ? 'division by zero in %' : 'division by zero')
        return op === '/' ? a / b : a % b
    }
  }

  private getline(expr: Extract<Expr, { t: 'getline' }>): number {
    let line: string | undefined
    if (expr.file === undefined) {
      line = this.records[this.recordAt]
      if (line === undefined) return 0
      this.recordAt++
      this.countRecord()
    } else {
      const name = this.str(this.evaluate(expr.file))
      let reader = this.readers.get(name)
      if (reader === undefined) {
        const text = this.context.files.read(name)
        if (text === undefined) return -1
        reader = { lines: this.splitRecords(text), at: 0 }
        this.readers.set(name, reader)
      }
      line = reader.lines[reader.at++]
      if (line === undefined) return 0
    }
    if (expr.target === undefined) this.setRecord(line)
    else this.store(expr.target, { text: line })
    return 1
  }

  private call(name: string, args: readonly Expr[]): Value {
    const custom = Object.hasOwn(this.program.functions, name) ? this.program.functions[name] : undefined
    if (custom !== undefined) return this.callFunction(name, custom.params, custom.body, args)
    const value = (i: number): Value => (args[i] === undefined ? undefined : this.evaluate(args[i]))
    const text = (i: number): string => this.str(value(i))
    const number = (i: number): number => toNumber(value(i))
    switch (name) {
      case 'length':
        if (args.length === 0) return [...this.record()].length
        if (args[0].t === 'var' && this.isArray(args[0].name)) return this.array(args[0].name).size
        return [...text(0)].length
      case 'substr': return this.substr(text(0), number(1), args.length > 2 ? number(2) : Infinity)
      case 'index': return text(0).indexOf(text(1)) + 1
      case 'split': return this.splitInto(args)
      case 'sub':
      case 'gsub': return this.replace(args, name === 'gsub')
      case 'match': return this.match(args)
      case 'sprintf': return this.sprintf(text(0), args.slice(1).map((arg) => this.evaluate(arg)))
      case 'tolower': return text(0).toLowerCase()
      case 'toupper': return text(0).toUpperCase()
      case 'int': return Math.trunc(number(0))
      case 'sqrt': return Math.sqrt(number(0))
      case 'exp': return exponential(number(0))
      case 'log': return logarithm(number(0))
      case 'sin': return sine(number(0))
      case 'cos': return cosine(number(0))
      case 'rand':
        this.randomState = (Math.imul(this.randomState, 1_664_525) + 1_013_904_223) >>> 0
        return this.randomState / 4_294_967_296
      case 'srand':
        this.randomState = args.length === 0 ? 1 : number(0) >>> 0
        return 0
      case 'systime': return epochSeconds(this.context.timestamp(this.context.nowMs)) ?? 0
      case 'strftime': return formatDate(args.length === 0 ? '%a %b %d %H:%M:%S UTC %Y' : text(0), this.context.timestamp(this.context.nowMs), this.context.nowMs)
      case 'close':
      case 'fflush': return 0
      case 'system': throw new AwkError('system() is not available here')
      default: throw new AwkError(`function ${name} not defined`)
    }
  }

  private isArray(name: string): boolean {
    return this.arrays.has(name) || this.locals.at(-1)?.arrays.has(name) === true
  }

  private callFunction(name: string, params: readonly string[], body: Statement, args: readonly Expr[]): Value {
    if (args.length > params.length) throw new AwkError(`function ${name} called with more arguments than it takes`)
    if (this.locals.length >= callsMax) throw new AwkError(`function ${name}: calls nested deeper than ${callsMax}`)
    const frame = { values: new Map<string, Value>(), arrays: new Map<string, Cells>(), names: new Set(params) }
    args.forEach((arg, i) => {
      // An argument that is a bare name may be an array: it is passed by reference.
      if (arg.t === 'var' && (this.isArray(arg.name) || this.getVariable(arg.name) === undefined)) frame.arrays.set(params[i], this.array(arg.name))
      if (arg.t !== 'var' || !this.isArray(arg.name) || this.getVariable(arg.name) !== undefined) frame.values.set(params[i], this.evaluate(arg))
    })
    this.locals.push(frame)
    this.returned = undefined
    this.run(body)
    this.locals.pop()
    const result = this.returned
    this.returned = undefined
    return result
  }

  private substr(text: string, start: number, length: number): string {
    const all = [...text]
    const from = Math.max(Math.round(start), 1)
    const to = Math.min(Math.round(start) + (length === Infinity ? Infinity : Math.round(length)), all.length + 1)
    return all.slice(from - 1, Math.max(to - 1, from - 1)).join('')
  }

  private splitInto(args: readonly Expr[]): number {
    const text = this.str(this.evaluate(args[0]))
    if (args[1]?.t !== 'var') throw new AwkError('split: second argument is not an array')
    const separator = args[2] === undefined ? this.text(this.globals.get('FS')) : undefined
    const pieces = separator !== undefined ? this.splitBy(text, separator) : args[2].t === 'regex' ? this.splitByRegex(text, args[2].regex) : this.splitBy(text, this.str(this.evaluate(args[2])))
    const cells = this.array(args[1].name)
    cells.clear()
    pieces.forEach((piece, i) => cells.set(String(i + 1), { text: piece }))
    return pieces.length
  }

  private splitByRegex(text: string, regex: Regex): string[] {
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

  private replace(args: readonly Expr[], isGlobal: boolean): number {
    const regex = this.regexFrom(args[0])
    const by = this.str(this.evaluate(args[1]))
    const target: Expr = args[2] ?? { t: 'field', index: { t: 'number', value: 0 } }
    const text = this.str(this.evaluate(target))
    let result = ''
    let at = 0
    let count = 0
    let lastEnd = -1
    while (at <= text.length) {
      const match = regex.find(text, at)
      if (match === undefined) break
      const isEmpty = match.end === match.start
      result += text.slice(at, match.start)
      if (!(isEmpty && match.start === lastEnd)) {
        const whole = match.groups[0] ?? ''
        result += by.replace(/\\\\|\\&|&/g, (mark) => (mark === '&' ? whole : mark === '\\&' ? '&' : '\\'))
        count++
      }
      lastEnd = match.end
      at = match.end
      if (isEmpty) result += text[at++] ?? ''
      if (!isGlobal) break
    }
    if (count > 0) this.store(target, result + text.slice(at))
    return count
  }

  private match(args: readonly Expr[]): number {
    const text = this.str(this.evaluate(args[0]))
    const found = this.regexFrom(args[1]).find(text)
    const start = found === undefined ? 0 : found.start + 1
    this.globals.set('RSTART', start)
    this.globals.set('RLENGTH', found === undefined ? -1 : found.end - found.start)
    if (args[2]?.t === 'var') {
      const cells = this.array(args[2].name)
      cells.clear()
      found?.groups.forEach((group, i) => cells.set(String(i), { text: group ?? '' }))
    }
    return start
  }

  private sprintf(format: string, values: readonly Value[]): string {
    let used = 0
    return format.replace(/%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z%])/g, (whole, flags: string, width: string | undefined, precision: string | undefined, kind: string) => {
      if (kind === '%') return '%'
      const size = width === '*' ? toNumber(values[used++]) : Number(width ?? 0)
      const exact = precision === '*' ? toNumber(values[used++]) : whole.includes('.') ? Number(precision ?? 0) : undefined
      if (used >= values.length && kind !== 's') throw new AwkError('not enough args in printf(' + format + ')')
      const value = values[used++]
      const piece = kind === 'c' ? (typeof value === 'number' ? String.fromCodePoint(Math.max(0, Math.min(value, 0x10ffff))) : this.str(value).slice(0, 1)) : formatOne(kind, this.str(value), exact, flags, () => toNumber(value))
      if (piece === undefined) return whole
      if (piece.length >= size) return piece
      if (flags.includes('-')) return piece.padEnd(size)
      const sign = /^[+-]/.exec(piece)?.[0] ?? ''
      return flags.includes('0') && kind !== 's' ? sign + piece.slice(sign.length).padStart(size - sign.length, '0') : piece.padStart(size)
    })
  }

  // Statements

  private emit(text: string): void {
    this.out += text
    if (this.out.length > outputMax) throw new AwkError('output is too long')
  }

  private run(statement: Statement): Jump {
    if (++this.steps > stepsMax) throw new AwkError(`stopped after ${stepsMax} steps (an endless loop?)`)
    switch (statement.t) {
      case 'expr':
        this.evaluate(statement.expr)
        return undefined
      case 'print':
      case 'printf':
        this.print(statement)
        return undefined
      case 'block':
        for (const one of statement.body) {
          const jump = this.run(one)
          if (jump !== undefined) return jump
        }
        return undefined
      case 'if':
        if (this.truth(this.evaluate(statement.test))) return this.run(statement.body)
        return statement.otherwise === undefined ? undefined : this.run(statement.otherwise)
      case 'while':
      case 'do':
      case 'for': return this.loop(statement)
      case 'forIn':
        // The keys as they are now: the body may delete some.
        const keys = [...this.array(statement.array).keys()]
        for (const key of keys) {
          if (!this.array(statement.array).has(key)) continue
          this.setVariable(statement.name, { text: key })
          const jump = this.run(statement.body)
          if (jump === 'break') break
          if (jump !== undefined && jump !== 'continue') return jump
        }
        return undefined
      case 'next': return 'next'
      case 'nextfile':
        this.recordAt = this.records.length
        return 'next'
      case 'break':
      case 'continue': return statement.t
      case 'exit':
        if (statement.value !== undefined) this.exitCode = toNumber(this.evaluate(statement.value)) & 255
        return 'exit'
      case 'return':
        this.returned = statement.value === undefined ? undefined : this.evaluate(statement.value)
        return 'return'
      case 'delete':
        if (statement.keys.length === 0) this.array(statement.name).clear()
        else this.array(statement.name).delete(this.key(statement.keys))
        return undefined
    }
  }

  private loop(statement: Extract<Statement, { t: 'while' | 'do' | 'for' }>): Jump {
    if (statement.t === 'for' && statement.init !== undefined) this.run(statement.init)
    for (let isFirst = true; ; isFirst = false) {
      const isTested = statement.t !== 'do' || !isFirst
      if (isTested && statement.test !== undefined && !this.truth(this.evaluate(statement.test))) return undefined
      const jump = this.run(statement.body)
      if (jump === 'break') return undefined
      if (jump !== undefined && jump !== 'continue') return jump
      if (statement.t === 'for' && statement.step !== undefined) this.run(statement.step)
    }
  }

  private print(statement: Extract<Statement, { t: 'print' | 'printf' }>): void {
    const values = statement.args.map((arg) => this.evaluate(arg))
    const format = this.text(this.globals.get('OFMT'))
    const text = statement.t === 'printf' ? this.sprintf(this.str(values[0]), values.slice(1)) : (values.length === 0 ? this.record() : values.map((value) => this.text(value, format)).join(this.text(this.globals.get('OFS')))) + this.text(this.globals.get('ORS'))
    if (statement.redirect === undefined) {
      this.emit(text)
      return
    }
    const to = this.str(this.evaluate(statement.redirect.to))
    if (to === '/dev/stderr' || (statement.redirect.op === '|' && /^cat\s*(1>&2|>&2)$/.test(to))) this.err += text
    else if (to === '/dev/stdout') this.emit(text)
    else if (statement.redirect.op === '|') throw new AwkError(`print | "${to}" is not available here; pipe awk's output instead`)
    else this.append(to, text, statement.redirect.op === '>>')
  }

  private append(path: string, text: string, isAppended: boolean): void {
    const before = this.opened.has(path) || isAppended ? (this.context.files.read(path) ?? '') : ''
    this.opened.add(path)
    const error = this.context.files.write(path, before + text)
    if (error !== undefined) throw new AwkError(`can't redirect to ${path}: ${error}`)
  }
}
