/** Reads CEL. Models cel-go/parser (v0.26): the same tree, places and errors, and its way to go on after an error. */

import type { EntryExpr, Expr, FieldExpr, Issue } from './ast.ts'
import { qualifiedName } from './ast.ts'
import type { Token } from './lex.ts'
import { lex, unquote, unquoteBytes } from './lex.ts'
import { expandMacro } from './macros.ts'
import type { CelValue } from './values.ts'
import { CelUint } from './values.ts'

const starts = ['[', '{', '(', '.', '-', '!', 'true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER']
const reserved: ReadonlySet<string> = new Set(['as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'package', 'namespace', 'null', 'return', 'true', 'var', 'void', 'while'])
const levels: readonly (readonly string[])[] = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']]
const maxDepth = 250
const maxErrors = 100

function shown(kinds: readonly string[]): string {
  return `{${kinds.map((kind) => (/^[A-Z]/.test(kind) ? kind : `'${kind}'`)).join(', ')}}`
}

/** Thrown after an error that the parser cannot go on from. */
class Stop {}

class Parser {
  readonly tokens: readonly Token[]
  readonly issues: Issue[]
  at = 0
  depth = 0

  constructor(tokens: readonly Token[], issues: Issue[]) {
    this.tokens = tokens
    this.issues = issues
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

  stop(message: string): never {
    this.report(this.token.pos, `Syntax error: ${message}`)
    throw new Stop()
  }

  take(kind: string): boolean {
    if (this.token.kind !== kind) return false
    this.at++
    return true
  }

  /** The next token must be of this kind; one that is missing or too much is reported and forgiven. */
  expect(kind: string): void {
    if (this.take(kind)) return
    const { text, pos } = this.token
    if (this.following.kind === kind && this.token.kind !== '<EOF>') {
      this.report(pos, `Syntax error: extraneous input '${text}' expecting '${kind}'`)
      this.at += 2
    } else if (kind === ')' || (kind === ':' && this.token.kind !== '<EOF>' && starts.includes(this.token.kind))) {
      this.report(pos, `Syntax error: missing '${kind}' at '${text}'`)
    } else this.stop(`mismatched input '${text}' expecting '${kind}'`)
  }

  expression(): Expr {
    if (++this.depth > maxDepth) {
      this.report(this.token.pos, `expression recursion limit exceeded: ${maxDepth}`)
      throw new Stop()
    }
    const condition = this.binary(0)
    const { pos } = this.token
    if (!this.take('?')) return this.leave(condition)
    const first = this.binary(0)
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
    let left = this.binary(level + 1)
    for (;;) {
      const { kind, pos } = this.token
      if (!operators.includes(kind)) return left
      this.at++
      left = { kind: 'call', pos, name: kind === 'in' ? '@in' : `_${kind}_`, args: [left, this.binary(level + 1)] }
    }
  }

  unary(): Expr {
    const { kind, pos } = this.token
    if (kind === '!' || (kind === '-' && !/^NUM_(?:INT|FLOAT)$/.test(this.following.kind))) {
      let count = 0
      while (this.take(kind)) count++
      if (this.token.kind === '<EOF>') this.stop(`extraneous input '<EOF>' expecting ${shown(starts)}`)
      const operand = this.member()
      return count % 2 === 0 ? operand : { kind: 'call', pos, name: `${kind}_`, args: [operand] }
    }
    return this.member()
  }

  member(): Expr {
    let expr = this.primary()
    for (;;) {
      const { kind, pos } = this.token
      if (kind === '.') {
        this.at++
        expr = this.select(expr, pos)
      } else if (kind === '[') {
        this.at++
        const optional = this.take('?')
        const index = this.expression()
        this.expect(']')
        expr = { kind: 'call', pos, name: optional ? '_[?_]' : '_[_]', args: [expr, index] }
      } else if (kind === '{' && qualifiedName(expr) !== undefined) {
        expr = this.struct(qualifiedName(expr)!, pos)
      } else return expr
    }
  }

  select(operand: Expr, dot: number): Expr {
    const optional = this.take('?')
    const { kind, text, pos } = this.token
    if (kind !== 'IDENTIFIER' && kind !== 'ESC_IDENTIFIER') this.stop(`no viable alternative at input '.${kind === '<EOF>' ? '' : text}'`)
    this.at++
    const field = kind === 'ESC_IDENTIFIER' ? text.slice(1, -1) : text
    if (optional) return { kind: 'call', pos: dot, name: '_?._', args: [operand, { kind: 'const', pos, value: field }] }
    const open = this.token.pos
    if (!this.take('(')) return { kind: 'select', pos: dot, operand, field, test: false }
    return this.call(field, open, this.list(')'), operand)
  }

  call(name: string, pos: number, args: readonly Expr[], target?: Expr): Expr {
    const macro = expandMacro(name, pos, args, target)
    if (macro === undefined) return { kind: 'call', pos, name, args, ...(target === undefined ? {} : { target }) }
    if (!('message' in macro)) return macro
    this.report(macro.pos, macro.message)
    return { kind: 'const', pos, value: null }
  }

  /** Expressions up to a closing bracket, which is consumed. */
  list(close: ')' | ']', optional?: boolean[]): Expr[] {
    const items: Expr[] = []
    if (this.take(close)) return items
    if (this.token.kind === '<EOF>') this.stop(`mismatched input '<EOF>' expecting ${shown([...starts.slice(0, 3), close, ...starts.slice(3)])}`)
    for (;;) {
      optional?.push(this.take('?'))
      items.push(this.expression())
      if (!this.take(',')) break
      if (close === ']' && this.token.kind === close) break
    }
    this.close(close)
    return items
  }

  close(close: string): void {
    if (this.token.kind !== close && close !== ')' && this.following.kind !== close) this.stop(`mismatched input '${this.token.text}' expecting {'${close}', ','}`)
    this.expect(close)
  }

  entries(): EntryExpr[] {
    const entries: EntryExpr[] = []
    while (this.token.kind !== '}') {
      const optional = this.take('?')
      const key = this.expression()
      const { pos } = this.token
      this.expect(':')
      entries.push({ key, value: this.expression(), optional, pos })
      if (!this.take(',')) break
    }
    this.close('}')
    return entries
  }

  struct(name: string, pos: number): Expr {
    this.at++
    const fields: FieldExpr[] = []
    while (this.token.kind !== '}') {
      const optional = this.take('?')
      const { text, kind } = this.token
      if (kind !== 'IDENTIFIER' && kind !== 'ESC_IDENTIFIER') this.stop(`mismatched input '${text}' expecting {'}', ',', IDENTIFIER, ESC_IDENTIFIER}`)
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
    this.at++
    if (kind === '(') {
      const expr = this.expression()
      this.expect(')')
      return expr
    }
    if (kind === '[') {
      const optional: boolean[] = []
      const elements = this.list(']', optional)
      return { kind: 'list', pos, elements, optional }
    }
    if (kind === '{') return { kind: 'map', pos, entries: this.entries() }
    if (kind === 'STRING') return { kind: 'const', pos, value: unquote(text) }
    if (kind === 'BYTES') return { kind: 'const', pos, value: unquoteBytes(text) }
    if (kind === 'true' || kind === 'false') return { kind: 'const', pos, value: kind === 'true' }
    if (kind === 'null') return { kind: 'const', pos, value: null }
    const sign = kind === '-' ? '-' : ''
    const digits = sign === '' ? this.tokens[this.at - 1]! : this.token
    if (digits.kind.startsWith('NUM_')) {
      if (sign !== '') this.at++
      return this.number(digits, sign, pos)
    }
    this.at--
    return this.unexpected(kind, text)
  }

  unexpected(kind: string, text: string): Expr {
    if (kind === '<EOF>' || !starts.includes(this.following.kind)) return this.stop(`mismatched input '${text}' expecting ${shown(starts)}`)
    this.report(this.token.pos, `Syntax error: extraneous input '${text}' expecting ${shown(starts)}`)
    this.at++
    return this.primary()
  }

  number(token: Token, sign: string, pos: number): Expr {
    const value = numberOf(token, sign)
    if (value === undefined) this.report(pos, `invalid ${token.kind === 'NUM_INT' ? 'int' : token.kind === 'NUM_UINT' ? 'uint' : 'double'} literal`)
    return { kind: 'const', pos, value: value ?? null }
  }

  identifier(): Expr {
    const { pos } = this.token
    const rooted = this.take('.')
    const name = this.token.text
    this.at++
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

/** The tree of an expression, or what is wrong with its text. */
export function parseCel(text: string): { readonly expr: Expr } | { readonly issues: readonly Issue[] } {
  const issues: Issue[] = []
  const parser = new Parser(lex(text, issues), issues)
  try {
    const expr = parser.expression()
    if (parser.token.kind !== '<EOF>') parser.report(parser.token.pos, `Syntax error: extraneous input '${parser.token.text}' expecting <EOF>`)
    return issues.length === 0 ? { expr } : { issues }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { issues }
  }
}
