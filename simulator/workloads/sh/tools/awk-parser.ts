/** Parses awk programs. */

import { depthMax, ExpressionParser } from './awk-expressions.ts'
import { tokenizeAwk } from './awk-lexer.ts'
import type { AwkFunction, AwkProgram, Expr, Rule, Statement } from './awk-syntax.ts'
import { AwkSyntaxError } from './awk-syntax.ts'

/** Parses a program. @throws AwkSyntaxError */
export function parseAwk(text: string): AwkProgram {
  return new Parser(tokenizeAwk(text)).program()
}

class Parser extends ExpressionParser {
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

  protected rule(): Rule {
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

  protected skipEnds(): void {
    while (this.peek().t === 'newline' || this.isOp(';')) this.at++
  }

  protected block(): Statement {
    this.expect('{')
    const body: Statement[] = []
    for (this.skipEnds(); !this.isOp('}'); this.skipEnds()) {
      if (this.peek().t === 'end') throw this.unexpected()
      body.push(this.statement())
    }
    this.expect('}')
    return { t: 'block', body }
  }

  protected endStatement(): void {
    if (this.isOp('}')) return
    if (this.take(';')) return
    if (this.peek().t === 'newline') this.at++
    else throw this.unexpected()
  }

  protected nested(): Statement {
    this.skipNewlines()
    if (this.take(';')) return { t: 'block', body: [] }
    return this.statement()
  }

  protected statement(): Statement {
    if (++this.depth > depthMax) throw new AwkSyntaxError('program is nested too deeply')
    try {
      return this.statementInner()
    } finally {
      this.depth--
    }
  }

  protected statementInner(): Statement {
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

  protected parenthesized(): Expr {
    this.expect('(')
    const expr = this.expr()
    this.expect(')')
    return expr
  }

  protected ifStatement(): Statement {
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

  protected whileStatement(): Statement {
    this.at++
    const test = this.parenthesized()
    return { t: 'while', test, body: this.nested() }
  }

  protected doStatement(): Statement {
    this.at++
    const body = this.nested()
    this.skipEnds()
    if (!this.isName('while')) throw this.unexpected()
    this.at++
    const test = this.parenthesized()
    this.endStatement()
    return { t: 'do', test, body }
  }

  protected forStatement(): Statement {
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

  protected simple(): Statement {
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

  protected print(kind: 'print' | 'printf'): Statement {
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

  protected printArguments(): Expr[] {
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
}
