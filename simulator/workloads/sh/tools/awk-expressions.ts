/** Expressions of awk. */

import type { Token } from './awk-lexer.ts'
import type { Expr } from './awk-syntax.ts'
import { AwkSyntaxError, compilePattern } from './awk-syntax.ts'

/** Expressions and statements nested deeper than this are refused. */
export const depthMax = 200

/** Parses expressions; statements are the subclass. */
export abstract class ExpressionParser {
  protected readonly tokens: readonly Token[]
  protected at = 0
  protected depth = 0
  /** In `print` a bare `>` is a redirection. */
  protected isPrint = false

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  protected peek(): Token {
    return this.tokens[this.at]
  }

  protected next(): Token {
    return this.tokens[this.at < this.tokens.length - 1 ? this.at++ : this.at]
  }

  protected isOp(text: string): boolean {
    const token = this.peek()
    return token.t === 'op' && token.text === text
  }

  protected isName(text: string): boolean {
    const token = this.peek()
    return (token.t === 'name' || token.t === 'function') && token.text === text
  }

  protected take(text: string): boolean {
    if (!this.isOp(text)) return false
    this.at++
    return true
  }

  protected expect(text: string): void {
    if (!this.take(text)) throw this.unexpected()
  }

  protected unexpected(): AwkSyntaxError {
    const token = this.peek()
    return new AwkSyntaxError(`syntax error at or near ${token.t === 'newline' ? (this.tokens[this.at + 1]?.t === 'end' ? 'end of source' : 'end of line') : token.text}`)
  }

  protected skipNewlines(): void {
    while (this.peek().t === 'newline') this.at++
  }

  protected expr(): Expr {
    if (++this.depth > depthMax) throw new AwkSyntaxError('expression is nested too deeply')
    try {
      return this.ternary()
    } finally {
      this.depth--
    }
  }

  protected ternary(): Expr {
    const test = this.or()
    if (this.take('?')) {
      this.skipNewlines()
      const yes = this.ternary()
      this.skipNewlines()
      this.expect(':')
      this.skipNewlines()
      return { t: 'ternary', test, yes, no: this.ternary() }
    }
    const op = this.peek()
    const isTarget = test.t === 'var' || test.t === 'field' || test.t === 'index'
    if (isTarget && op.t === 'op' && ['=', '+=', '-=', '*=', '/=', '%=', '^=', '**='].includes(op.text)) {
      this.at++
      this.skipNewlines()
      return { t: 'assign', op: op.text.slice(0, -1).replace('**', '^'), target: test, value: this.ternary() }
    }
    return test
  }

  protected or(): Expr {
    let left = this.and()
    while (this.take('||')) {
      this.skipNewlines()
      left = { t: 'binary', op: '||', left, right: this.and() }
    }
    return left
  }

  protected and(): Expr {
    let left = this.membership()
    while (this.take('&&')) {
      this.skipNewlines()
      left = { t: 'binary', op: '&&', left, right: this.membership() }
    }
    return left
  }

  protected membership(): Expr {
    let left = this.matching()
    while (this.isName('in')) {
      this.at++
      left = { t: 'in', name: this.next().text, keys: [left] }
    }
    return left
  }

  protected matching(): Expr {
    let left = this.comparison()
    while (this.isOp('~') || this.isOp('!~')) {
      const isNegated = this.next().text === '!~'
      left = { t: 'match', isNegated, left, right: this.comparison() }
    }
    return left
  }

  protected comparison(): Expr {
    const left = this.concatenation()
    const op = this.peek()
    if (op.t !== 'op' || !['<', '<=', '==', '!=', '>', '>='].includes(op.text) || (op.text === '>' && this.isPrint)) return left
    this.at++
    return { t: 'binary', op: op.text, left, right: this.concatenation() }
  }

  protected concatenation(): Expr {
    let left = this.sum()
    while (this.startsConcatenated()) left = { t: 'binary', op: ' ', left, right: this.sum() }
    return left
  }

  protected startsConcatenated(): boolean {
    const token = this.peek()
    if (token.t === 'number' || token.t === 'string' || token.t === 'function') return true
    if (token.t === 'name') return !['in', 'getline'].includes(token.text)
    if (token.t !== 'op') return false
    return ['$', '!', '(', '++', '--'].includes(token.text)
  }

  protected sum(): Expr {
    let left = this.product()
    while (this.isOp('+') || this.isOp('-')) {
      const op = this.next().text
      left = { t: 'binary', op, left, right: this.product() }
    }
    return left
  }

  protected product(): Expr {
    let left = this.unary()
    while (this.isOp('*') || this.isOp('/') || this.isOp('%')) {
      const op = this.next().text
      left = { t: 'binary', op, left, right: this.unary() }
    }
    return left
  }

  protected unary(): Expr {
    for (const op of ['!', '-', '+'] as const) if (this.take(op)) return { t: 'unary', op, of: this.unary() }
    return this.power()
  }

  protected power(): Expr {
    const base = this.postfix()
    if (!this.take('^') && !this.take('**')) return base
    const exponent = this.isOp('-') || this.isOp('+') || this.isOp('!') ? this.unary() : this.power()
    return { t: 'binary', op: '^', left: base, right: exponent }
  }

  protected postfix(): Expr {
    for (const [op, by] of [['++', 1], ['--', -1]] as const) if (this.take(op)) return { t: 'step', isBefore: true, by, target: this.primary() }
    const target = this.primary()
    const isTarget = target.t === 'var' || target.t === 'field' || target.t === 'index'
    for (const [op, by] of [['++', 1], ['--', -1]] as const) if (isTarget && this.take(op)) return { t: 'step', isBefore: false, by, target }
    return target
  }

  protected primary(): Expr {
    const token = this.next()
    switch (token.t) {
      case 'number': return { t: 'number', value: Number(token.text) }
      case 'string': return { t: 'string', value: token.text }
      case 'regex': return { t: 'regex', regex: compilePattern(token.text) }
      case 'function': return this.call(token.text)
      case 'name': return this.name(token.text)
      default:
    }
    if (token.t === 'op' && token.text === '$') {
      for (const [op, by] of [['++', 1], ['--', -1]] as const) if (this.take(op)) return { t: 'field', index: { t: 'step', isBefore: true, by, target: this.primary() } }
      if (this.take('-')) return { t: 'field', index: { t: 'unary', op: '-', of: this.primary() } }
      return { t: 'field', index: this.primary() }
    }
    if (token.t === 'op' && token.text === '(') return this.group()
    this.at--
    throw this.unexpected()
  }

  protected group(): Expr {
    const wasPrint = this.isPrint
    this.isPrint = false
    const inner = this.expr()
    const keys = [inner]
    while (this.take(',')) keys.push(this.expr())
    this.expect(')')
    this.isPrint = wasPrint
    if (keys.length === 1) return inner
    if (!this.isName('in')) throw this.unexpected()
    this.at++
    return { t: 'in', name: this.next().text, keys }
  }

  protected name(name: string): Expr {
    if (name === 'getline') {
      const isTarget = this.peek().t === 'name' || this.isOp('$')
      const target = isTarget ? this.primary() : undefined
      const file = this.take('<') ? this.primary() : undefined
      return { t: 'getline', ...(target === undefined ? {} : { target }), ...(file === undefined ? {} : { file }) }
    }
    if (!this.take('[')) return name === 'length' ? { t: 'call', name, args: [] } : { t: 'var', name }
    const keys: Expr[] = []
    do keys.push(this.expr())
    while (this.take(','))
    this.expect(']')
    return { t: 'index', name, keys }
  }

  protected call(name: string): Expr {
    this.expect('(')
    const wasPrint = this.isPrint
    this.isPrint = false
    const args: Expr[] = []
    this.skipNewlines()
    while (!this.isOp(')')) {
      args.push(this.expr())
      this.skipNewlines()
      if (!this.take(',')) break
      this.skipNewlines()
    }
    this.expect(')')
    this.isPrint = wasPrint
    return { t: 'call', name, args }
  }
}
