/** Scans YAML scalars: plain, quoted and block ones. Models the libyaml scanner (go.yaml.in/yaml v2.4). */

import type { CharReader, Mark } from './characters.ts'

/** A scalar with its place. */
export interface ScalarToken { readonly start: Mark; readonly end: Mark; readonly value: string; readonly isPlain: boolean }

const escapes: { readonly [char: string]: string } = {
  '0': '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1B', ' ': ' ', '"': '"', "'": "'", '\\': '\\',
  N: '\x85', _: '\xA0', L: '\u2028', P: '\u2029',
}
const codeLengths: { readonly [char: string]: number } = { x: 2, u: 4, U: 8 }

/** Passes a comment up to the end of its line. */
export function skipComment(reader: CharReader): void {
  while (reader.at() !== '' && !reader.isBreak()) reader.skip()
}

/** The rest of a line: blanks, a comment, the break. */
export function finishLine(reader: CharReader, start: Mark): void {
  while (reader.isBlank()) reader.skip()
  if (reader.at() === '#') skipComment(reader)
  if (reader.at() !== '' && !reader.isBreak()) throw reader.failure('did not find expected comment or line break', start)
  if (reader.isBreak()) reader.readLine()
}

/** Scans one scalar within a collection of some indentation. */
export class ScalarScanner {
  readonly #in: CharReader
  readonly #indent: number
  readonly #flowLevel: number

  constructor(reader: CharReader, indent: number, flowLevel: number) {
    this.#in = reader
    this.#indent = indent
    this.#flowLevel = flowLevel
  }

  #token(start: Mark, end: Mark, value: string, isPlain: boolean): ScalarToken {
    return { start, end, value, isPlain }
  }

  /** A scalar behind `|` or `>`. */
  block(isLiteral: boolean): ScalarToken {
    const start = this.#in.mark()
    this.#in.skip()
    const header = /^(?:([+-])([0-9]?)|([0-9])([+-]?))?/.exec(this.#in.text.slice(this.#in.index, this.#in.index + 2))!
    const digit = header[2] ?? header[3] ?? ''
    const chomping = header[1] ?? header[4] ?? ''
    if (digit === '0') {
      this.#in.skip(header[3] === undefined ? 1 : 0)
      throw this.#in.failure('found an indentation indicator equal to 0', start)
    }
    this.#in.skip(header[0].length)
    finishLine(this.#in, start)
    const given = digit === '' ? 0 : Math.max(this.#indent, 0) + Number(digit)
    const first = this.#scanBlockBreaks(given, start)
    const indent = first.indent
    let trailing = first.text
    let value = ''
    let leadingBreak = ''
    let wasBlank = false
    while (this.#in.column === indent && this.#in.at() !== '') {
      const isBlank = this.#in.isBlank()
      if (!isLiteral && !wasBlank && !isBlank && leadingBreak.startsWith('\n')) value += trailing === '' ? ' ' : ''
      else value += leadingBreak
      value += trailing
      wasBlank = isBlank
      const begin = this.#in.index
      while (this.#in.at() !== '' && !this.#in.isBreak()) this.#in.skip()
      value += this.#in.text.slice(begin, this.#in.index)
      leadingBreak = this.#in.isBreak() ? this.#in.readLine() : ''
      trailing = this.#scanBlockBreaks(indent, start).text
    }
    if (chomping !== '-') value += leadingBreak
    if (chomping === '+') value += trailing
    return this.#token(start, this.#in.mark(), value, false)
  }

  /** Skips indentation and empty lines; with indent 0 it finds the indentation of the scalar. */
  #scanBlockBreaks(given: number, start: Mark): { indent: number; text: string } {
    let text = ''
    let deepest = 0
    for (;;) {
      while ((given === 0 || this.#in.column < given) && this.#in.at() === ' ') this.#in.skip()
      deepest = Math.max(deepest, this.#in.column)
      if ((given === 0 || this.#in.column < given) && this.#in.at() === '\t') throw this.#in.failure('found a tab character where an indentation space is expected', start)
      if (!this.#in.isBreak()) break
      text += this.#in.readLine()
    }
    return { indent: given === 0 ? Math.max(deepest, this.#indent + 1, 1) : given, text }
  }

  /** A scalar in quotes. */
  quoted(quote: string): ScalarToken {
    const start = this.#in.mark()
    this.#in.skip()
    let value = ''
    for (;;) {
      if (this.#in.isDocumentIndicator()) throw this.#in.failure('found unexpected document indicator', start)
      if (this.#in.at() === '') throw this.#in.failure('found unexpected end of stream', start)
      const { text, endsLine } = this.#scanQuotedWord(quote, start)
      value += text
      if (this.#in.at() === quote) break
      value += this.#scanFolding(endsLine).text
    }
    this.#in.skip()
    return this.#token(start, this.#in.mark(), value, false)
  }

  /** Characters up to the next white space or the closing quote. `endsLine` tells of an escaped line break. */
  #scanQuotedWord(quote: string, start: Mark): { text: string; endsLine: boolean } {
    let text = ''
    while (!this.#in.isBlankOrEnd()) {
      const char = this.#in.at()
      if (quote === "'" && char === "'" && this.#in.at(1) === "'") {
        this.#in.skip(2)
        text += "'"
      } else if (char === quote) {
        break
      } else if (quote === '"' && char === '\\') {
        if (this.#in.isBreak(1)) {
          this.#in.skip()
          this.#in.readLine()
          return { text, endsLine: true }
        }
        text += this.#scanEscape(start)
      } else {
        text += this.#in.read()
      }
    }
    return { text, endsLine: false }
  }

  #scanEscape(start: Mark): string {
    const kind = this.#in.at(1)
    const plain = kind === '' || !Object.hasOwn(escapes, kind) ? undefined : escapes[kind]
    const length = kind === '' || !Object.hasOwn(codeLengths, kind) ? 0 : codeLengths[kind]!
    if (plain === undefined && length === 0) throw this.#in.failure('found unknown escape character', start)
    this.#in.skip(2)
    if (plain !== undefined) return plain
    const digits = this.#in.text.slice(this.#in.index, this.#in.index + length)
    if (digits.length < length || !/^[0-9A-Fa-f]+$/.test(digits)) throw this.#in.failure('did not find expected hexdecimal number', start)
    const code = Number.parseInt(digits, 16)
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) throw this.#in.failure('found invalid Unicode character escape code', start)
    this.#in.skip(length)
    return String.fromCodePoint(code)
  }

  /** White space inside of a scalar: kept within a line, folded over line breaks. */
  #scanFolding(endsLine: boolean, tabColumnMin = -1, start?: Mark): { text: string; hasBreak: boolean } {
    let blanks = ''
    let leading = ''
    let trailing = ''
    let hasBreak = endsLine
    while (this.#in.isBlank() || this.#in.isBreak()) {
      if (this.#in.isBlank()) {
        if (hasBreak && this.#in.column < tabColumnMin && this.#in.at() === '\t') throw this.#in.failure('found a tab character that violates indentation', start!)
        if (hasBreak) this.#in.skip()
        else blanks += this.#in.read()
      } else if (hasBreak) {
        trailing += this.#in.readLine()
      } else {
        leading = this.#in.readLine()
        hasBreak = true
      }
    }
    if (!hasBreak) return { text: blanks, hasBreak }
    return { text: leading.startsWith('\n') ? (trailing === '' ? ' ' : trailing) : leading + trailing, hasBreak }
  }

  /** A plain scalar. `endsLine` tells that it ran to the end of its line, where a key may begin. */
  plain(): ScalarToken & { readonly endsLine: boolean } {
    const start = this.#in.mark()
    const indent = this.#indent + 1
    let end = start
    let value = ''
    let space = ''
    let hasBreak = false
    for (;;) {
      if (this.#in.isDocumentIndicator() || this.#in.at() === '#') break
      while (!this.#in.isBlankOrEnd() && !this.#endsPlain()) {
        value += space + this.#in.read()
        space = ''
        hasBreak = false
        end = this.#in.mark()
      }
      if (!this.#in.isBlank() && !this.#in.isBreak()) break
      const folded = this.#scanFolding(false, indent, start)
      space = folded.text
      hasBreak = folded.hasBreak
      if (this.#flowLevel === 0 && this.#in.column < indent) break
    }
    return { ...this.#token(start, end, value, true), endsLine: hasBreak }
  }

  #endsPlain(): boolean {
    const char = this.#in.at()
    return (char === ':' && this.#in.isBlankOrEnd(1)) || (this.#flowLevel > 0 && ',?[]{}'.includes(char))
  }
}
