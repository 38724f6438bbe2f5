/** Splits a Go template into tokens. Models Go's text/template/parse lex.go (1.24). */

/** What a piece of a template is. */
export type TokenKind = 'text' | 'open' | 'close' | 'space' | 'field' | 'variable' | 'identifier' | 'keyword' | 'string' | 'number' | 'char' | 'bool' | 'nil' | 'dot' | '|' | '(' | ')' | ',' | ':=' | '=' | 'other' | 'error' | 'end'

/** A piece of a template and where it stands. */
export interface Token { readonly kind: TokenKind; readonly text: string; readonly at: number; readonly line: number }

const keywords = ['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']
const word = /^[\p{L}\p{Nd}_]*/u

/** Reads all tokens; the last one is `end` or `error`. */
export function tokenize(input: string): Token[] {
  return new Lexer(input).run()
}

class Lexer {
  readonly #input: string
  readonly #tokens: Token[] = []
  #at = 0
  #line = 1

  constructor(input: string) {
    this.#input = input
  }

  run(): Token[] {
    while (this.#at <= this.#input.length && this.#text()) if (!this.#action()) return this.#tokens
    return this.#tokens
  }

  #push(kind: TokenKind, text: string, at = this.#at): void {
    this.#tokens.push({ kind, text, at, line: this.#line })
  }

  #advance(length: number): void {
    this.#line += this.#input.slice(this.#at, this.#at + length).split('\n').length - 1
    this.#at += length
  }

  /** Text up to an action. False at the end of the input. */
  #text(): boolean {
    const open = this.#input.indexOf('{{', this.#at)
    const stop = open < 0 ? this.#input.length : open
    const whole = this.#input.slice(this.#at, stop)
    const trims = open >= 0 && /^-[ \t\r\n]/.test(this.#input.slice(open + 2, open + 4))
    const text = trims ? whole.replace(/[ \t\r\n]+$/, '') : whole
    if (text !== '') this.#push('text', text)
    this.#advance(whole.length)
    if (open >= 0) return true
    this.#push('end', '')
    return false
  }

  /** One action with its braces. False after an error. */
  #action(): boolean {
    const start = this.#at
    const trims = /^-[ \t\r\n]/.test(this.#input.slice(start + 2, start + 4))
    const inner = start + 2 + (trims ? 2 : 0)
    if (this.#input.startsWith('/*', inner)) return this.#comment(inner)
    this.#push('open', '{{')
    this.#advance(inner - start)
    let depth = 0
    for (;;) {
      const rest = this.#input.slice(this.#at)
      const close = /^(?:[ \t\r\n]-)?\}\}/.exec(rest)
      if (close !== null && depth === 0) {
        this.#push('close', '}}')
        this.#advance(close[0].length)
        if (close[0].length > 2) this.#trimRight()
        return true
      }
      const step = this.#inside(rest, depth)
      if (step === undefined) return false
      depth += step
    }
  }

  #trimRight(): void {
    this.#advance(/^[ \t\r\n]*/.exec(this.#input.slice(this.#at))![0].length)
  }

  #comment(inner: number): boolean {
    const stop = this.#input.indexOf('*/', inner + 2)
    if (stop < 0) return this.#error('unclosed comment')
    const close = /^(?:[ \t\r\n]-)?\}\}/.exec(this.#input.slice(stop + 2))
    if (close === null) return this.#error('comment ends before closing delimiter')
    this.#advance(stop + 2 + close[0].length - this.#at)
    if (close[0].length > 2) this.#trimRight()
    return true
  }

  #error(text: string): false {
    this.#push('error', text)
    return false
  }

  #take(kind: TokenKind, length: number): number {
    this.#push(kind, this.#input.slice(this.#at, this.#at + length))
    this.#advance(length)
    return 0
  }

  /** One token within an action. Gives the change of the depth of parentheses; undefined after an error. */
  #inside(rest: string, depth: number): number | undefined {
    const char = rest[0]
    if (char === undefined) return this.#failure('unclosed action')
    if (/[ \t\r\n]/.test(char)) return this.#take('space', /^[ \t\r\n]+?(?=[ \t\r\n]-\}\}|[^ \t\r\n]|$)/.exec(rest)?.[0].length ?? 1)
    if (rest.startsWith(':=')) return this.#take(':=', 2)
    if (char === '=' || char === '|' || char === ',') return this.#take(char, 1)
    if (char === '(') {
      this.#take('(', 1)
      return 1
    }
    if (char === ')') {
      if (depth === 0) return this.#failure('unexpected right paren')
      this.#take(')', 1)
      return -1
    }
    if (rest.startsWith('}}')) return this.#failure('unclosed left paren')
    if (char === '"') return this.#quoted(rest, /^"(?:[^"\\\n]|\\[^\n])*"/, 'string', 'unterminated quoted string')
    if (char === '`') return this.#quoted(rest, /^`[^`]*`/, 'string', 'unterminated raw quoted string')
    if (char === "'") return this.#quoted(rest, /^'(?:[^'\\\n]|\\[^\n])*'/, 'char', 'unterminated character constant')
    if (char === '$' || (char === '.' && !/^\.[0-9]/.test(rest))) return this.#named(rest, char)
    if (/^[+-]?\.?[0-9]/.test(rest)) return this.#number(rest)
    return this.#word(rest, char)
  }

  #failure(text: string): undefined {
    this.#error(text)
    return undefined
  }

  #quoted(rest: string, pattern: RegExp, kind: TokenKind, error: string): number | undefined {
    const match = pattern.exec(rest)
    return match === null ? this.#failure(error) : this.#take(kind, match[0].length)
  }

  #named(rest: string, char: string): number | undefined {
    const name = word.exec(rest.slice(1))![0]
    const next = rest[1 + name.length]
    if (name !== '' && !this.#isTerminated(next)) return this.#failure(`bad character ${describe(next!)}`)
    if (char === '$') return this.#take('variable', 1 + name.length)
    return this.#take(name === '' ? 'dot' : 'field', 1 + name.length)
  }

  #isTerminated(char: string | undefined): boolean {
    return char === undefined || ' \t\r\n.,|:)(}='.includes(char)
  }

  #number(rest: string): number | undefined {
    const text = /^[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]+)?)/.exec(rest)![0]
    if (/^[\p{L}\p{Nd}_]/u.test(rest.slice(text.length))) return this.#failure(`bad number syntax: ${JSON.stringify(rest.slice(0, text.length + 1))}`)
    return this.#take('number', text.length)
  }

  #word(rest: string, char: string): number | undefined {
    const text = word.exec(rest)![0]
    if (text === '') {
      if (char.codePointAt(0)! > 126 || char < '!') return this.#failure(`unrecognized character in action: ${describe(char)}`)
      return this.#take('other', 1)
    }
    if (!this.#isTerminated(rest[text.length])) return this.#failure(`bad character ${describe(rest[text.length]!)}`)
    const kind = keywords.includes(text) ? 'keyword' : text === 'true' || text === 'false' ? 'bool' : text === 'nil' ? 'nil' : 'identifier'
    return this.#take(kind, text.length)
  }
}

function describe(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`
}
