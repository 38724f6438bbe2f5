/** Tokens of PromQL. Models prometheus/promql/parser/lex.go (v3.7): its states and its error texts. */

import { goQuote } from '../../api/go-text.ts'

export type TokenKind = 'identifier' | 'metric' | 'number' | 'duration' | 'string' | 'keyword' | 'aggregator' | 'preprocessor' | 'operator' | 'punctuation' | 'error' | 'end'

/** `text` as written; of an error its message. Keywords are compared with `word`, which is in small letters. */
export interface Token { readonly kind: TokenKind; readonly text: string; readonly word: string; readonly from: number; readonly to: number }

const aggregators: ReadonlySet<string> = new Set(['sum', 'avg', 'count', 'min', 'max', 'group', 'stddev', 'stdvar', 'topk', 'bottomk', 'count_values', 'quantile', 'limitk', 'limit_ratio'])
const wordOperators: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'atan2'])
const keywords: ReadonlySet<string> = new Set(['offset', 'smoothed', 'anchored', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'bool'])
const preprocessors: ReadonlySet<string> = new Set(['start', 'end', 'step'])

const space = /[ \t\r\n]/
const alpha = /[A-Za-z_]/
const digit = /\d/
const alphaNumeric = /[A-Za-z0-9_]/

/** A character in Go's quotes. */
function quoteRune(char: string): string {
  if (char === '') return "'\\ufffd'"
  if (char === "'") return "'\\''"
  return char === '"' ? `'"'` : `'${goQuote(char).slice(1, -1)}'`
}

/** Reads tokens one by one: an error comes only when the parser gets there. */
export class Lexer {
  private readonly input: string
  private at = 0
  private from = 0
  private parenDepth = 0
  private isBraceOpen = false
  private isBracketOpen = false
  private isDuration = false
  private hasColon = false
  private hasDuration = false
  private failed: string | undefined

  constructor(input: string) {
    this.input = input
  }

  next(): Token {
    this.skip()
    this.from = this.at
    if (this.failed !== undefined) return this.error(this.failed)
    if (this.isBraceOpen) return this.insideBraces()
    return this.isDuration ? this.duration() : this.statement()
  }

  private skip(): void {
    for (;;) {
      while (space.test(this.peek())) this.at++
      if (this.peek() !== '#' || this.isDuration) return
      while (this.at < this.input.length && !/[\r\n]/.test(this.peek())) this.at++
    }
  }

  private peek(): string {
    return this.input.charAt(this.at)
  }

  private take(): string {
    const code = this.input.codePointAt(this.at)
    if (code === undefined) return ''
    const char = String.fromCodePoint(code)
    this.at += char.length
    return char
  }

  private accept(valid: string): boolean {
    const char = this.peek()
    if (char === '' || !valid.includes(char)) return false
    this.at++
    return true
  }

  private emit(kind: TokenKind): Token {
    const text = this.input.slice(this.from, this.at)
    return { kind, text, word: kind === 'string' ? '' : text.toLowerCase(), from: this.from, to: this.at }
  }

  private error(message: string, from = this.from): Token {
    this.failed = message
    return { kind: 'error', text: message, word: '', from, to: this.input.length }
  }

  private operator(...continuations: string[]): Token {
    this.at++
    for (const continuation of continuations) if (this.accept(continuation)) break
    return this.emit('operator')
  }

  private statement(): Token {
    const char = this.peek()
    if (char === '') return this.end()
    if (digit.test(char) || (char === '.' && digit.test(this.input.charAt(this.at + 1)))) return this.numberOrDuration()
    if (alpha.test(char) || char === ':') return this.isBracketOpen ? this.colon(char) : this.word()
    switch (char) {
      case ',': return this.punctuation()
      case '*': case '/': case '%': case '+': case '-': case '^': case '@': return this.operator()
      case '=':
        if (this.input.charAt(this.at + 1) === '~') return this.error(`unexpected character after '=': ${quoteRune('~')}`)
        return this.operator('=')
      case '!': {
        this.at++
        const after = this.take()
        return after === '=' ? this.emit('operator') : this.error(`unexpected character after '!': ${quoteRune(after)}`)
      }
      case '<': case '>': return this.operator('=')
      case '"': case "'": return this.string(char)
      case '`': return this.rawString()
      case '(': case ')': return this.paren(char)
      case '{':
        this.isBraceOpen = true
        return this.punctuation()
      case '[': return this.openBracket()
      case ']':
        if (!this.isBracketOpen) return this.error(`unexpected right bracket ${quoteRune(char)}`)
        this.isBracketOpen = false
        return this.punctuation()
      default: return this.error(`unexpected character: ${quoteRune(this.take())}`)
    }
  }

  private end(): Token {
    if (this.parenDepth !== 0) return this.error('unclosed left parenthesis')
    if (this.isBracketOpen) return this.error('unclosed left bracket')
    return { kind: 'end', text: '', word: '', from: this.at, to: this.at }
  }

  private punctuation(): Token {
    this.at++
    return this.emit('punctuation')
  }

  private paren(char: string): Token {
    this.parenDepth += char === '(' ? 1 : -1
    const token = this.punctuation()
    return this.parenDepth < 0 ? this.error(`unexpected right parenthesis ${quoteRune(char)}`, this.at) : token
  }

  private openBracket(): Token {
    if (this.isBracketOpen) return this.error(`unexpected left bracket ${quoteRune('[')}`)
    this.hasColon = false
    this.isBracketOpen = true
    this.isDuration = true
    return this.punctuation()
  }

  private colon(char: string): Token {
    if (char !== ':') return this.error(`unexpected character: ${quoteRune(char)}, expected ${quoteRune(':')}`)
    if (this.hasColon) return this.error(`unexpected colon ${quoteRune(':')}`)
    this.hasColon = true
    return this.punctuation()
  }

  /** What may stand right after a bracket, before the first number. */
  private duration(): Token {
    const char = this.peek()
    if (char === '') return this.error('unexpected end of input in duration expression')
    if (digit.test(char) || (char === '.' && digit.test(this.input.charAt(this.at + 1)))) {
      this.hasDuration = true
      this.isDuration = false
      return this.numberOrDuration()
    }
    if (char === ']') {
      this.isDuration = false
      this.isBracketOpen = false
      return this.punctuation()
    }
    if (char === ':') {
      const token = this.punctuation()
      if (!this.hasDuration) return this.error('unexpected colon before duration in duration expression', this.at)
      if (this.hasColon) return this.error('unexpected repeated colon in duration expression', this.at)
      this.hasColon = true
      return token
    }
    if (char === '(' || char === ')') return this.paren(char)
    if (char === ',') return this.punctuation()
    return '+-*/%^'.includes(char) ? this.operator() : this.error(`unexpected character in duration expression: ${quoteRune(this.take())}`)
  }

  private word(): Token {
    while (alphaNumeric.test(this.peek()) || this.peek() === ':') this.at++
    const word = this.input.slice(this.from, this.at).toLowerCase()
    if (word === 'inf' || word === 'nan') return this.emit('number')
    if (aggregators.has(word)) return this.emit('aggregator')
    if (wordOperators.has(word)) return this.emit('operator')
    if (keywords.has(word)) return this.emit('keyword')
    if (preprocessors.has(word)) return this.emit('preprocessor')
    return this.emit(word.includes(':') ? 'metric' : 'identifier')
  }

  private insideBraces(): Token {
    const char = this.take()
    if (char === '') return this.error('unexpected end of input inside braces')
    if (alpha.test(char)) {
      while (alphaNumeric.test(this.peek())) this.at++
      return this.emit('identifier')
    }
    this.at -= char.length
    switch (char) {
      case ',': return this.punctuation()
      case '"': case "'": return this.string(char)
      case '`': return this.rawString()
      case '=': return this.operator('~')
      case '!': {
        this.at++
        const after = this.take()
        return after === '~' || after === '=' ? this.emit('operator') : this.error(`unexpected character after '!' inside braces: ${quoteRune(after)}`)
      }
      case '{': return this.error(`unexpected left brace ${quoteRune(char)}`)
      case '}':
        this.isBraceOpen = false
        return this.punctuation()
      default: return this.error(`unexpected character inside braces: ${quoteRune(char)}`)
    }
  }

  private string(quote: string): Token {
    this.at++
    for (;;) {
      const char = this.take()
      if (char === '' || char === '\n') return this.error('unterminated quoted string')
      if (char === quote) return this.emit('string')
      if (char !== '\\') continue
      const failure = this.escape(quote)
      if (failure !== undefined) return this.error(failure)
    }
  }

  private escape(quote: string): string | undefined {
    const char = this.take()
    if (char === '') return 'escape sequence not terminated'
    if ('abfnrtv\\'.includes(char) || char === quote) return undefined
    const length = char === 'x' ? 2 : char === 'u' ? 4 : char === 'U' ? 8 : /[0-7]/.test(char) ? 3 : 0
    if (length === 0) return `unknown escape sequence ${codePointText(char)}`
    if (length === 3) this.at--
    const from = this.at
    const isDigit = length === 3 ? /[0-7]/ : /[0-9a-fA-F]/
    for (let i = 0; i < length; i++) {
      const next = this.take()
      if (next === '') return 'escape sequence not terminated'
      if (!isDigit.test(next)) return `illegal character ${codePointText(next)} in escape sequence`
    }
    const value = Number.parseInt(this.input.slice(from, this.at), length === 3 ? 8 : 16)
    const isValid = value <= (length < 4 ? 255 : 0x10ffff) && (value < 0xd800 || value >= 0xe000)
    return isValid ? undefined : 'escape sequence is an invalid Unicode code point'
  }

  private rawString(): Token {
    const end = this.input.indexOf('`', this.at + 1)
    if (end < 0) return this.error('unterminated raw string')
    this.at = end + 1
    return this.emit('string')
  }

  private numberOrDuration(): Token {
    if (this.scanNumber()) return this.emit('number')
    if (this.acceptDuration()) return this.emit('duration')
    return this.error(`bad number or duration syntax: ${goQuote(this.input.slice(this.from, this.at))}`)
  }

  /** Goes on after the digits of a duration: `30m`, `s`. A character that may not follow is read, for the message. */
  private acceptDuration(): boolean {
    if (!this.accept('smhdwy')) return false
    this.accept('s')
    while (this.accept('0123456789')) {
      while (this.accept('0123456789'));
      if (!this.accept('smhdw')) return false
      this.accept('s')
    }
    if (!alphaNumeric.test(this.peek())) return true
    this.at++
    return false
  }

  private scanNumber(): boolean {
    const isHex = this.accept('0') && this.accept('xX')
    if (isHex) this.accept('_')
    const digits = isHex ? '0123456789abcdefABCDEF' : '0123456789'
    const state = { hasDot: this.accept('.'), hasExponent: false }
    if (state.hasDot && isHex) return false
    while (this.peek() !== '' && `${digits}._eE`.includes(this.peek())) if (!this.scanPart(digits, isHex, state)) return false
    return !alphaNumeric.test(this.peek())
  }

  private scanPart(digits: string, isHex: boolean, state: { hasDot: boolean; hasExponent: boolean }): boolean {
    if (this.accept('.')) {
      if (state.hasDot) return false
      state.hasDot = true
      return !this.accept('_.') && !isHex
    }
    if (!isHex && this.accept('eE')) {
      if (state.hasExponent) return false
      state.hasExponent = true
      this.accept('+-')
      return !this.accept('._eE') && this.peek() !== ''
    }
    if (this.accept('_')) return !this.accept('._eE') && this.peek() !== ''
    while (this.accept(digits));
    return true
  }
}

/** A character as `U+0041 'A'`. */
function codePointText(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${char}'`
}
