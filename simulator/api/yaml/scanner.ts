/**
 * Splits YAML 1.1 text into tokens, one at a time, with the errors that kubectl and the API server print.
 * Models the libyaml scanner as go.yaml.in/yaml v2.4 has it (used by Kubernetes v1.35).
 */

import { CharReader, decodeOctets } from './characters.ts'
import type { Mark } from './characters.ts'
import { finishLine, ScalarScanner, skipComment } from './scalars.ts'
import type { ScalarToken } from './scalars.ts'

/** What a token is; marks of the text stand for themselves. */
export type TokenKind = 'streamEnd' | 'version' | 'tagDirective' | 'documentStart' | 'documentEnd' | 'blockSequence' | 'blockMapping' | 'blockEnd'
  | '[' | ']' | '{' | '}' | ',' | '-' | '?' | ':' | 'alias' | 'anchor' | 'tag' | 'scalar'

/** A token and where it stands. */
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

interface SimpleKey { isPossible: boolean; isRequired: boolean; tokenNumber: number; mark: Mark }

const simpleKeyLengthMax = 1024

/** Pull scanner: `peek` and `next` read no further than they must, so that errors come in the order of the text. */
export class Scanner {
  readonly #in: CharReader
  readonly #depthMax: number
  #tokens: Token[] = []
  #tokensTaken = 0
  #indent = -1
  #indents: number[] = []
  #flowLevel = 0
  #simpleKeyAllowed = true
  #simpleKeys: SimpleKey[] = []
  /** Keys that may still turn out to be such, by the number of their token. As upstream, a closing bracket forgets the key of its opening one. */
  readonly #keysByToken = new Map<number, SimpleKey>()
  #isEnded = false

  constructor(text: string, depthMax: number) {
    this.#in = new CharReader(text)
    this.#depthMax = depthMax
    this.#simpleKeys.push(this.#newSimpleKey(false, false))
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
    const key = this.#keysByToken.get(this.#tokensTaken)
    return key !== undefined && this.#isValid(key)
  }

  // ---- simple keys and indentation ---------------------------------------------------------------------------------

  #newSimpleKey(isPossible: boolean, isRequired: boolean): SimpleKey {
    return { isPossible, isRequired, tokenNumber: this.#tokensTaken + this.#tokens.length, mark: this.#in.mark() }
  }

  /** A simple key must end on its line and within 1024 characters. */
  #isValid(key: SimpleKey): boolean {
    if (!key.isPossible) return false
    if (key.mark.line >= this.#in.line && key.mark.index + simpleKeyLengthMax >= this.#in.index) return true
    if (key.isRequired) throw this.#in.failure("could not find expected ':'", key.mark)
    key.isPossible = false
    return false
  }

  #saveSimpleKey(): void {
    const isRequired = this.#flowLevel === 0 && this.#indent === this.#in.column
    if (!this.#simpleKeyAllowed) return
    const key = this.#newSimpleKey(true, isRequired)
    this.#removeSimpleKey()
    this.#simpleKeys[this.#simpleKeys.length - 1] = key
    this.#keysByToken.set(key.tokenNumber, key)
  }

  #removeSimpleKey(): void {
    const key = this.#simpleKeys[this.#simpleKeys.length - 1]!
    if (key.isPossible && key.isRequired) throw this.#in.failure("could not find expected ':'", key.mark)
    if (key.isPossible) this.#keysByToken.delete(key.tokenNumber)
    key.isPossible = false
  }

  #checkDepth(): void {
    if (this.#flowLevel + this.#indents.length <= this.#depthMax) return
    throw this.#in.failure(`exceeded max depth of ${this.#depthMax}`, this.#in.mark())
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
      this.#tokens.push(this.#token('blockEnd', this.#in.mark(), this.#in.mark()))
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
    const start = this.#in.mark()
    this.#in.skip(length)
    this.#tokens.push(this.#token(kind, start, this.#in.mark()))
  }

  // ---- tokens ------------------------------------------------------------------------------------------------------

  #fetch(): void {
    this.#skipToNextToken()
    this.#unrollIndent(this.#in.column)
    const char = this.#in.at()
    if (char === '') return this.#fetchStreamEnd()
    if (this.#in.column === 0 && char === '%') return this.#fetchDirective()
    if (this.#in.isDocumentIndicator()) return this.#fetchDocumentIndicator(char === '-' ? 'documentStart' : 'documentEnd')
    if (char === '[' || char === '{') return this.#fetchFlowStart(char)
    if (char === ']' || char === '}') return this.#fetchFlowEnd(char)
    if (char === ',') return this.#fetchFlowEntry()
    if (char === '-' && this.#in.isBlankOrEnd(1)) return this.#fetchBlockEntry()
    if (char === '?' && (this.#flowLevel > 0 || this.#in.isBlankOrEnd(1))) return this.#fetchKey()
    if (char === ':' && (this.#flowLevel > 0 || this.#in.isBlankOrEnd(1))) return this.#fetchValue()
    if (char === '*' || char === '&' || char === '!') return this.#fetchProperty(char)
    if ((char === '|' || char === '>') && this.#flowLevel === 0) return this.#fetchBlockScalar(char === '|')
    if (char === "'" || char === '"') return this.#fetchScalar(() => this.#scalars().quoted(char))
    if (this.#canStartPlain(char)) return this.#fetchPlain()
    throw this.#in.failure('found character that cannot start any token', this.#in.mark())
  }

  #canStartPlain(char: string): boolean {
    if (!this.#in.isBlankOrEnd() && !'-?:,[]{}#&*!|>\'"%@`'.includes(char)) return true
    if (char === '-') return !this.#in.isBlank(1)
    return this.#flowLevel === 0 && (char === '?' || char === ':') && !this.#in.isBlankOrEnd(1)
  }

  #skipToNextToken(): void {
    for (;;) {
      if (this.#in.column === 0 && this.#in.at() === '\uFEFF') this.#in.skip()
      while (this.#in.at() === ' ' || ((this.#flowLevel > 0 || !this.#simpleKeyAllowed) && this.#in.at() === '\t')) this.#in.skip()
      if (this.#in.at() === '#') skipComment(this.#in)
      if (!this.#in.isBreak()) return
      this.#in.readLine()
      if (this.#flowLevel === 0) this.#simpleKeyAllowed = true
    }
  }

  #fetchStreamEnd(): void {
    if (this.#in.column !== 0) {
      this.#in.column = 0
      this.#in.line++
    }
    this.#unrollIndent(-1)
    if (!this.#isEnded) this.#removeSimpleKey()
    this.#isEnded = true
    this.#simpleKeyAllowed = false
    this.#tokens.push(this.#token('streamEnd', this.#in.mark(), this.#in.mark()))
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
      this.#keysByToken.delete(this.#simpleKeys.pop()!.tokenNumber)
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
      if (!this.#simpleKeyAllowed) throw this.#in.failure('block sequence entries are not allowed in this context', this.#in.mark())
      this.#rollIndent(this.#in.column, -1, 'blockSequence', this.#in.mark())
    }
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    this.#pushIndicator('-', 1)
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) throw this.#in.failure('mapping keys are not allowed in this context', this.#in.mark())
      this.#rollIndent(this.#in.column, -1, 'blockMapping', this.#in.mark())
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
      this.#keysByToken.delete(key.tokenNumber)
      this.#simpleKeyAllowed = false
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#simpleKeyAllowed) throw this.#in.failure('mapping values are not allowed in this context', this.#in.mark())
        this.#rollIndent(this.#in.column, -1, 'blockMapping', this.#in.mark())
      }
      this.#simpleKeyAllowed = this.#flowLevel === 0
    }
    this.#pushIndicator(':', 1)
  }

  #scalars(): ScalarScanner {
    return new ScalarScanner(this.#in, this.#indent, this.#flowLevel)
  }

  #pushScalar({ start, end, value, isPlain }: ScalarToken): void {
    this.#tokens.push(this.#token('scalar', start, end, value, '', isPlain))
  }

  #fetchScalar(scanScalar: () => ScalarToken): void {
    this.#saveSimpleKey()
    this.#simpleKeyAllowed = false
    this.#pushScalar(scanScalar())
  }

  #fetchPlain(): void {
    this.#saveSimpleKey()
    this.#simpleKeyAllowed = false
    const scalar = this.#scalars().plain()
    if (scalar.endsLine) this.#simpleKeyAllowed = true
    this.#pushScalar(scalar)
  }

  #fetchBlockScalar(isLiteral: boolean): void {
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = true
    this.#pushScalar(this.#scalars().block(isLiteral))
  }

  // ---- anchors, tags, directives -----------------------------------------------------------------------------------

  #word(): string {
    const start = this.#in.index
    while (/[0-9A-Za-z_-]/.test(this.#in.at())) this.#in.skip()
    return this.#in.text.slice(start, this.#in.index)
  }

  #fetchProperty(char: '*' | '&' | '!'): void {
    this.#saveSimpleKey()
    this.#simpleKeyAllowed = false
    if (char === '!') {
      this.#tokens.push(this.#scanTag())
      return
    }
    const start = this.#in.mark()
    this.#in.skip()
    const name = this.#word()
    if (name === '' || !(this.#in.isBlankOrEnd() || '?:,]}%@`'.includes(this.#in.at()))) throw this.#in.failure('did not find expected alphabetic or numeric character', start)
    this.#tokens.push(this.#token(char === '*' ? 'alias' : 'anchor', start, this.#in.mark(), name))
  }

  #scanTag(): Token {
    const start = this.#in.mark()
    let handle = ''
    let suffix = ''
    if (this.#in.at(1) === '<') {
      this.#in.skip(2)
      suffix = this.#scanUri('', start)
      if (this.#in.at() !== '>') throw this.#in.failure("did not find the expected '>'", start)
      this.#in.skip()
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
    if (!this.#in.isBlankOrEnd()) throw this.#in.failure('did not find expected whitespace or line break', start)
    return this.#token('tag', start, this.#in.mark(), handle, suffix)
  }

  #scanTagHandle(isDirective: boolean, start: Mark): string {
    if (this.#in.at() !== '!') throw this.#in.failure("did not find expected '!'", start)
    this.#in.skip()
    const handle = `!${this.#word()}`
    if (this.#in.at() === '!') {
      this.#in.skip()
      return `${handle}!`
    }
    if (isDirective && handle !== '!') throw this.#in.failure("did not find expected '!'", start)
    return handle
  }

  #scanUri(head: string, start: Mark): string {
    const begin = this.#in.index
    while (this.#in.at() !== '' && /[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]%]/.test(this.#in.at())) this.#in.skip()
    const uri = this.#in.text.slice(begin, this.#in.index)
    if (uri === '' && head === '') throw this.#in.failure('did not find expected tag URI', start)
    const whole = head.slice(1) + uri
    if (/%(?![0-9A-Fa-f]{2})/.test(whole)) throw this.#in.failure('did not find URI escaped octet', start)
    return decodeOctets(whole)
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1)
    this.#removeSimpleKey()
    this.#simpleKeyAllowed = false
    const start = this.#in.mark()
    this.#in.skip()
    const name = this.#word()
    if (name === '') throw this.#in.failure('could not find expected directive name', start)
    if (!this.#in.isBlankOrEnd()) throw this.#in.failure('found unexpected non-alphabetical character', start)
    if (name !== 'YAML' && name !== 'TAG') throw this.#in.failure('found unknown directive name', start)
    while (this.#in.isBlank()) this.#in.skip()
    const [value, suffix] = name === 'YAML' ? [this.#scanVersion(start), ''] : this.#scanTagDirective(start)
    const token = this.#token(name === 'YAML' ? 'version' : 'tagDirective', start, this.#in.mark(), value, suffix)
    finishLine(this.#in, start)
    this.#tokens.push(token)
  }

  #scanVersion(start: Mark): string {
    const match = /^([0-9]*)(\.?)([0-9]*)/.exec(this.#in.text.slice(this.#in.index, this.#in.index + 8))!
    const [all, major, dot, minor] = match
    this.#in.skip(all.length)
    if (major!.length > 2 || minor!.length > 2) throw this.#in.failure('found extremely long version number', start)
    if (major === '' || (dot !== '' && minor === '')) throw this.#in.failure('did not find expected version number', start)
    if (dot === '') throw this.#in.failure("did not find expected digit or '.' character", start)
    return all
  }

  #scanTagDirective(start: Mark): [string, string] {
    const handle = this.#scanTagHandle(true, start)
    if (!this.#in.isBlank()) throw this.#in.failure('did not find expected whitespace', start)
    while (this.#in.isBlank()) this.#in.skip()
    const prefix = this.#scanUri('', start)
    if (!this.#in.isBlankOrEnd()) throw this.#in.failure('did not find expected whitespace or line break', start)
    return [handle, prefix]
  }
}
