/** Parses jq programs. */

/** A program that cannot be parsed; the text is what jq prints after `jq: error: `. */
export class JqSyntaxError extends Error {
  override readonly name = 'JqSyntaxError'
}

export type Filter =
  | { readonly t: 'identity' | 'recurse' }
  | { readonly t: 'literal'; readonly value: null | boolean | number | string }
  | { readonly t: 'string'; readonly parts: readonly (string | Filter)[]; readonly format?: string }
  | { readonly t: 'format'; readonly name: string }
  | { readonly t: 'index'; readonly of: Filter; readonly key: Filter }
  | { readonly t: 'slice'; readonly of: Filter; readonly from?: Filter; readonly to?: Filter }
  | { readonly t: 'iterate'; readonly of: Filter }
  | { readonly t: 'try'; readonly of: Filter; readonly handler?: Filter }
  | { readonly t: 'pipe' | 'comma' | 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'alternative'; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'binary'; readonly op: string; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'assign'; readonly op: string; readonly left: Filter; readonly right: Filter }
  | { readonly t: 'negate'; readonly of: Filter }
  | { readonly t: 'array'; readonly of?: Filter }
  | { readonly t: 'object'; readonly entries: readonly { readonly key: Filter; readonly value: Filter }[] }
  | { readonly t: 'var'; readonly name: string }
  | { readonly t: 'call'; readonly name: string; readonly args: readonly Filter[] }
  | { readonly t: 'if'; readonly test: Filter; readonly yes: Filter; readonly otherwise?: Filter }
  | { readonly t: 'as'; readonly source: Filter; readonly patterns: readonly Pattern[]; readonly body: Filter }
  | { readonly t: 'reduce' | 'foreach'; readonly source: Filter; readonly pattern: Pattern; readonly init: Filter; readonly update: Filter; readonly extract?: Filter }
  | { readonly t: 'def'; readonly name: string; readonly params: readonly string[]; readonly code: Filter; readonly body: Filter }
  | { readonly t: 'label'; readonly name: string; readonly body: Filter }
  | { readonly t: 'break'; readonly name: string }

export type Pattern =
  | { readonly t: 'var'; readonly name: string }
  | { readonly t: 'array'; readonly items: readonly Pattern[] }
  | { readonly t: 'object'; readonly entries: readonly { readonly key: Filter; readonly bind?: string; readonly pattern?: Pattern }[] }

interface Token {
  readonly t: 'op' | 'name' | 'field' | 'var' | 'number' | 'string' | 'format' | 'keyword' | 'end'
  readonly text: string
  readonly parts?: readonly (string | readonly Token[])[]
}

const keywords = new Set(['def', 'if', 'then', 'elif', 'else', 'end', 'as', 'reduce', 'foreach', 'try', 'catch', 'and', 'or', 'label', 'import', 'include', '__loc__'])
const operators = ['?//=', '?//', '//=', '|=', '+=', '-=', '*=', '/=', '%=', '==', '!=', '<=', '>=', '//', '..', '.', '[', ']', '(', ')', '{', '}', '|', ',', ':', ';', '=', '<', '>', '+', '-', '*', '/', '%', '?', '$']
const depthMax = 300

function syntaxError(found: string, program: string): JqSyntaxError {
  return new JqSyntaxError(`syntax error, unexpected ${found} (Unix shell quoting issues?) at <top-level>, line 1:\n${program}`)
}

/** Reads tokens up to the end, or to the parenthesis that closes a string interpolation. */
function tokenize(text: string, start: number, isNested: boolean): { tokens: Token[]; end: number } {
  const tokens: Token[] = []
  let at = start
  let depth = 0
  while (at < text.length) {
    const rest = text.slice(at, at + 300)
    const blank = /^(?:\s+|#[^\n]*)/.exec(rest)
    if (blank !== null) {
      at += blank[0].length
      continue
    }
    if (isNested && rest[0] === '(') depth++
    if (isNested && rest[0] === ')' && depth-- === 0) return { tokens: [...tokens, { t: 'end', text: '' }], end: at + 1 }
    if (rest[0] === '"') {
      const string = readString(text, at)
      tokens.push(string.token)
      at = string.end
      continue
    }
    const field = /^\.([A-Za-z_]\w*)/.exec(rest)
    const format = /^@(\w+)/.exec(rest)
    const variable = /^\$(__loc__|[A-Za-z_]\w*(?:::\w+)*)/.exec(rest)
    const name = /^[A-Za-z_]\w*(?:::\w+)*/.exec(rest)
    const number = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(rest)
    const op = operators.find((one) => rest.startsWith(one))
    const [token, length]: [Token | undefined, number] =
      field !== null ? [{ t: 'field', text: field[1] }, field[0].length]
      : format !== null ? [{ t: 'format', text: format[1] }, format[0].length]
      : variable !== null ? [{ t: 'var', text: variable[1] }, variable[0].length]
      : name !== null ? [{ t: keywords.has(name[0]) ? 'keyword' : 'name', text: name[0] }, name[0].length]
      : number !== null ? [{ t: 'number', text: number[0] }, number[0].length]
      : op !== undefined ? [{ t: 'op', text: op }, op.length]
      : [undefined, 0]
    if (token === undefined) throw syntaxError('INVALID_CHARACTER', text)
    tokens.push(token)
    at += length
  }
  if (isNested) throw syntaxError('end of file', text)
  return { tokens: [...tokens, { t: 'end', text: '' }], end: at }
}

function readString(text: string, start: number): { token: Token; end: number } {
  const parts: (string | readonly Token[])[] = []
  let plain = ''
  let at = start + 1
  for (;;) {
    const c = text[at]
    if (c === undefined) throw syntaxError('QQSTRING_START, expecting end of file', text)
    if (c === '"') break
    if (c !== '\\') {
      plain += c
      at++
      continue
    }
    const next = text[at + 1]
    if (next === '(') {
      const inner = tokenize(text, at + 2, true)
      parts.push(plain, inner.tokens)
      plain = ''
      at = inner.end
      continue
    }
    const escape = /^\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/.exec(text.slice(at, at + 6))
    if (escape === null) throw syntaxError('INVALID_CHARACTER', text)
    plain += JSON.parse(`"${escape[0]}"`) as string
    at += escape[0].length
  }
  parts.push(plain)
  return { token: { t: 'string', text: plain, parts }, end: at + 1 }
}

/** Parses a program; the empty one is the identity. @throws JqSyntaxError */
export function parseJq(text: string): Filter {
  const { tokens } = tokenize(text, 0, false)
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
