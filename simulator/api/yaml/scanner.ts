/**
 * Splits YAML 1.1 text into tokens, one at a time, with the errors that kubectl and the API server print.
 * Models the libyaml scanner as go.yaml.in/yaml v2.4 has it (used by Kubernetes v1.35).
 */

/** A place in the text. Lines and columns count from 0. */
export interface Mark { readonly index: number; readonly line: number; readonly column: number }

export type TokenKind = 'streamEnd' | 'version' | 'tagDirective' | 'documentStart' | 'documentEnd' | 'blockSequence' | 'blockMapping' | 'blockEnd'
  | '[' | ']' | '{' | '}' | ',' | '-' | '?' | ':' | 'alias' | 'anchor' | 'tag' | 'scalar'

export interface Token {
  readonly kind: TokenKind
  readonly start: Mark
  readonly end: Mark
  /** Text of a scalar, name of an anchor, handle of a tag. */
  readonly value: string
  /** Rest of a tag, prefix of a tag directive. */
  readonly suffix: string
  readonly isPlain: boolean
}

/** A fault in the text. `message` is complete, as go-yaml prints it after `yaml: `. */
export class YamlFailure extends Error {
  override readonly name = 'YamlFailure'
}

/** The scanner counts the line of an error from 1, but only if it is not the first one; so does go-yaml. */
export function scannerFailure(problem: string, at: Mark, context: Mark): YamlFailure {
  const line = at.line !== 0 ? at.line + 1 : context.line
  return new YamlFailure(line === 0 ? problem : `line ${line}: ${problem}`)
}

/** Errors of the parser name the line before the one where the problem is. */
export function parserFailure(problem: string, at: Mark, context?: Mark): YamlFailure {
  const line = at.line !== 0 ? at.line : (context?.line ?? 0)
  return new YamlFailure(line === 0 ? problem : `line ${line}: ${problem}`)
}

interface SimpleKey { isPossible: boolean; isRequired: boolean; tokenNumber: number; mark: Mark }

const escapes: { readonly [char: string]: string } = {
  '0': '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1B', ' ': ' ', '"': '"', "'": "'", '\\': '\\',
  N: '\x85', _: '\xA0', L: '\u2028', P: '\u2029',
}
const codeLengths: { readonly [char: string]: number } = { x: 2, u: 4, U: 8 }
const breaks = '\n\r\x85\u2028\u2029'
const simpleKeyLengthMax = 1024

/** Pull scanner: `peek` and `next` read no further than they must, so that errors come in the order of the text. */
export class Scanner {
  readonly #text: string
  readonly #depthMax: number
  #index = 0
  #line = 0
  #column = 0
  #tokens: Token[] = []
  #tokensTaken = 0
  #indent = -1
  #indents: number[] = []
  #flowLevel = 0
  #simpleKeyAllowed = true
  #simpleKeys: SimpleKey[] = []
  #isEnded = false

  constructor(text: string, depthMax: number) {
    this.#text = text
    this.#depthMax = depthMax
    this.#simpleKeys.push(this.#newSimpleKey(false, false))
    if (text.startsWith('\uFEFF')) this.#index = 1
  }

  /** The next token, left where it is. */
  peek(): Token {
    while (this.#needsMore()) this.#fetch()
    return this.#tokens[0]!
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek()
    this.#tokens.shift()
    this.#tokensTaken++
    return token
  }

  #needsMore(): boolean {
    if (this.#tokens.length === 0) return true
    return this.#simpleKeys.some((key) => key.isPossible && key.tokenNumber === this.#tokensTaken && this.#isValid(key))
  }

  // ---- characters --------------------------------------------------------------------------------------------------

  #at(offset = 0): string {
    return this.#text[this.#index + offset] ?? ''
  }

  #isBreak(offset = 0): boolean {
    const char = this.#at(offset)
    return char !== '' && breaks.includes(char)
  }

  #isBlank(offset = 0): boolean {
    const char = this.#at(offset)
    return char === ' ' || char === '\t'
  }

  #isBlankOrEnd(offset = 0): boolean {
    return this.#at(offset) === '' || this.#isBlank(offset) || this.#isBreak(offset)
  }

  #mark(): Mark {
    return { index: this.#index, line: this.#line, column: this.#column }
  }

  #skip(count = 1): void {
    this.#index += count
    this.#column += count
  }

  #read(): string {
    const char = this.#at()
    // The second half of a surrogate pair does not count as a column of its own.
    const isPair = char >= '\uD800' && char <= '\uDBFF'
    const text = isPair ? char + this.#at(1) : char
    this.#index += text.length
    this.#column++
    return text
  }

  /** Takes a line break and gives it as the scalar has it. */
  #readLine(): string {
    const char = this.#at()
    this.#index += char === '\r' && this.#at(1) === '\n' ? 2 : 1
    this.#column = 0
    this.#line++
    return char === '\u2028' || char === '\u2029' ? char : '\n'
  }

  #failure(problem: string, context: Mark): YamlFailure {
    return scannerFailure(problem, this.#mark(), context)
  }

  #isDocumentIndicator(): boolean {
    if (this.#column !== 0 || !this.#isBlankOrEnd(3)) return false
    return this.#text.startsWith('---', this.#index) || this.#text.startsWith('...', this.#index)
  }

  // ---- simple keys and indentation ---------------------------------------------------------------------------------

  #newSimpleKey(isPossible: boolean, isRequired: boolean): SimpleKey {
    return { isPossible, isRequired, tokenNumber: this.#tokensTaken + this.#tokens.length, mark: this.#mark() }
  }

  /** A simple key must end on its line and within 1024 characters. */
  #isValid(key: SimpleKey): boolean {
    if (!key.isPossible) return false
    if (key.mark.line >= this.#line && key.mark.index + simpleKeyLengthMax >= this.#index) return true
    if (key.isRequired) throw this.#failure("could not find expected ':'", key.mark)
    key.isPossible = false
    return false
  }

  #saveSimpleKey(): void {
    const isRequired = this.#flowLevel === 0 && this.#indent === this.#column
    if (!this.#simpleKeyAllowed) return
    const key = this.#newSimpleKey(true, isRequired)
    this.#removeSimpleKey()
    this.#simpleKeys[this.#simpleKeys.length - 1] = key
  }

  #removeSimpleKey(): void {
    const key = this.#simpleKeys[this.#simpleKeys.length - 1]!
    if (key.isPossible && key.isRequired) throw this.#failure("could not find expected ':'", key.mark)
    key.isPossible = false
  }

  #checkDepth(): void {
    if (this.#flowLevel + this.#indents.length <= this.#depthMax) return
    throw this.#failure(`exceeded max depth of ${this.#depthMax}`, this.#mark())
  }

  #rollIndent(column: number, tokenNumber: number, kind: TokenKind, mark: Mark): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return
    this.#indents.push(this.#indent)
    this.#indent = column
    this.#checkDepth()
    this.#insert(tokenNumber, this.#token(kind, mark, mark))
  }

  #unrollIndent(column: number): void {
    if (this.#flowLevel > 0) return
    while (this.#indent > column) {
      this.#tokens.push(this.#token('blockEnd', this.#mark(), this.#mark()))
      this.#indent = this.#indents.pop()!
    }
  }

  #token(kind: TokenKind, start: Mark, end: Mark, value = '', suffix = '', isPlain = false): Token {
    return { kind, start, end, value, suffix, isPlain }
  }

  /** Puts a token where the numbered one stands; -1 is the end. */
  #insert(tokenNumber: number, token: Token): void {
    if (tokenNumber < 0) this.#tokens.push(token)
    else this.#tokens.splice(tokenNumber - this.#tokensTaken, 0, token)
  }

  #pushIndicator(kind: TokenKind, length: number): void {
    const start = this.#mark()
    this.#skip(length)
    this.#tokens.push(this.#token(kind, start, this.#mark()))
  }

  // ---- tokens ------------------------------------------------------------------------------------------------------

  #fetch(): void {
    this.#skipToNextToken()
    this.#unrollIndent(this.#column)
    const char = this.#at()
    if (char === '') return this.#fetchStreamEnd()
    if (this.#column === 0 && char === '%') return this.#fetchDirective()
    if (this.#isDocumentIndicator()) return this.#fetchDocumentIndicator(char === '-' ? 'documentStart' : 'documentEnd')
    if (char === '[' || char === '{') return this.#fetchFlowStart(char)
    if (char === ']' || char === '}') return this.#fetchFlowEnd(char)
    if (char === ',') return this.#fetchFlowEntry()
    if (char === '-' && this.#isBlankOrEnd(1)) return this.#fetchBlockEntry()
    if (char === '?' && (this.#flowLevel > 0 || this.#isBlankOrEnd(1))) return this.#fetchKey()
    if (char === ':' && (this.#flowLevel > 0 || this.#isBlankOrEnd(1))) return this.#fetchValue()
    if (char === '*' || char === '&' || char === '!') return this.#fetchProperty(char)
    if ((char === '|' || char === '>') && this.#flowLevel === 0) return this.#fetchBlockScalar(char === '|')
    if (char === "'" || char === '"') return this.#fetchScalar(() => this.#scanQuoted(char))
    if (this.#canStartPlain(char)) return this.#fetchScalar(() => this.#scanPlain())
    throw this.#failure('found character that cannot start any token', this.#mark())
  }

  #canStartPlain(char: string): boolean {
    if (!this.#isBlankOrEnd() && !'-?:,[]{}#&*!|>\'"%@`'.includes(char)) return true
    if (char === '-') return !this.#isBlank(1)
    return this.#flowLevel === 0 && (char === '?' || char === ':') && !this.#isBlankOrEnd(1)
  }

  #skipToNextToken(): void {
    for (;;) {
      if (this.#column === 0 && this.#at() === '\uFEFF') this.#skip()
      while (this.#at() === ' ' || ((this.#flowLevel > 0 || !this.#simpleKeyAllowed) && this.#at() === '\t')) this.#skip()
      if (this.#at() === '#') this.#skipComment()
      if (!this.#isBreak()) return
      this.#readLine()
      if (this.#flowLevel === 0) this.#simpleKeyAllowed = true
    }
  }

  #skipComment(): void {
    while (this.#at() !== '' && !this.#isBreak()) this.#skip()
  }

  #fetchStreamEnd(): void {
    if (this.#column !== 0) {
      this.#column = 0
      this.#line++
    }
    this.#unrollIndent(-1)
    if (!this.#isEnded) this.#removeSimpleKey()
    this.#isEnded = true
    this.#simpleKeyAllowed = false
    this.#tokens.push(this.#token('streamEnd', this.#mark(), this.#mark()))
  }

  #fetchDocumentIndicator(kind: TokenKind): void {
    this.#unrollIndent(-1)
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = false
    this.#pushIndicator(kind, 3)
  }

  #fetchFlowStart(kind: '[' | '{'): void {
    this.#saveSimpleKey()
    this.#simpleKeys.push(this.#newSimpleKey(false, false))
    this.#flowLevel++
    this.#checkDepth()
    this.#simpleKeyAllowed = true
    this.#pushIndicator(kind, 1)
  }

  #fetchFlowEnd(kind: ']' | '}'): void {
    this.#removeSimpleKey()
    if (this.#flowLevel > 0) {
      this.#flowLevel--
      this.#simpleKeys.pop()
    }
    this.#simpleKeyAllowed = false
    this.#pushIndicator(kind, 1)
  }

  #fetchFlowEntry(): void {
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    this.#pushIndicator(',', 1)
  }

  #fetchBlockEntry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) throw this.#failure('block sequence entries are not allowed in this context', this.#mark())
      this.#rollIndent(this.#column, -1, 'blockSequence', this.#mark())
    }
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    this.#pushIndicator('-', 1)
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) throw this.#failure('mapping keys are not allowed in this context', this.#mark())
      this.#rollIndent(this.#column, -1, 'blockMapping', this.#mark())
    }
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = this.#flowLevel === 0
    this.#pushIndicator('?', 1)
  }

  #fetchValue(): void {
    const key = this.#simpleKeys[this.#simpleKeys.length - 1]!
    if (this.#isValid(key)) {
      this.#insert(key.tokenNumber, this.#token('?', key.mark, key.mark))
      this.#rollIndent(key.mark.column, key.tokenNumber, 'blockMapping', key.mark)
      key.isPossible = false
      this.#simpleKeyAllowed = false
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#simpleKeyAllowed) throw this.#failure('mapping values are not allowed in this context', this.#mark())
        this.#rollIndent(this.#column, -1, 'blockMapping', this.#mark())
      }
      this.#simpleKeyAllowed = this.#flowLevel === 0
    }
    this.#pushIndicator(':', 1)
  }

  #fetchScalar(scanScalar: () => Token): void {
    this.#saveSimpleKey()
    this.#simpleKeyAllowed = false
    this.#tokens.push(scanScalar())
  }

  #fetchBlockScalar(isLiteral: boolean): void {
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    this.#tokens.push(this.#scanBlockScalar(isLiteral))
  }

  // ---- anchors, tags, directives -----------------------------------------------------------------------------------

  #word(): string {
    const start = this.#index
    while (/[0-9A-Za-z_-]/.test(this.#at())) this.#skip()
    return this.#text.slice(start, this.#index)
  }

  #fetchProperty(char: '*' | '&' | '!'): void {
    this.#saveSimpleKey()
    this.#simpleKeyAllowed = false
    if (char === '!') {
      this.#tokens.push(this.#scanTag())
      return
    }
    const start = this.#mark()
    this.#skip()
    const name = this.#word()
    if (name === '' || !(this.#isBlankOrEnd() || '?:,]}%@`'.includes(this.#at()))) throw this.#failure('did not find expected alphabetic or numeric character', start)
    this.#tokens.push(this.#token(char === '*' ? 'alias' : 'anchor', start, this.#mark(), name))
  }

  #scanTag(): Token {
    const start = this.#mark()
    let handle = ''
    let suffix = ''
    if (this.#at(1) === '<') {
      this.#skip(2)
      suffix = this.#scanUri('', start)
      if (this.#at() !== '>') throw this.#failure("did not find the expected '>'", start)
      this.#skip()
    } else {
      handle = this.#scanTagHandle(false, start)
      if (handle.length > 1 && handle.endsWith('!')) {
        suffix = this.#scanUri('', start)
      } else {
        suffix = this.#scanUri(handle, start)
        handle = suffix === '' ? '' : '!'
        suffix = suffix === '' ? '!' : suffix
      }
    }
    if (!this.#isBlankOrEnd()) throw this.#failure('did not find expected whitespace or line break', start)
    return this.#token('tag', start, this.#mark(), handle, suffix)
  }

  #scanTagHandle(isDirective: boolean, start: Mark): string {
    if (this.#at() !== '!') throw this.#failure("did not find expected '!'", start)
    this.#skip()
    const handle = `!${this.#word()}`
    if (this.#at() === '!') {
      this.#skip()
      return `${handle}!`
    }
    if (isDirective && handle !== '!') throw this.#failure("did not find expected '!'", start)
    return handle
  }

  #scanUri(head: string, start: Mark): string {
    const begin = this.#index
    while (this.#at() !== '' && /[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]%]/.test(this.#at())) this.#skip()
    const uri = this.#text.slice(begin, this.#index)
    if (uri === '' && head === '') throw this.#failure('did not find expected tag URI', start)
    const whole = head.slice(1) + uri
    if (/%(?![0-9A-Fa-f]{2})/.test(whole)) throw this.#failure('did not find URI escaped octet', start)
    return decodeOctets(whole)
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1)
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = false
    const start = this.#mark()
    this.#skip()
    const name = this.#word()
    if (name === '') throw this.#failure('could not find expected directive name', start)
    if (!this.#isBlankOrEnd()) throw this.#failure('found unexpected non-alphabetical character', start)
    if (name !== 'YAML' && name !== 'TAG') throw this.#failure('found unknown directive name', start)
    while (this.#isBlank()) this.#skip()
    const [value, suffix] = name === 'YAML' ? [this.#scanVersion(start), ''] : this.#scanTagDirective(start)
    const token = this.#token(name === 'YAML' ? 'version' : 'tagDirective', start, this.#mark(), value, suffix)
    this.#finishLine(start)
    this.#tokens.push(token)
  }

  #scanVersion(start: Mark): string {
    const match = /^([0-9]*)(\.?)([0-9]*)/.exec(this.#text.slice(this.#index, this.#index + 8))!
    const [all, major, dot, minor] = match
    this.#skip(all.length)
    if (major!.length > 2 || minor!.length > 2) throw this.#failure('found extremely long version number', start)
    if (major === '' || (dot !== '' && minor === '')) throw this.#failure('did not find expected version number', start)
    if (dot === '') throw this.#failure("did not find expected digit or '.' character", start)
    return all
  }

  #scanTagDirective(start: Mark): [string, string] {
    const handle = this.#scanTagHandle(true, start)
    if (!this.#isBlank()) throw this.#failure('did not find expected whitespace', start)
    while (this.#isBlank()) this.#skip()
    const prefix = this.#scanUri('', start)
    if (!this.#isBlankOrEnd()) throw this.#failure('did not find expected whitespace or line break', start)
    return [handle, prefix]
  }

  #finishLine(start: Mark): void {
    while (this.#isBlank()) this.#skip()
    if (this.#at() === '#') this.#skipComment()
    if (this.#at() !== '' && !this.#isBreak()) throw this.#failure('did not find expected comment or line break', start)
    if (this.#isBreak()) this.#readLine()
  }

  // ---- scalars -----------------------------------------------------------------------------------------------------

  #scanBlockScalar(isLiteral: boolean): Token {
    const start = this.#mark()
    this.#skip()
    const header = /^(?:([+-])([0-9]?)|([0-9])([+-]?))?/.exec(this.#text.slice(this.#index, this.#index + 2))!
    const digit = header[2] ?? header[3] ?? ''
    const chomping = header[1] ?? header[4] ?? ''
    if (digit === '0') {
      this.#skip(header[3] === undefined ? 1 : 0)
      throw this.#failure('found an indentation indicator equal to 0', start)
    }
    this.#skip(header[0].length)
    this.#finishLine(start)
    const given = digit === '' ? 0 : Math.max(this.#indent, 0) + Number(digit)
    const first = this.#scanBlockBreaks(given, start)
    const indent = first.indent
    let trailing = first.text
    let value = ''
    let leadingBreak = ''
    let wasBlank = false
    while (this.#column === indent && this.#at() !== '') {
      const isBlank = this.#isBlank()
      if (!isLiteral && !wasBlank && !isBlank && leadingBreak.startsWith('\n')) value += trailing === '' ? ' ' : ''
      else value += leadingBreak
      value += trailing
      wasBlank = isBlank
      const begin = this.#index
      while (this.#at() !== '' && !this.#isBreak()) this.#skip()
      value += this.#text.slice(begin, this.#index)
      leadingBreak = this.#isBreak() ? this.#readLine() : ''
      trailing = this.#scanBlockBreaks(indent, start).text
    }
    if (chomping !== '-') value += leadingBreak
    if (chomping === '+') value += trailing
    return this.#token('scalar', start, this.#mark(), value)
  }

  /** Skips indentation and empty lines; with indent 0 it finds the indentation of the scalar. */
  #scanBlockBreaks(given: number, start: Mark): { indent: number; text: string } {
    let text = ''
    let deepest = 0
    for (;;) {
      while ((given === 0 || this.#column < given) && this.#at() === ' ') this.#skip()
      deepest = Math.max(deepest, this.#column)
      if ((given === 0 || this.#column < given) && this.#at() === '\t') throw this.#failure('found a tab character where an indentation space is expected', start)
      if (!this.#isBreak()) break
      text += this.#readLine()
    }
    return { indent: given === 0 ? Math.max(deepest, this.#indent + 1, 1) : given, text }
  }

  #scanQuoted(quote: string): Token {
    const start = this.#mark()
    this.#skip()
    let value = ''
    for (;;) {
      if (this.#isDocumentIndicator()) throw this.#failure('found unexpected document indicator', start)
      if (this.#at() === '') throw this.#failure('found unexpected end of stream', start)
      const { text, endsLine } = this.#scanQuotedWord(quote, start)
      value += text
      if (this.#at() === quote) break
      value += this.#scanFolding(endsLine).text
    }
    this.#skip()
    return this.#token('scalar', start, this.#mark(), value)
  }

  /** Characters up to the next white space or the closing quote. `endsLine` tells of an escaped line break. */
  #scanQuotedWord(quote: string, start: Mark): { text: string; endsLine: boolean } {
    let text = ''
    while (!this.#isBlankOrEnd()) {
      const char = this.#at()
      if (quote === "'" && char === "'" && this.#at(1) === "'") {
        this.#skip(2)
        text += "'"
      } else if (char === quote) {
        break
      } else if (quote === '"' && char === '\\') {
        if (this.#isBreak(1)) {
          this.#skip()
          this.#readLine()
          return { text, endsLine: true }
        }
        text += this.#scanEscape(start)
      } else {
        text += this.#read()
      }
    }
    return { text, endsLine: false }
  }

  #scanEscape(start: Mark): string {
    const kind = this.#at(1)
    const plain = kind === '' || !Object.hasOwn(escapes, kind) ? undefined : escapes[kind]
    const length = kind === '' || !Object.hasOwn(codeLengths, kind) ? 0 : codeLengths[kind]!
    if (plain === undefined && length === 0) throw this.#failure('found unknown escape character', start)
    this.#skip(2)
    if (plain !== undefined) return plain
    const digits = this.#text.slice(this.#index, this.#index + length)
    if (digits.length < length || !/^[0-9A-Fa-f]+$/.test(digits)) throw this.#failure('did not find expected hexdecimal number', start)
    const code = Number.parseInt(digits, 16)
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) throw this.#failure('found invalid Unicode character escape code', start)
    this.#skip(length)
    return String.fromCodePoint(code)
  }

  /** White space inside of a scalar: kept within a line, folded over line breaks. */
  #scanFolding(endsLine: boolean, tabColumnMin = -1, start?: Mark): { text: string; hasBreak: boolean } {
    let blanks = ''
    let leading = ''
    let trailing = ''
    let hasBreak = endsLine
    while (this.#isBlank() || this.#isBreak()) {
      if (this.#isBlank()) {
        if (hasBreak && this.#column < tabColumnMin && this.#at() === '\t') throw this.#failure('found a tab character that violates indentation', start!)
        if (hasBreak) this.#skip()
        else blanks += this.#read()
      } else if (hasBreak) {
        trailing += this.#readLine()
      } else {
        leading = this.#readLine()
        hasBreak = true
      }
    }
    if (!hasBreak) return { text: blanks, hasBreak }
    return { text: leading.startsWith('\n') ? (trailing === '' ? ' ' : trailing) : leading + trailing, hasBreak }
  }

  #scanPlain(): Token {
    const start = this.#mark()
    const indent = this.#indent + 1
    let end = start
    let value = ''
    let space = ''
    let hasBreak = false
    for (;;) {
      if (this.#isDocumentIndicator() || this.#at() === '#') break
      while (!this.#isBlankOrEnd() && !this.#endsPlain()) {
        value += space + this.#read()
        space = ''
        hasBreak = false
        end = this.#mark()
      }
      if (!this.#isBlank() && !this.#isBreak()) break
      const folded = this.#scanFolding(false, indent, start)
      space = folded.text
      hasBreak = folded.hasBreak
      if (this.#flowLevel === 0 && this.#column < indent) break
    }
    if (hasBreak) this.#simpleKeyAllowed = true
    return this.#token('scalar', start, end, value, '', true)
  }

  #endsPlain(): boolean {
    const char = this.#at()
    return (char === ':' && this.#isBlankOrEnd(1)) || (this.#flowLevel > 0 && ',?[]{}'.includes(char))
  }
}

/** Percent escapes as UTF-8 octets. Octets that form no character stay as they are. */
function decodeOctets(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (octets) => {
    try {
      return decodeURIComponent(octets)
    } catch {
      return octets
    }
  })
}
