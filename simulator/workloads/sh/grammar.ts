/** Reads tokens for the parser; parses conditions. */

import type { Token } from './lexer.ts'
import { Lexer } from './lexer.ts'
import type { Condition, Dialect, Node, Word } from './syntax.ts'
import { ShellSyntaxError } from './syntax.ts'

/** Words that end a list of commands. */
export const closers = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'])
const unaryTests = new Set(['-e', '-f', '-d', '-r', '-w', '-x', '-s', '-z', '-n', '-L', '-h', '-v', '-t'])
const binaryTests = new Set(['=', '==', '!=', '=~', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef'])

/** How a script is read. */
export interface ParseOptions {
  readonly dialect: Dialect
  /** Aliases that expand in command position. */
  readonly aliases?: { readonly [name: string]: string }
}

/** The tokens of a script, and the conditions of `[[ ]]`; commands are the subclass. */
export abstract class Grammar {
  protected readonly lexer: Lexer
  protected readonly options: ParseOptions
  protected token: Token

  constructor(source: string, options: ParseOptions) {
    this.options = options
    this.lexer = new Lexer(source, options.dialect)
    this.token = this.lexer.next()
  }

  protected advance(): void {
    this.token = this.lexer.next()
  }

  protected isLineEnd(): boolean {
    return this.token.t === 'newline' || this.token.t === 'end'
  }

  protected isOp(text: string): boolean {
    return this.token.t === 'op' && this.token.text === text
  }

  protected keyword(): string | undefined {
    return this.token.t === 'word' ? this.token.plain : undefined
  }

  protected unexpected(expecting?: string): ShellSyntaxError {
    const isBash = this.options.dialect === 'bash'
    if (this.token.t === 'end') {
      return new ShellSyntaxError(isBash ? 'syntax error: unexpected end of file' : `syntax error: unexpected end of file${expecting === undefined ? '' : ` (expecting "${expecting}")`}`, true)
    }
    const text = this.token.t === 'newline' ? 'newline' : this.token.t === 'op' ? this.token.text : this.token.t === 'redirect' ? this.token.op : (this.token.plain ?? wordText(this.token.word))
    if (isBash) return new ShellSyntaxError(`syntax error near unexpected token \`${text}'`)
    const shown = this.token.t === 'newline' ? 'newline' : this.token.t === 'word' && !closers.has(text) ? 'word' : `"${text}"`
    return new ShellSyntaxError(`syntax error: unexpected ${shown}${expecting === undefined ? '' : ` (expecting "${expecting}")`}`)
  }

  protected skipNewlines(): void {
    while (this.token.t === 'newline') this.advance()
  }

  protected expectKeyword(word: string): void {
    this.skipNewlines()
    if (this.keyword() !== word) throw this.unexpected(word)
    this.advance()
  }

  protected needWord(): Word {
    if (this.token.t !== 'word') throw this.unexpected()
    const { word } = this.token
    this.advance()
    return word
  }

  protected conditionRest(): Node {
    this.token = this.lexer.next(true)
    const condition = this.conditionOr()
    if (this.keyword() !== ']]') throw this.unexpected()
    this.advance()
    return { t: 'condition', condition }
  }

  protected conditionOr(): Condition {
    let left = this.conditionAnd()
    while (this.isOp('||')) {
      this.nextInCondition()
      left = { t: 'or', left, right: this.conditionAnd() }
    }
    return left
  }

  protected conditionAnd(): Condition {
    let left = this.conditionNot()
    while (this.isOp('&&')) {
      this.nextInCondition()
      left = { t: 'and', left, right: this.conditionNot() }
    }
    return left
  }

  protected nextInCondition(): void {
    do this.token = this.lexer.next(true)
    while (this.token.t === 'newline')
  }

  protected conditionNot(): Condition {
    if (this.keyword() === '!') {
      this.nextInCondition()
      return { t: 'not', of: this.conditionNot() }
    }
    if (this.isOp('(')) {
      this.nextInCondition()
      const inner = this.conditionOr()
      if (!this.isOp(')')) throw this.unexpected()
      this.nextInCondition()
      return inner
    }
    return this.conditionTest()
  }

  protected conditionTest(): Condition {
    const op = this.keyword()
    if (op !== undefined && unaryTests.has(op)) {
      this.nextInCondition()
      return { t: 'unary', op, word: this.conditionWord() }
    }
    const left = this.conditionWord()
    const binary = this.isOp('<') ? '<' : this.isOp('>') ? '>' : this.keyword()
    if (binary === undefined || !(binary === '<' || binary === '>' || binaryTests.has(binary))) return { t: 'unary', op: '-n', word: left }
    if (binary === '=~') {
      const right = this.lexer.regexWord()
      this.nextInCondition()
      return { t: 'binary', op: '=~', left, right }
    }
    this.nextInCondition()
    return { t: 'binary', op: binary, left, right: this.conditionWord() }
  }

  protected conditionWord(): Word {
    if (this.token.t !== 'word' || this.token.plain === ']]') throw this.unexpected()
    const { word } = this.token
    this.nextInCondition()
    return word
  }
}

function wordText(word: Word): string {
  return word.map((part) => (part.t === 'text' ? part.text : '')).join('')
}
