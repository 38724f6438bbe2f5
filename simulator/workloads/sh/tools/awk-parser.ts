/** Parses awk programs. */

import type { Token } from './awk-lexer.ts'
import { tokenizeAwk } from './awk-lexer.ts'
import type { AwkFunction, AwkProgram, Expr, Rule, Statement } from './awk-syntax.ts'
import { AwkSyntaxError, compilePattern } from './awk-syntax.ts'

const depthMax = 200

/** Parses a program. @throws AwkSyntaxError */
export function parseAwk(text: string): AwkProgram {
  return new Parser(tokenizeAwk(text)).program()
}

class Parser {
  private readonly tokens: readonly Token[]
  private at = 0
  private depth = 0
  /** In `print` a bare `>` is a redirection. */
  private isPrint = false

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  program(): AwkProgram {
    const rules: Rule[] = []
    const functions: { [name: string]: AwkFunction } = {}
    for (this.skipEnds(); this.peek().t !== 'end'; this.skipEnds()) {
      if (this.isName('function') || this.isName('func')) {
        this.at++
        const name = this.next().text
        const params: string[] = []
        this.expect('(')
        while (!this.isOp(')')) {
          params.push(this.next().text)
          if (!this.take(',')) break
        }
        this.expect(')')
        this.skipNewlines()
        functions[name] = { params, body: this.block() }
      } else rules.push(this.rule())
    }
    return { rules, functions }
  }

  private rule(): Rule {
    if (this.isName('BEGIN') || this.isName('END')) {
      const kind = this.next().text as 'BEGIN' | 'END'
      this.skipNewlines()
      return { kind, action: this.block() }
    }
    if (this.isOp('{')) return { kind: 'line', action: this.block() }
    const pattern = this.expr()
    const until = this.take(',') ? this.expr() : undefined
    const base = { kind: 'line' as const, pattern, ...(until === undefined ? {} : { until }) }
    return this.isOp('{') ? { ...base, action: this.block() } : base
  }

  private peek(): Token {
    return this.tokens[this.at]
  }

  private next(): Token {
    return this.tokens[this.at < this.tokens.length - 1 ? this.at++ : this.at]
  }

  private isOp(text: string): boolean {
    const token = this.peek()
    return token.t === 'op' && token.text === text
  }

  private isName(text: string): boolean {
    const token = this.peek()
    return (token.t === 'name' || token.t === 'function') && token.text === text
  }

  private take(text: string): boolean {
    if (!this.isOp(text)) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected()
  }

  private unexpected(): AwkSyntaxError {
    const token = this.peek()
    return new AwkSyntaxError(`syntax error at or near ${token.t === 'newline' ? (this.tokens[this.at + 1]?.t === 'end' ? 'end of source' : 'end of line') : token.text}`)
  }

  private skipNewlines(): void {
    while (this.peek().t === 'newline') this.at++
  }

  private skipEnds(): void {
    while (this.peek().t === 'newline' || this.isOp(';')) this.at++
  }

  private block(): Statement {
    this.expect('{')
    const body: Statement[] = []
    for (this.skipEnds(); !this.isOp('}'); this.skipEnds()) {
      if (this.peek().t === 'end') throw this.unexpected()
      body.push(this.statement())
    }
    this.expect('}')
    return { t: 'block', body }
  }

  private endStatement(): void {
    if (this.isOp('}')) return
    if (this.take(';')) return
    if (this.peek().t === 'newline') this.at++
    else throw this.unexpected()
  }

  private nested(): Statement {
    this.skipNewlines()
    if (this.take(';')) return { t: 'block', body: [] }
    return this.statement()
  }

  private statement(): Statement {
    if (++this.depth > depthMax) throw new AwkSyntaxError('program is nested too deeply')
    try {
      return this.statementInner()
    } finally {
      this.depth--
    }
  }

  private statementInner(): Statement {
    if (this.isOp('{')) return this.block()
    const token = this.peek()
    if (token.t === 'name' || token.t === 'function') {
      switch (token.text) {
        case 'if': return this.ifStatement()
        case 'while': return this.whileStatement()
        case 'do': return this.doStatement()
        case 'for': return this.forStatement()
        default:
      }
    }
    const simple = this.simple()
    this.endStatement()
    return simple
  }

  private parenthesized(): Expr {
    this.expect('(')
    const expr = this.expr()
    this.expect(')')
    return expr
  }

  private ifStatement(): Statement {
    this.at++
    const test = this.parenthesized()
    const body = this.nested()
    const before = this.at
    this.skipEnds()
    if (!this.isName('else')) {
      this.at = before
      return { t: 'if', test, body }
    }
    this.at++
    return { t: 'if', test, body, otherwise: this.nested() }
  }

  private whileStatement(): Statement {
    this.at++
    const test = this.parenthesized()
    return { t: 'while', test, body: this.nested() }
  }

  private doStatement(): Statement {
    this.at++
    const body = this.nested()
    this.skipEnds()
    if (!this.isName('while')) throw this.unexpected()
    this.at++
    const test = this.parenthesized()
    this.endStatement()
    return { t: 'do', test, body }
  }

  private forStatement(): Statement {
    this.at++
    this.expect('(')
    const [name, word, array, close] = this.tokens.slice(this.at, this.at + 4)
    if (name?.t === 'name' && word?.text === 'in' && word.t === 'name' && array?.t === 'name' && close?.text === ')') {
      this.at += 4
      return { t: 'forIn', name: name.text, array: array.text, body: this.nested() }
    }
    const init = this.isOp(';') ? undefined : this.simple()
    this.expect(';')
    this.skipNewlines()
    const test = this.isOp(';') ? undefined : this.expr()
    this.expect(';')
    this.skipNewlines()
    const step = this.isOp(')') ? undefined : this.simple()
    this.expect(')')
    return { t: 'for', ...(init === undefined ? {} : { init }), ...(test === undefined ? {} : { test }), ...(step === undefined ? {} : { step }), body: this.nested() }
  }

  private simple(): Statement {
    const token = this.peek()
    if (token.t === 'name' || token.t === 'function') {
      switch (token.text) {
        case 'print':
        case 'printf': return this.print(token.text)
        case 'next':
        case 'nextfile':
        case 'break':
        case 'continue':
          this.at++
          return { t: token.text }
        case 'exit':
        case 'return': {
          this.at++
          if (this.isOp(';') || this.isOp('}') || this.peek().t === 'newline') return { t: token.text }
          return { t: token.text, value: this.expr() }
        }
        case 'delete': {
          this.at++
          const name = this.next().text
          const keys: Expr[] = []
          if (this.take('[')) {
            do keys.push(this.expr())
            while (this.take(','))
            this.expect(']')
          }
          return { t: 'delete', name, keys }
        }
        default:
      }
    }
    return { t: 'expr', expr: this.expr() }
  }

  private print(kind: 'print' | 'printf'): Statement {
    this.at++
    const wasPrint = this.isPrint
    this.isPrint = true
    let args: Expr[] = []
    if (!this.isOp(';') && !this.isOp('}') && !this.isOp('>') && !this.isOp('>>') && !this.isOp('|') && this.peek().t !== 'newline') args = this.printArguments()
    this.isPrint = wasPrint
    for (const op of ['>>', '>', '|']) {
      if (!this.take(op)) continue
      return { t: kind, args, redirect: { op, to: this.concatenation() } }
    }
    return { t: kind, args }
  }

  private printArguments(): Expr[] {
    // `print (a, b) > "x"`: the parentheses hold the whole list.
    if (this.isOp('(')) {
      const start = this.at
      this.at++
      this.isPrint = false
      const args = [this.expr()]
      while (this.take(',')) {
        this.skipNewlines()
        args.push(this.expr())
      }
      this.isPrint = true
      if (this.take(')') && (this.peek().t === 'newline' || [';', '}', '>', '>>', '|'].includes(this.peek().text))) return args
      this.at = start
    }
    const args = [this.expr()]
    while (this.take(',')) {
      this.skipNewlines()
      args.push(this.expr())
    }
    return args
  }

  private expr(): Expr {
    if (++this.depth > depthMax) throw new AwkSyntaxError('expression is nested too deeply')
    try {
      return this.ternary()
    } finally {
      this.depth--
    }
  }

  private ternary(): Expr {
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

  private or(): Expr {
    let left = this.and()
    while (this.take('||')) {
      this.skipNewlines()
      left = { t: 'binary', op: '||', left, right: this.and() }
    }
    return left
  }

  private and(): Expr {
    let left = this.membership()
    while (this.take('&&')) {
      this.skipNewlines()
      left = { t: 'binary', op: '&&', left, right: this.membership() }
    }
    return left
  }

  private membership(): Expr {
    let left = this.matching()
    while (this.isName('in')) {
      this.at++
      left = { t: 'in', name: this.next().text, keys: [left] }
    }
    return left
  }

  private matching(): Expr {
    let left = this.comparison()
    while (this.isOp('~') || this.isOp('!~')) {
      const isNegated = this.next().text === '!~'
      left = { t: 'match', isNegated, left, right: this.comparison() }
    }
    return left
  }

  private comparison(): Expr {
    const left = this.concatenation()
    const op = this.peek()
    if (op.t !== 'op' || !['<', '<=', '==', '!=', '>', '>='].includes(op.text) || (op.text === '>' && this.isPrint)) return left
    this.at++
    return { t: 'binary', op: op.text, left, right: this.concatenation() }
  }

  private concatenation(): Expr {
    let left = this.sum()
    while (this.startsConcatenated()) left = { t: 'binary', op: ' ', left, right: this.sum() }
    return left
  }

  private startsConcatenated(): boolean {
    const token = this.peek()
    if (token.t === 'number' || token.t === 'string' || token.t === 'function') return true
    if (token.t === 'name') return !['in', 'getline'].includes(token.text)
    if (token.t !== 'op') return false
    return ['$', '!', '(', '++', '--'].includes(token.text)
  }

  private sum(): Expr {
    let left = this.product()
    while (this.isOp('+') || this.isOp('-')) {
      const op = this.next().text
      left = { t: 'binary', op, left, right: this.product() }
    }
    return left
  }

  private product(): Expr {
    let left = this.unary()
    while (this.isOp('*') || this.isOp('/') || this.isOp('%')) {
      const op = this.next().text
      left = { t: 'binary', op, left, right: this.unary() }
    }
    return left
  }

  private unary(): Expr {
    for (const op of ['!', '-', '+'] as const) if (this.take(op)) return { t: 'unary', op, of: this.unary() }
    return this.power()
  }

  private power(): Expr {
    const base = this.postfix()
    if (!this.take('^') && !this.take('**')) return base
    const exponent = this.isOp('-') || this.isOp('+') || this.isOp('!') ? this.unary() : this.power()
    return { t: 'binary', op: '^', left: base, right: exponent }
  }

  private postfix(): Expr {
    for (const [op, by] of [['++', 1], ['--', -1]] as const) if (this.take(op)) return { t: 'step', isBefore: true, by, target: this.primary() }
    const target = this.primary()
    const isTarget = target.t === 'var' || target.t === 'field' || target.t === 'index'
    for (const [op, by] of [['++', 1], ['--', -1]] as const) if (isTarget && this.take(op)) return { t: 'step', isBefore: false, by, target }
    return target
  }

  private primary(): Expr {
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

  private group(): Expr {
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

  private name(name: string): Expr {
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

  private call(name: string): Expr {
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
