/** Runs a parsed awk program. Models POSIX awk; `print | command`, `system` and co-processes are refused. */

import { AwkFunctions } from './awk-functions.ts'
import { cosine, exponential, logarithm, power, sine } from './awk-math.ts'
import type { AwkProgram, Expr, Rule, Statement } from './awk-syntax.ts'
import type { Cells, Jump, Value } from './awk-values.ts'
import { AwkError, toNumber } from './awk-values.ts'
import { epochSeconds, formatDate } from './dates.ts'
import type { ToolContext } from './tool.ts'

const stepsMax = 5_000_000
const callsMax = 200
const outputMax = 8_000_000

/** One run of a program: its variables, fields and output. */
export class AwkMachine extends AwkFunctions {
  protected readonly program: AwkProgram
  protected records: readonly string[] = []
  protected recordAt = 0
  protected readonly ranges = new Map<Rule, true>()
  protected readonly opened = new Set<string>()
  protected readonly readers = new Map<string, { lines: string[]; at: number }>()
  protected steps = 0
  protected returned: Value
  protected randomState = 1
  out = ''
  err = ''
  exitCode = 0

  constructor(program: AwkProgram, context: ToolContext) {
    super(context)
    this.program = program
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

  protected printLine(): undefined {
    this.emit(this.record() + this.text(this.globals.get('ORS')))
    return undefined
  }

  protected applies(rule: Rule): boolean {
    if (rule.pattern === undefined) return true
    if (rule.until === undefined) return this.truth(this.evaluate(rule.pattern))
    if (!this.ranges.has(rule)) {
      if (!this.truth(this.evaluate(rule.pattern))) return false
      this.ranges.set(rule, true)
    }
    if (this.truth(this.evaluate(rule.until))) this.ranges.delete(rule)
    return true
  }

  // Expressions

  protected evaluate(expr: Expr): Value {
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

  protected binary(expr: Extract<Expr, { t: 'binary' }>): Value {
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

  protected calculate(op: string, a: number, b: number): number {
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

  protected getline(expr: Extract<Expr, { t: 'getline' }>): number {
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

  protected call(name: string, args: readonly Expr[]): Value {
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

  protected callFunction(name: string, params: readonly string[], body: Statement, args: readonly Expr[]): Value {
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

  // Statements

  protected emit(text: string): void {
    this.out += text
    if (this.out.length > outputMax) throw new AwkError('output is too long')
  }

  protected run(statement: Statement): Jump {
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

  protected loop(statement: Extract<Statement, { t: 'while' | 'do' | 'for' }>): Jump {
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

  protected print(statement: Extract<Statement, { t: 'print' | 'printf' }>): void {
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

  protected append(path: string, text: string, isAppended: boolean): void {
    const before = this.opened.has(path) || isAppended ? (this.context.files.read(path) ?? '') : ''
    this.opened.add(path)
    const error = this.context.files.write(path, before + text)
    if (error !== undefined) throw new AwkError(`can't redirect to ${path}: ${error}`)
  }
}
