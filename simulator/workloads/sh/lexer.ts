/** Splits shell text into operators and words; words carry their quoting and expansions. */

import { endOfBraces, endOfParentheses, splitOutside } from './scan.ts'
import type { Dialect, Part, Redirect, Word } from './syntax.ts'
import { ShellSyntaxError } from './syntax.ts'

export type Token =
  | { readonly t: 'op'; readonly text: string }
  | { readonly t: 'newline' }
  | { readonly t: 'end' }
  /** `plain` is the text when the word is unquoted literal text: keywords, names, aliases. */
  | { readonly t: 'word'; readonly word: Word; readonly plain: string | undefined; readonly startsAt: number }
  | { readonly t: 'redirect'; readonly fd: number; readonly op: Redirect['op'] | '<<-' }

/** Substitutions nested deeper than this are refused. */
const nestingDepthMax = 40

const operators = ['&&', '||', ';;', ';&', '|&', '((', '&', '|', ';', '(', ')'] as const
const redirectOperators = ['&>>', '<<<', '<<-', '&>', '>>', '<<', '>&', '<&', '<>', '>|', '>', '<'] as const
const wordEnd = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')'])

interface PendingHeredoc {
  readonly delimiter: string
  readonly isQuoted: boolean
  readonly stripsTabs: boolean
  deliver(text: Word): void
}

/** Reads tokens from a script, one at a time. */
export class Lexer {
  text: string
  at = 0
  private readonly dialect: Dialect
  private readonly depth: number
  private pending: PendingHeredoc[] = []

  constructor(text: string, dialect: Dialect, depth = 0) {
    if (depth > nestingDepthMax) throw new ShellSyntaxError(`command substitutions nested deeper than ${nestingDepthMax}`)
    this.text = text
    this.dialect = dialect
    this.depth = depth
  }

  /** The next token; consumes it. `isCondition` within `[[ ]]`, where `<`, `>` and parentheses are operators of the test. */
  next(isCondition = false): Token {
    this.skipBlanks()
    if (this.at >= this.text.length) {
      if (this.pending.length > 0) this.readHeredocs()
      return { t: 'end' }
    }
    const rest = this.text.slice(this.at, this.at + 3)
    if (rest[0] === '\n') {
      this.at++
      this.readHeredocs()
      return { t: 'newline' }
    }
    const redirect = isCondition ? undefined : this.tryRedirect()
    if (redirect !== undefined) return redirect
    for (const op of isCondition ? ['&&', '||', '(', ')', '<', '>'] : operators) {
      if (!rest.startsWith(op) || (op === '((' && !this.isArithmetic(this.at + 2))) continue
      this.at += op.length
      return { t: 'op', text: op }
    }
    return this.word()
  }

  /** Puts an alias' value in place of the word that starts at `start` and ends here; reading goes on at its start. */
  replaceWord(start: number, value: string): void {
    this.text = this.text.slice(0, start) + value + this.text.slice(this.at)
    this.at = start
  }

  /** The pattern after `=~`: up to the next blank outside parentheses and quotes. */
  regexWord(): Word {
    this.skipBlanks()
    const parts: Part[] = []
    let depth = 0
    while (this.at < this.text.length) {
      const c = this.text[this.at]
      if (depth === 0 && /\s/.test(c)) break
      if (c === '(') depth++
      if (c === ')') depth--
      if (c === '$' && !/[\w{(]/.test(this.text[this.at + 1] ?? ' ')) parts.push({ t: 'text', text: '$', quoted: false })
      else if (c === "'" || c === '"' || c === '$') {
        this.special(parts, false)
        continue
      } else if (c === '\\') parts.push({ t: 'text', text: '\\' + (this.text[++this.at] ?? ''), quoted: false })
      else parts.push({ t: 'text', text: c, quoted: false })
      this.at++
    }
    return parts
  }

  /** Registers a here-document whose body starts after the current line. */
  expectHeredoc(delimiter: Word, stripsTabs: boolean, deliver: (text: Word) => void): void {
    const isQuoted = delimiter.some((part) => part.t === 'text' && part.quoted)
    const text = delimiter.map((part) => (part.t === 'text' ? part.text : '')).join('')
    this.pending.push({ delimiter: text, isQuoted, stripsTabs, deliver })
  }

  /** Reads raw text up to the closing of an arithmetic command `(( ))`; the opening is consumed. */
  arithmeticText(): string {
    const start = this.at
    let depth = 0
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at]
      if (c === '(') depth++
      else if (c === ')' && depth > 0) depth--
      else if (c === ')' && this.text[this.at + 1] === ')') {
        const inner = this.text.slice(start, this.at)
        this.at += 2
        return inner
      }
    }
    throw new ShellSyntaxError("unexpected EOF while looking for matching `)'", true)
  }

  /** Text with expansions as in double quotes (here-documents, arithmetic). */
  expandable(text: string): Word {
    const inner = new Lexer(text, this.dialect, this.depth + 1)
    return inner.doubleQuoted(undefined)
  }

  private skipBlanks(): void {
    for (;;) {
      const c = this.text[this.at]
      if (c === ' ' || c === '\t' || c === '\r') this.at++
      else if (c === '\\' && this.text[this.at + 1] === '\n') this.at += 2
      else if (c === '#') while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++
      else return
    }
  }

  private tryRedirect(): Token | undefined {
    let end = this.at
    while (end < this.text.length && this.text[end] >= '0' && this.text[end] <= '9') end++
    if (end - this.at > 1) return undefined
    const rest = this.text.slice(end, end + 3)
    for (const op of redirectOperators) {
      if (!rest.startsWith(op)) continue
      if (op.startsWith('&') && end > this.at) return undefined
      if (op === '<<<' && this.dialect === 'ash') throw new ShellSyntaxError('syntax error: unexpected redirection')
      const fd = end > this.at ? Number(this.text.slice(this.at, end)) : op.startsWith('<') ? 0 : 1
      if (rest.startsWith('<(') || rest.startsWith('>(')) throw new ShellSyntaxError('process substitution is not available here')
      this.at = end + op.length
      return { t: 'redirect', fd, op: op === '>|' ? '>' : op }
    }
    return undefined
  }

  private readHeredocs(): void {
    for (const heredoc of this.pending.splice(0)) {
      const lines: string[] = []
      for (;;) {
        if (this.at >= this.text.length) throw new ShellSyntaxError(`here-document delimited by end-of-file (wanted \`${heredoc.delimiter}')`, true)
        let end = this.text.indexOf('\n', this.at)
        if (end < 0) end = this.text.length
        let line = this.text.slice(this.at, end)
        this.at = Math.min(end + 1, this.text.length)
        if (heredoc.stripsTabs) line = line.replace(/^\t+/, '')
        if (line === heredoc.delimiter) break
        lines.push(line + '\n')
      }
      const body = lines.join('')
      heredoc.deliver(heredoc.isQuoted ? [{ t: 'text', text: body, quoted: true }] : this.heredocBody(body))
    }
  }

  private heredocBody(body: string): Word {
    const inner = new Lexer(body, this.dialect, this.depth + 1)
    return inner.doubleQuoted(undefined, true)
  }

  private word(): Token {
    const startsAt = this.at
    const parts: Part[] = []
    let text = ''
    let isPlain = true
    const flush = (): void => {
      if (text !== '') parts.push({ t: 'text', text, quoted: false })
      text = ''
    }
    while (this.at < this.text.length) {
      const c = this.text[this.at]
      if (wordEnd.has(c)) break
      if (c === '~' && this.at === startsAt && /^~(?=$|[\s/;&|)])/.test(this.text.slice(this.at, this.at + 2))) {
        this.at++
        isPlain = false
        parts.push({ t: 'tilde' })
      } else if (c === '\\') {
        isPlain = false
        flush()
        const escaped = this.text[this.at + 1]
        this.at += 2
        if (escaped === undefined) parts.push({ t: 'text', text: '\\', quoted: true })
        else if (escaped !== '\n') parts.push({ t: 'text', text: escaped, quoted: true })
      } else if (c === "'" || c === '"' || c === '$' || c === '`') {
        isPlain = false
        flush()
        this.special(parts, false)
      } else {
        text += c
        this.at++
      }
    }
    flush()
    const plain = isPlain ? this.text.slice(startsAt, this.at) : undefined
    return { t: 'word', word: parts, plain, startsAt }
  }

  /** A quote or an expansion at the current place. */
  private special(parts: Part[], quoted: boolean): void {
    const c = this.text[this.at]
    if (c === "'") parts.push({ t: 'text', text: this.singleQuoted(), quoted: true })
    else if (c === '"') {
      this.at++
      const inner = this.doubleQuoted('"')
      if (inner.length === 0) parts.push({ t: 'text', text: '', quoted: true })
      else parts.push(...inner)
    } else if (c === '`') parts.push(this.backquoted(quoted))
    else this.dollar(parts, quoted)
  }

  private singleQuoted(): string {
    const end = this.text.indexOf("'", this.at + 1)
    if (end < 0) throw this.unmatched("'")
    const inner = this.text.slice(this.at + 1, end)
    this.at = end + 1
    return inner
  }

  private unmatched(close: string): ShellSyntaxError {
    if (this.dialect === 'ash') return new ShellSyntaxError(close === '`' ? 'syntax error: EOF in backquote substitution' : close === '}' ? 'syntax error: missing \'}\'' : 'syntax error: unterminated quoted string', true)
    return new ShellSyntaxError(`unexpected EOF while looking for matching \`${close}'`, true)
  }

  /** Reads up to `close` (consumed), or to the end of text. */
  private doubleQuoted(close: '"' | undefined, isHeredoc = false): Word {
    const parts: Part[] = []
    let text = ''
    const flush = (): void => {
      if (text !== '') parts.push({ t: 'text', text, quoted: true })
      text = ''
    }
    for (;;) {
      if (this.at >= this.text.length) {
        if (close !== undefined) throw this.unmatched(close)
        break
      }
      const c = this.text[this.at]
      if (c === close) {
        this.at++
        break
      }
      if (c === '\\') {
        const escaped = this.text[this.at + 1] ?? ''
        this.at += 2
        if (escaped === '\n') continue
        text += '$`\\'.includes(escaped) && escaped !== '' ? escaped : escaped === '"' && !isHeredoc ? '"' : '\\' + escaped
      } else if (c === '$' || c === '`') {
        flush()
        this.special(parts, true)
      } else {
        text += c
        this.at++
      }
    }
    flush()
    return parts
  }

  private backquoted(quoted: boolean): Part {
    let source = ''
    for (this.at++; ; this.at++) {
      const c = this.text[this.at]
      if (c === undefined) throw this.unmatched('`')
      if (c === '`') break
      if (c === '\\' && '$`\\'.includes(this.text[this.at + 1] ?? ' ')) this.at++
      source += this.text[this.at]
    }
    this.at++
    return { t: 'command', source, quoted }
  }

  private dollar(parts: Part[], quoted: boolean): void {
    const next = this.text[this.at + 1]
    if (next === '(' && this.text[this.at + 2] === '(' && this.isArithmetic(this.at + 3)) {
      this.at += 3
      parts.push({ t: 'arith', word: this.expandable(this.arithmeticText()), quoted })
    } else if (next === '(') {
      const end = endOfParentheses(this.text, this.at + 2)
      if (end < 0) throw this.unmatched(')')
      parts.push({ t: 'command', source: this.text.slice(this.at + 2, end), quoted })
      this.at = end + 1
    } else if (next === '{') {
      this.at += 2
      parts.push(this.braced(quoted))
    } else if (next === "'" && !quoted) {
      this.at += 1
      parts.push({ t: 'text', text: this.ansiQuoted(), quoted: true })
    } else {
      const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(this.text.slice(this.at + 1, this.at + 200))?.[0]
      if (name === undefined) {
        parts.push({ t: 'text', text: '$', quoted })
        this.at += 1
        return
      }
      this.at += 1 + name.length
      parts.push({ t: 'param', name, quoted })
    }
  }

  private isArithmetic(start: number): boolean {
    let depth = 0
    for (let i = start; i < this.text.length; i++) {
      if (this.text[i] === '(') depth++
      else if (this.text[i] === ')') {
        if (depth === 0) return this.text[i + 1] === ')'
        depth--
      }
    }
    return false
  }

  private ansiQuoted(): string {
    let text = ''
    const escapes: { readonly [c: string]: string } = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v' }
    for (this.at++; ; this.at++) {
      const c = this.text[this.at]
      if (c === undefined) throw this.unmatched("'")
      if (c === "'") break
      if (c !== '\\') {
        text += c
        continue
      }
      const escaped = this.text[++this.at]
      text += escapes[escaped] ?? ("\\'\"".includes(escaped) ? escaped : '\\' + escaped)
    }
    this.at++
    return text
  }

  private braced(quoted: boolean): Part {
    const start = this.at
    const end = endOfBraces(this.text, start)
    if (end < 0) throw this.unmatched('}')
    const body = this.text.slice(start, end)
    this.at = end + 1
    const bad = (): ShellSyntaxError => new ShellSyntaxError(this.dialect === 'ash' ? 'syntax error: bad substitution' : `\${${body}}: bad substitution`)
    const prefix = body.length > 1 && (body[0] === '#' || body[0] === '!') && /^.(?:[A-Za-z_]\w*(?:\[[^\]]*\])?|[0-9]+|[@*#?$!-])$/.test(body) ? body[0] : ''
    const match = /^(?:[A-Za-z_]\w*(?:\[[^\]]*\])?|[0-9]+|[@*#?$!-])/.exec(body.slice(prefix.length))
    if (match === null) throw bad()
    const name = match[0]
    const tail = body.slice(prefix.length + name.length)
    if (prefix !== '') return { t: 'param', name, quoted, op: prefix === '#' ? 'length' : 'indirect' }
    if (tail === '') return { t: 'param', name, quoted }
    const op = /^(?::[-=?+]|[-=?+]|##|#|%%|%|\/\/|\/#|\/%|\/|\^\^|\^|,,|,|:)/.exec(tail)?.[0]
    if (op === undefined || (this.dialect === 'ash' && /[,^]/.test(op))) throw bad()
    const inner = (text: string): Word => new Lexer(text, this.dialect, this.depth + 1).braceWord(quoted)
    const rest = tail.slice(op.length)
    if (op.startsWith('/') || op === ':') {
      const cut = splitOutside(rest, op === ':' ? ':' : '/')
      return { t: 'param', name, quoted, op, word: inner(cut[0]), ...(cut[1] === undefined ? {} : { word2: inner(cut[1]) }) }
    }
    return { t: 'param', name, quoted, op, word: inner(rest) }
  }

  /** The word after an operator in braces: blanks are text, quotes work. */
  private braceWord(quoted: boolean): Word {
    const parts: Part[] = []
    let text = ''
    const flush = (): void => {
      if (text !== '') parts.push({ t: 'text', text, quoted })
      text = ''
    }
    while (this.at < this.text.length) {
      const c = this.text[this.at]
      if (c === '\\') {
        flush()
        parts.push({ t: 'text', text: this.text[this.at + 1] ?? '\\', quoted: true })
        this.at += 2
      } else if (c === '"' || c === '$' || c === '`' || (c === "'" && !quoted)) {
        flush()
        this.special(parts, quoted)
      } else {
        text += c
        this.at++
      }
    }
    flush()
    return parts
  }
}
