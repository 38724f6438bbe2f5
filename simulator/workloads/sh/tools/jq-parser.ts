/** Parses jq programs. */

import type { Token } from './jq-lexer.ts'
import { syntaxError, tokenizeJq } from './jq-lexer.ts'
import type { Filter, Pattern } from './jq-syntax.ts'
import { JqSyntaxError } from './jq-syntax.ts'

const depthMax = 300

/** Parses a program; the empty one is the identity. @throws JqSyntaxError */
export function parseJq(text: string): Filter {
  const { tokens } = tokenizeJq(text, 0, false)
  if (tokens.length === 1) return { t: 'identity' }
  return new Parser(tokens, text).whole()
}

/** Definitions only, as in a library: they hold for a body given later. */
export function parseDefinitions(text: string): { name: string; params: readonly string[]; code: Filter }[] {
  const found: { name: string; params: readonly string[]; code: Filter }[] = []
  let filter = parseJq(`${text} .`)
  while (filter.t === 'def') {
    found.push({ name: filter.name, params: filter.params, code: filter.code })
    filter = filter.body
  }
  return found
}

class Parser {
  private readonly tokens: readonly Token[]
  private readonly text: string
  private at = 0
  private depth = 0

  constructor(tokens: readonly Token[], text: string) {
    this.tokens = tokens
    this.text = text
  }

  whole(): Filter {
    if (this.isKeyword('def') && this.isOnlyDefinitions()) return { t: 'identity' }
    const filter = this.pipe()
    if (this.peek().t !== 'end') throw this.unexpected()
    return filter
  }

  private isOnlyDefinitions(): boolean {
    return this.tokens.at(-2)?.text === ';' && this.tokens.at(-2)?.t === 'op'
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

  private isKeyword(text: string): boolean {
    const token = this.peek()
    return token.t === 'keyword' && token.text === text
  }

  private take(text: string): boolean {
    if (!this.isOp(text) && !this.isKeyword(text)) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected()
  }

  private unexpected(): JqSyntaxError {
    const token = this.peek()
    const names: { readonly [t: string]: string } = { end: 'end of file', name: 'IDENT', field: 'FIELD', number: 'LITERAL', string: 'QQSTRING_START', format: 'FORMAT', var: "'$'" }
    return syntaxError(names[token.t] ?? (token.t === 'keyword' ? token.text : token.text.length > 1 ? token.text : `'${token.text}'`), this.text)
  }

  private pipe(): Filter {
    if (++this.depth > depthMax) throw new JqSyntaxError('program is nested too deeply')
    try {
      return this.pipeInner()
    } finally {
      this.depth--
    }
  }

  private pipeInner(): Filter {
    if (this.isKeyword('def')) return this.definition()
    if (this.take('label')) {
      const name = this.next().text
      this.expect('|')
      return { t: 'label', name, body: this.pipe() }
    }
    const left = this.comma()
    if (this.take('as')) {
      const patterns = [this.pattern()]
      while (this.take('?//')) patterns.push(this.pattern())
      this.expect('|')
      return { t: 'as', source: left, patterns, body: this.pipe() }
    }
    return this.take('|') ? { t: 'pipe', left, right: this.pipe() } : left
  }

  private definition(): Filter {
    this.expect('def')
    const name = this.next().text
    const params: string[] = []
    if (this.take('(')) {
      do {
        const token = this.next()
        params.push(token.t === 'var' ? `$${token.text}` : token.text)
      } while (this.take(';'))
      this.expect(')')
    }
    this.expect(':')
    const code = this.pipe()
    this.expect(';')
    return { t: 'def', name, params, code, body: this.peek().t === 'end' ? { t: 'identity' } : this.pipe() }
  }

  private pattern(): Pattern {
    const token = this.next()
    if (token.t === 'var') return { t: 'var', name: token.text }
    if (token.text === '[') {
      const items = [this.pattern()]
      while (this.take(',')) items.push(this.pattern())
      this.expect(']')
      return { t: 'array', items }
    }
    if (token.text !== '{') {
      this.at--
      throw this.unexpected()
    }
    const entries: { key: Filter; bind?: string; pattern?: Pattern }[] = []
    do {
      const key = this.peek()
      if (key.t === 'var') {
        this.at++
        const base = { key: { t: 'literal' as const, value: key.text }, bind: key.text }
        entries.push(this.take(':') ? { ...base, pattern: this.pattern() } : base)
        continue
      }
      const name = this.objectKey()
      this.expect(':')
      entries.push({ key: name, pattern: this.pattern() })
    } while (this.take(','))
    this.expect('}')
    return { t: 'object', entries }
  }

  private comma(): Filter {
    let left = this.alternative()
    while (this.take(',')) left = { t: 'comma', left, right: this.alternative() }
    return left
  }

  private alternative(): Filter {
    const left = this.assignment()
    return this.take('//') ? { t: 'alternative', left, right: this.alternative() } : left
  }

  private assignment(): Filter {
    const left = this.or()
    const token = this.peek()
    if (token.t !== 'op' || !['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='].includes(token.text)) return left
    this.at++
    return { t: 'assign', op: token.text.slice(0, -1), left, right: this.or() }
  }

  private or(): Filter {
    let left = this.and()
    while (this.take('or')) left = { t: 'or', left, right: this.and() }
    return left
  }

  private and(): Filter {
    let left = this.comparison()
    while (this.take('and')) left = { t: 'and', left, right: this.comparison() }
    return left
  }

  private comparison(): Filter {
    const left = this.sum()
    const token = this.peek()
    if (token.t !== 'op' || !['==', '!=', '<', '<=', '>', '>='].includes(token.text)) return left
    this.at++
    return { t: 'binary', op: token.text, left, right: this.sum() }
  }

  private sum(): Filter {
    let left = this.product()
    while (this.isOp('+') || this.isOp('-')) left = { t: 'binary', op: this.next().text, left, right: this.product() }
    return left
  }

  private product(): Filter {
    let left = this.postfix()
    while (this.isOp('*') || this.isOp('/') || this.isOp('%')) left = { t: 'binary', op: this.next().text, left, right: this.postfix() }
    return left
  }

  private postfix(): Filter {
    let of = this.term()
    for (;;) {
      const token = this.peek()
      if (token.t === 'field') {
        this.at++
        of = { t: 'index', of, key: { t: 'literal', value: token.text } }
      } else if (this.isOp('.') && this.tokens[this.at + 1].t === 'string') {
        this.at++
        of = { t: 'index', of, key: this.string(this.next()) }
      } else if (this.isOp('.') && this.tokens[this.at + 1].text === '[') this.at++
      else if (this.take('[')) of = this.bracket(of)
      else if (this.take('?')) of = { t: 'try', of }
      else return of
    }
  }

  private bracket(of: Filter): Filter {
    if (this.take(']')) return { t: 'iterate', of }
    if (this.take(':')) {
      const to = this.pipe()
      this.expect(']')
      return { t: 'slice', of, to }
    }
    const key = this.pipe()
    if (this.take(':')) {
      const to = this.isOp(']') ? undefined : this.pipe()
      this.expect(']')
      return { t: 'slice', of, from: key, ...(to === undefined ? {} : { to }) }
    }
    this.expect(']')
    return { t: 'index', of, key }
  }

  private string(token: Token, format?: string): Filter {
    const parts = (token.parts ?? []).map((part) => (typeof part === 'string' ? part : new Parser(part, this.text).whole()))
    if (parts.length === 1 && typeof parts[0] === 'string') return { t: 'literal', value: parts[0] }
    return { t: 'string', parts, ...(format === undefined ? {} : { format }) }
  }

  private term(): Filter {
    const token = this.next()
    switch (token.t) {
      case 'number': return { t: 'literal', value: Number(token.text) }
      case 'string': return this.string(token)
      case 'format': return this.peek().t === 'string' ? this.string(this.next(), token.text) : { t: 'format', name: token.text }
      case 'field': return { t: 'index', of: { t: 'identity' }, key: { t: 'literal', value: token.text } }
      case 'var': return { t: 'var', name: token.text }
      case 'name': return this.call(token.text)
      case 'keyword': return this.keyword(token.text)
      case 'end':
        throw this.unexpected()
      case 'op':
    }
    switch (token.text) {
      case '..': return { t: 'recurse' }
      case '.': {
        if (this.peek().t === 'string') return { t: 'index', of: { t: 'identity' }, key: this.string(this.next()) }
        return { t: 'identity' }
      }
      case '(': {
        const inner = this.pipe()
        this.expect(')')
        return inner
      }
      case '[': {
        if (this.take(']')) return { t: 'array' }
        const of = this.pipe()
        this.expect(']')
        return { t: 'array', of }
      }
      case '{': return this.object()
      case '-': return { t: 'negate', of: this.postfix() }
      default:
        this.at--
        throw this.unexpected()
    }
  }

  private call(name: string): Filter {
    if (name === 'true' || name === 'false') return { t: 'literal', value: name === 'true' }
    if (name === 'null') return { t: 'literal', value: null }
    if (name === 'break' && this.peek().t === 'var') return { t: 'break', name: this.next().text }
    const args: Filter[] = []
    if (this.take('(')) {
      do args.push(this.pipe())
      while (this.take(';'))
      this.expect(')')
    }
    return { t: 'call', name, args }
  }

  private keyword(word: string): Filter {
    switch (word) {
      case 'if': return this.ifRest()
      case 'try': {
        const of = this.postfix()
        return this.take('catch') ? { t: 'try', of, handler: this.postfix() } : { t: 'try', of }
      }
      case 'reduce':
      case 'foreach': {
        const source = this.postfix()
        this.expect('as')
        const pattern = this.pattern()
        this.expect('(')
        const init = this.pipe()
        this.expect(';')
        const update = this.pipe()
        const extract = this.take(';') ? this.pipe() : undefined
        this.expect(')')
        return { t: word, source, pattern, init, update, ...(extract === undefined ? {} : { extract }) }
      }
      case 'def':
        this.at--
        return this.definition()
      default:
        this.at--
        throw this.unexpected()
    }
  }

  private ifRest(): Filter {
    const test = this.pipe()
    this.expect('then')
    const yes = this.pipe()
    if (this.take('elif')) return { t: 'if', test, yes, otherwise: this.ifRest() }
    if (this.take('else')) {
      const otherwise = this.pipe()
      this.expect('end')
      return { t: 'if', test, yes, otherwise }
    }
    this.expect('end')
    return { t: 'if', test, yes }
  }

  private objectKey(): Filter {
    const token = this.next()
    if (token.t === 'name' || token.t === 'keyword') return { t: 'literal', value: token.text }
    if (token.t === 'string') return this.string(token)
    if (token.t === 'number') return { t: 'literal', value: token.text }
    if (token.t === 'format') return this.peek().t === 'string' ? this.string(this.next(), token.text) : { t: 'format', name: token.text }
    if (token.text === '(') {
      const key = this.pipe()
      this.expect(')')
      return key
    }
    this.at--
    throw this.unexpected()
  }

  private object(): Filter {
    const entries: { key: Filter; value: Filter }[] = []
    while (!this.isOp('}')) {
      const token = this.peek()
      if (token.t === 'var') {
        this.at++
        entries.push({ key: { t: 'literal', value: token.text }, value: { t: 'var', name: token.text } })
      } else {
        const key = this.objectKey()
        const value = this.take(':') ? this.objectValue() : ({ t: 'index', of: { t: 'identity' }, key } as const)
        entries.push({ key, value })
      }
      if (!this.take(',')) break
    }
    this.expect('}')
    return { t: 'object', entries }
  }

  private objectValue(): Filter {
    let left = this.alternativeWithoutComma()
    while (this.take('|')) left = { t: 'pipe', left, right: this.alternativeWithoutComma() }
    return left
  }

  private alternativeWithoutComma(): Filter {
    const left = this.or()
    return this.take('//') ? { t: 'alternative', left, right: this.alternativeWithoutComma() } : left
  }
}
