/** Reads CEL. Models cel-go/parser (v0.26): the same tree, places and errors, and its way to go on after an error. */

import type { EntryExpr, Expr, FieldExpr, Issue } from './ast.ts'
import { isTooDeep, qualifiedName } from './ast.ts'
import type { Token } from './lex.ts'
import { lex, unquote, unquoteBytes } from './lex.ts'
import { expandBind, expandMacro } from './macros.ts'
import type { CelValue } from './values.ts'
import { CelUint } from './values.ts'

const starts = ['[', '{', '(', '.', '-', '!', 'true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER']
const reserved: ReadonlySet<string> = new Set(['as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'package', 'namespace', 'null', 'return', 'true', 'var', 'void', 'while'])
const levels: readonly (readonly string[])[] = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']]
const binaryOperators: ReadonlySet<string> = new Set(levels.flat())
/** The first levels, `||` and `&&`. */
const logicalLevels = 2
const maxDepth = 250
const maxErrors = 100
const maxSize = 100_000

function shown(kinds: readonly string[]): string {
  return `{${kinds.map((kind) => (/^[A-Z]/.test(kind) ? kind : `'${kind}'`)).join(', ')}}`
}

/** Thrown after an error that the parser cannot go on from. */
class Stop {}

class Parser {
  readonly tokens: readonly Token[]
  readonly issues: Issue[]
  readonly hasBind: boolean
  at = 0
  depth = 0
  /** After an error nothing is reported until a token fits again. */
  isRecovering = false
  /** The brackets that are open. */
  readonly open: string[] = []

  constructor(tokens: readonly Token[], issues: Issue[], hasBind: boolean) {
    this.tokens = tokens
    this.issues = issues
    this.hasBind = hasBind
  }

  get token(): Token {
    return this.tokens[this.at]!
  }

  get following(): Token {
    return this.tokens[this.at + 1] ?? this.token
  }

  report(pos: number, message: string): void {
    if (this.issues.length < maxErrors) this.issues.push({ pos, message })
  }

  syntaxError(message: string): void {
    if (!this.isRecovering) this.report(this.token.pos, `Syntax error: ${message}`)
    this.isRecovering = true
  }

  stop(message: string): never {
    this.syntaxError(message)
    throw new Stop()
  }

  take(kind: string): boolean {
    if (this.token.kind !== kind) return false
    this.advance()
    return true
  }

  advance(): void {
    this.at++
    this.isRecovering = false
  }

  /** Whether a token may follow a complete expression here. */
  mayFollow(kind: string): boolean {
    if (binaryOperators.has(kind) || ['?', '.', '['].includes(kind)) return true
    const close = this.open.at(-1)
    return close === undefined ? kind === '<EOF>' : kind === close || (kind === ',' && close !== ':')
  }

  /** Opens a bracket for what is read inside of it. */
  within<T>(close: string, read: () => T): T {
    this.open.push(close)
    const result = read()
    this.open.pop()
    return result
  }

  /** The next token must be of this kind; one that is missing or too much is reported and forgiven. */
  expect(kind: string, wanted = `'${kind}'`): void {
    if (this.take(kind)) return
    const { text, kind: found } = this.token
    const isMissing = kind === ':' ? starts.includes(found) : this.mayFollow(found)
    if (this.following.kind === kind && found !== '<EOF>') {
      this.syntaxError(`extraneous input '${text}' expecting ${wanted}`)
      this.at++
      this.advance()
    } else if (isMissing && wanted === `'${kind}'`) this.syntaxError(`missing '${kind}' at '${text}'`)
    else this.stop(`mismatched input '${text}' expecting ${wanted}`)
  }

  expression(): Expr {
    if (++this.depth > maxDepth) {
      this.issues.splice(0, this.issues.length, { pos: -1, message: `expression recursion limit exceeded: ${maxDepth}` })
      throw new Stop()
    }
    const condition = this.binary(0)
    const { pos } = this.token
    if (!this.take('?')) return this.leave(condition)
    const first = this.within(':', () => this.binary(0))
    this.expect(':')
    return this.leave({ kind: 'call', pos, name: '_?_:_', args: [condition, first, this.expression()] })
  }

  leave(expr: Expr): Expr {
    this.depth--
    return expr
  }

  binary(level: number): Expr {
    const operators = levels[level]
    if (operators === undefined) return this.unary()
    if (level < logicalLevels) return this.logical(level)
    let left = this.binary(level + 1)
    for (;;) {
      const { kind, pos } = this.token
      if (!operators.includes(kind)) return left
      this.advance()
      left = { kind: 'call', pos, name: kind === 'in' ? '@in' : `_${kind}_`, args: [left, this.binary(level + 1)] }
    }
  }

  /** `a || b || c` as a balanced tree: such chains may be long. */
  logical(level: number): Expr {
    const operator = levels[level]![0]!
    const terms = [this.binary(level + 1)]
    const places: number[] = []
    for (;;) {
      const { pos } = this.token
      if (!this.take(operator)) break
      places.push(pos)
      terms.push(this.binary(level + 1))
    }
    const balance = (low: number, high: number): Expr => {
      const middle = Math.floor((low + high + 1) / 2)
      const left = middle === low ? terms[middle]! : balance(low, middle - 1)
      const right = middle === high ? terms[middle + 1]! : balance(middle + 1, high)
      return { kind: 'call', pos: places[middle]!, name: `_${operator}_`, args: [left, right] }
    }
    return places.length === 0 ? terms[0]! : balance(0, places.length - 1)
  }

  unary(): Expr {
    const { kind, pos } = this.token
    if (kind !== '!' && (kind !== '-' || /^NUM_(?:INT|FLOAT)$/.test(this.following.kind))) return this.member()
    let count = 0
    while (this.take(kind)) count++
    const { kind: next, text } = this.token
    if (!starts.includes(next)) this.badOperand(kind, pos, next, text)
    const operand = this.member()
    return count % 2 === 0 ? operand : { kind: 'call', pos, name: `${kind}_`, args: [operand] }
  }

  /** After `!` the token is skipped; after `-` the parser had no way to go, and then no operand. */
  badOperand(operator: string, pos: number, next: string, text: string): void {
    if (operator === '!') {
      this.syntaxError(`extraneous input '${text}' expecting ${shown(starts)}`)
      if (!starts.includes(this.following.kind) || next === '<EOF>') throw new Stop()
      return this.advance()
    }
    const between = ' '.repeat(Math.max(0, this.token.pos - pos - 1))
    this.report(this.token.pos, `Syntax error: no viable alternative at input '-${next === '<EOF>' ? '' : between + text}'`)
    this.stop(`mismatched input '${text}' expecting ${shown(starts)}`)
  }

  member(): Expr {
    let expr = this.primary()
    for (;;) {
      const { kind, pos } = this.token
      if (kind === '.') {
        this.advance()
        const selected = this.select(expr, pos)
        if (selected === undefined) return expr
        expr = selected
      } else if (kind === '[') {
        this.advance()
        expr = this.index(expr, pos)
      } else if (kind === '{' && qualifiedName(expr) !== undefined) {
        expr = this.struct(qualifiedName(expr)!, pos)
      } else return expr
    }
  }

  index(operand: Expr, pos: number): Expr {
    const optional = this.take('?')
    if (!starts.includes(this.token.kind)) this.stop(`mismatched input '${this.token.text}' expecting ${shown([...starts.slice(0, 6), '?', ...starts.slice(6)])}`)
    const index = this.within(']', () => this.expression())
    this.expect(']')
    return { kind: 'call', pos, name: optional ? '_[?_]' : '_[_]', args: [operand, index] }
  }

  /** @returns undefined when there is no field but an operator */
  select(operand: Expr, dot: number): Expr | undefined {
    const optional = this.take('?')
    const { kind, text, pos } = this.token
    if (['true', 'false', 'null'].includes(kind)) this.stop(`mismatched input '${text}' expecting IDENTIFIER`)
    if (kind !== 'IDENTIFIER' && kind !== 'ESC_IDENTIFIER') {
      this.syntaxError(`no viable alternative at input '.${kind === '<EOF>' ? '' : text}'`)
      if (binaryOperators.has(kind)) return undefined
      throw new Stop()
    }
    this.advance()
    if (kind === 'ESC_IDENTIFIER') this.report(pos, "unsupported syntax: '`'")
    if (optional) return { kind: 'call', pos: dot, name: '_?._', args: [operand, { kind: 'const', pos, value: text }] }
    const open = this.token.pos
    if (!this.take('(')) return { kind: 'select', pos: dot, operand, field: text, test: false }
    return this.call(text, open, this.list(')'), operand)
  }

  call(name: string, pos: number, args: readonly Expr[], target?: Expr): Expr {
    const isBind = this.hasBind && name === 'bind' && args.length === 3 && target?.kind === 'ident' && target.name === 'cel'
    const macro = isBind ? expandBind(args, pos) : expandMacro(name, pos, args, target)
    if (macro === undefined) return { kind: 'call', pos, name, args, ...(target === undefined ? {} : { target }) }
    if (!('message' in macro)) return macro
    this.report(macro.pos, macro.message)
    return { kind: 'const', pos, value: null }
  }

  /** Expressions up to a closing bracket, which is consumed. */
  list(close: ')' | ']', optional?: boolean[]): Expr[] {
    const items: Expr[] = []
    if (this.take(close)) return items
    if (close === ']' && this.token.kind === ',' && this.following.kind === close) {
      this.at++
      this.advance()
      return items
    }
    const { kind, text } = this.token
    if (!starts.includes(kind) && kind !== '?') {
      const wanted = shown([...starts.slice(0, 3), close, ...starts.slice(3)])
      if (kind === '<EOF>' || !(starts.includes(this.following.kind) || this.following.kind === close)) this.stop(`mismatched input '${text}' expecting ${wanted}`)
      this.syntaxError(`extraneous input '${text}' expecting ${wanted}`)
      this.advance()
      if (this.take(close)) return items
    }
    this.within(close, () => {
      do {
        if (close === ']' && items.length > 0 && !starts.includes(this.token.kind) && this.token.kind !== '?') break
        optional?.push(this.take('?'))
        items.push(this.expression())
      } while (this.take(','))
    })
    this.close(close)
    return items
  }

  /** A list or map may also go on with a comma. */
  close(close: string): void {
    const isAfterComma = this.tokens[this.at - 1]!.kind === ','
    this.expect(close, close === ')' || isAfterComma ? undefined : `{'${close}', ','}`)
  }

  entries(): EntryExpr[] {
    const entries: EntryExpr[] = []
    if (this.token.kind === ',' && this.following.kind === '}') this.advance()
    this.within('}', () => {
      while (starts.includes(this.token.kind) || this.token.kind === '?' || (entries.length === 0 && this.token.kind !== '}')) {
        const optional = this.take('?')
        const key = this.expression()
        const { pos } = this.token
        this.expect(':')
        entries.push({ key, value: this.expression(), optional, pos })
        if (!this.take(',')) break
      }
    })
    this.close('}')
    return entries
  }

  struct(name: string, pos: number): Expr {
    this.advance()
    const fields: FieldExpr[] = []
    while (this.token.kind !== '}') {
      const optional = this.take('?')
      const { text, kind } = this.token
      if (kind !== 'IDENTIFIER' && kind !== 'ESC_IDENTIFIER') this.stop(`mismatched input '${text}' expecting ${fields.length > 0 ? "'}'" : "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"}`)
      this.at++
      const colon = this.token.pos
      this.expect(':')
      fields.push({ name: kind === 'ESC_IDENTIFIER' ? text.slice(1, -1) : text, value: this.expression(), optional, pos: colon })
      if (!this.take(',')) break
    }
    this.close('}')
    return { kind: 'struct', pos, name, fields }
  }

  primary(): Expr {
    const { kind, text, pos } = this.token
    if (kind === 'IDENTIFIER' || (kind === '.' && this.following.kind === 'IDENTIFIER')) return this.identifier()
    if (!starts.includes(kind) || kind === '.') return this.unexpected(kind, text)
    this.advance()
    switch (kind) {
      case '(': return this.parenthesized()
      case '[': return this.listLiteral(pos)
      case '{': return { kind: 'map', pos, entries: this.entries() }
      case 'STRING': return { kind: 'const', pos, value: unquote(text) }
      case 'BYTES': return { kind: 'const', pos, value: unquoteBytes(text) }
      case 'true':
      case 'false': return { kind: 'const', pos, value: kind === 'true' }
      case 'null': return { kind: 'const', pos, value: null }
      case '-': {
        const digits = this.token
        this.advance()
        return this.number(digits, '-', pos)
      }
      default: return this.number(this.tokens[this.at - 1]!, '', pos)
    }
  }

  parenthesized(): Expr {
    const expr = this.within(')', () => this.expression())
    this.expect(')')
    return expr
  }

  listLiteral(pos: number): Expr {
    const optional: boolean[] = []
    const elements = this.list(']', optional)
    return { kind: 'list', pos, elements, optional }
  }

  /** No expression starts here: one token too much is skipped; before an operator or a bracket, nothing takes its place. */
  unexpected(kind: string, text: string): Expr {
    if (kind !== '<EOF>' && starts.includes(this.following.kind) && this.following.kind !== '.') {
      this.syntaxError(`extraneous input '${text}' expecting ${shown(starts)}`)
      this.at++
      return this.primary()
    }
    this.syntaxError(`mismatched input '${text}' expecting ${shown(starts)}`)
    if (kind === '<EOF>' || !(this.mayFollow(kind) || kind === '?' || kind === ':')) throw new Stop()
    return { kind: 'const', pos: this.token.pos, value: null }
  }

  number(token: Token, sign: string, pos: number): Expr {
    const value = numberOf(token, sign)
    if (value === undefined) this.report(pos, `invalid ${token.kind === 'NUM_INT' ? 'int' : token.kind === 'NUM_UINT' ? 'uint' : 'double'} literal`)
    return { kind: 'const', pos, value: value ?? null }
  }

  identifier(): Expr {
    const rooted = this.take('.')
    const { pos, text: name } = this.token
    this.advance()
    if (reserved.has(name)) this.report(pos, `reserved identifier: ${name}`)
    const open = this.token.pos
    if (!this.take('(')) return { kind: 'ident', pos, name: rooted ? `.${name}` : name }
    return this.call(rooted ? `.${name}` : name, open, this.list(')'))
  }
}

function numberOf({ kind, text }: Token, sign: string): CelValue | undefined {
  if (kind === 'NUM_FLOAT') {
    const value = Number(sign + text)
    return Number.isFinite(value) ? value : undefined
  }
  const value = BigInt(text.replace(/[uU]$/, '')) * (sign === '-' ? -1n : 1n)
  if (kind === 'NUM_UINT') return value < 1n << 64n ? new CelUint(value) : undefined
  return value === BigInt.asIntN(64, value) ? value : undefined
}

/** The tree of an expression, or what is wrong with its text. @param hasBind `cel.bind` is known */
export function parseCel(text: string, hasBind = false): { readonly expr: Expr } | { readonly issues: readonly Issue[] } {
  const issues: Issue[] = []
  const size = Array.from(text).length
  if (size > maxSize) return { issues: [{ pos: -1, message: `expression code point size exceeds limit: size: ${size}, limit ${maxSize}` }] }
  const parser = new Parser(lex(text, issues), issues, hasBind)
  try {
    const expr = parser.expression()
    if (parser.token.kind !== '<EOF>') parser.syntaxError(`${parser.following.kind === '<EOF>' ? 'extraneous' : 'mismatched'} input '${parser.token.text}' expecting <EOF>`)
    if (issues.length > 0) return { issues }
    return isTooDeep(expr) ? { issues: [{ pos: -1, message: 'max recursion depth exceeded' }] } : { expr }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { issues }
  }
}
