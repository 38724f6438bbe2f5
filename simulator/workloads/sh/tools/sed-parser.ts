/** Parses sed scripts. */

import type { Regex } from '../regex.ts'
import { posixRegex, RegexError } from '../regex.ts'

/** Which lines a command is for. */
export type Address =
  | { readonly t: 'line'; readonly line: number }
  | { readonly t: 'step'; readonly first: number; readonly step: number }
  | { readonly t: 'last' }
  | { readonly t: 'regex'; readonly regex: Regex | undefined }
  | { readonly t: 'plus'; readonly count: number }

/** One command of a script, with its addresses. */
export interface Command {
  readonly from?: Address
  readonly to?: Address
  readonly isNegated: boolean
  readonly name: string
  readonly text: string
  readonly regex?: Regex
  readonly replacement?: readonly Piece[]
  readonly flags?: SubstituteFlags
  readonly map?: ReadonlyMap<string, string>
  /** Position of the matching `}` or of a branch's label. */
  target: number
}

export interface SubstituteFlags {
  readonly isGlobal: boolean
  readonly number: number
  readonly prints: boolean
  readonly file: string | undefined
}

/** A part of a replacement. */
export type Piece = { readonly t: 'text'; readonly text: string } | { readonly t: 'group'; readonly index: number } | { readonly t: 'case'; readonly mode: 'U' | 'L' | 'u' | 'l' | 'E' }

/** A script that cannot be used; the text follows `sed: `. */
export class SedError extends Error {
  override readonly name = 'SedError'
}

/** Parses a script. @throws SedError */
export function parseSed(text: string, isExtended: boolean): Command[] {
  return new ScriptParser(text, isExtended).parse()
}

class ScriptParser {
  private readonly text: string
  private readonly isExtended: boolean
  private at = 0
  private readonly commands: Command[] = []
  private readonly open: number[] = []

  constructor(text: string, isExtended: boolean) {
    this.text = text
    this.isExtended = isExtended
  }

  parse(): Command[] {
    for (;;) {
      while (/[\s;]/.test(this.peek())) this.at++
      if (this.at >= this.text.length) break
      if (this.peek() === '#') this.rest()
      else this.command()
    }
    if (this.open.length > 0) throw new SedError('unmatched `{\'')
    const labels = new Map<string, number>()
    this.commands.forEach((command, i) => {
      if (command.name === ':') labels.set(command.text, i)
    })
    for (const command of this.commands) {
      if (!'btT'.includes(command.name)) continue
      const target = command.text === '' ? this.commands.length : labels.get(command.text)
      if (target === undefined) throw new SedError(`-e expression #1, char ${this.text.length}: can't find label for jump to \`${command.text}'`)
      command.target = target
    }
    return this.commands
  }

  private peek(): string {
    return this.text[this.at] ?? ''
  }

  private fail(message: string): SedError {
    return new SedError(`-e expression #1, char ${Math.min(this.at, this.text.length)}: ${message}`)
  }

  private rest(): string {
    let end = this.text.indexOf('\n', this.at)
    if (end < 0) end = this.text.length
    const rest = this.text.slice(this.at, end)
    this.at = end + 1
    return rest
  }

  private address(): Address | undefined {
    const c = this.peek()
    if (c === '$') {
      this.at++
      return { t: 'last' }
    }
    if (c === '+') {
      this.at++
      return { t: 'plus', count: this.number() }
    }
    if (/\d/.test(c)) {
      const first = this.number()
      if (this.peek() !== '~') return { t: 'line', line: first }
      this.at++
      return { t: 'step', first, step: this.number() }
    }
    if (c !== '/' && c !== '\\') return undefined
    if (c === '\\') this.at++
    const delimiter = this.peek()
    this.at++
    const pattern = this.until(delimiter, 'unterminated address regex')
    let ignoreCase = false
    while (this.peek() === 'I' || this.peek() === 'M') {
      if (this.peek() === 'I') ignoreCase = true
      this.at++
    }
    return { t: 'regex', regex: this.regex(pattern, ignoreCase) }
  }

  private number(): number {
    const digits = /^\d+/.exec(this.text.slice(this.at))?.[0] ?? ''
    this.at += digits.length
    return Number(digits)
  }

  private regex(pattern: string, ignoreCase: boolean): Regex | undefined {
    if (pattern === '') return undefined
    try {
      return posixRegex(pattern, this.isExtended ? 'extended' : 'basic', { ignoreCase })
    } catch (error) {
      if (error instanceof RegexError) throw this.fail(error.message)
      throw error
    }
  }

  /** Reads up to a delimiter; an escaped delimiter stands for itself. */
  private until(delimiter: string, message: string): string {
    let text = ''
    let isInSet = false
    for (; ; this.at++) {
      const c = this.peek()
      if (c === '' || (c === '\n' && message.includes('address'))) throw this.fail(message)
      if (c === '\\') {
        const next = this.text[this.at + 1] ?? ''
        text += next === delimiter ? (/[a-z0-9]/i.test(delimiter) || '|()+?{}'.includes(delimiter) ? next : delimiter === '/' || delimiter === ',' || delimiter === '#' ? next : `\\${next}`) : c + next
        this.at++
        continue
      }
      if (c === '[' && !isInSet) isInSet = true
      else if (c === ']' && isInSet && !/\[\^?$/.test(text)) isInSet = false
      if (c === delimiter && !(isInSet && message === 'set')) {
        this.at++
        return text
      }
      text += c
    }
  }

  private command(): void {
    const from = this.address()
    let to: Address | undefined
    while (/[ \t]/.test(this.peek())) this.at++
    if (from !== undefined && this.peek() === ',') {
      this.at++
      while (/[ \t]/.test(this.peek())) this.at++
      to = this.address()
      if (to === undefined) throw this.fail('unexpected `,\'')
    }
    while (/[ \t]/.test(this.peek())) this.at++
    let isNegated = false
    while (this.peek() === '!') {
      isNegated = true
      this.at++
      while (/[ \t]/.test(this.peek())) this.at++
    }
    const name = this.peek()
    this.at++
    const common = { isNegated, name, target: -1, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
    if (name === '') throw this.fail('missing command')
    if (name === '{') {
      this.open.push(this.commands.length)
      this.commands.push({ ...common, text: '' })
    } else if (name === '}') {
      const start = this.open.pop()
      if (start === undefined) throw this.fail('unexpected `}\'')
      if (from !== undefined) throw this.fail('} doesn\'t want any addresses')
      this.commands[start].target = this.commands.length
      this.end()
    } else if ('aic'.includes(name)) this.commands.push({ ...common, text: this.textArgument() })
    else if (':btT'.includes(name)) {
      const label = /^[ \t]*([^;\s}]*)/.exec(this.text.slice(this.at)) as RegExpExecArray
      this.at += label[0].length
      this.commands.push({ ...common, text: label[1] })
    } else if (name === 's') this.commands.push({ ...common, text: '', ...this.substitute() })
    else if (name === 'y') this.commands.push({ ...common, text: '', map: this.transliterate() })
    else if ('rw'.includes(name)) this.commands.push({ ...common, text: this.rest().trim() })
    else if ('qQ'.includes(name)) {
      const code = /^[ \t]*\d*/.exec(this.text.slice(this.at))?.[0] ?? ''
      this.at += code.length
      this.commands.push({ ...common, text: code.trim() })
      this.end()
    } else if ('dDpPnNgGhHxlz='.includes(name)) {
      this.commands.push({ ...common, text: '' })
      this.end()
    } else throw this.fail(`unknown command: \`${name}'`)
  }

  private end(): void {
    while (/[ \t]/.test(this.peek())) this.at++
    const c = this.peek()
    if (c === '' || c === ';' || c === '\n' || c === '}' || c === '#') return
    this.at++
    throw this.fail('extra characters after command')
  }

  private textArgument(): string {
    while (/[ \t]/.test(this.peek())) this.at++
    if (this.peek() === '\\') {
      this.at++
      while (/[ \t]/.test(this.peek())) this.at++
      if (this.peek() === '\n') this.at++
    }
    let text = ''
    for (; this.at < this.text.length; this.at++) {
      if (this.peek() === '\\') {
        const next = this.text[++this.at] ?? ''
        text += next === 'n' ? '\n' : next === 't' ? '\t' : next
      } else if (this.peek() === '\n') break
      else text += this.peek()
    }
    this.at++
    if (text === '') throw this.fail('expected \\ after `a\', `c\' or `i\'')
    return text
  }

  private substitute(): Pick<Command, 'regex' | 'replacement' | 'flags'> {
    const delimiter = this.peek()
    if (delimiter === '\n' || delimiter === '\\' || delimiter === '') throw this.fail('unterminated `s\' command')
    this.at++
    const pattern = this.until(delimiter, "unterminated `s' command")
    const replacement = this.until(delimiter, "unterminated `s' command")
    let isGlobal = false
    let number = 0
    let prints = false
    let ignoreCase = false
    let file: string | undefined
    for (;;) {
      const c = this.peek()
      if (c === 'g') isGlobal = true
      else if (c === 'p') prints = true
      else if (c === 'i' || c === 'I') ignoreCase = true
      else if (/\d/.test(c)) {
        number = this.number()
        continue
      } else if (c === 'w') {
        this.at++
        file = this.rest().trim()
        break
      } else if (c !== 'm' && c !== 'M') break
      this.at++
    }
    const tail = this.peek()
    if (tail !== '' && !/[\s;}#]/.test(tail)) {
      this.at++
      throw this.fail("unknown option to `s'")
    }
    const regex = this.regex(pattern, ignoreCase)
    const pieces = parseReplacement(replacement)
    const highest = Math.max(0, ...pieces.map((piece) => (piece.t === 'group' ? piece.index : 0)))
    if (regex !== undefined && highest > regex.groupCount) throw this.fail(`invalid reference \\${highest} on \`s' command's RHS`)
    return { ...(regex === undefined ? {} : { regex }), replacement: pieces, flags: { isGlobal, number, prints, file } }
  }

  private transliterate(): ReadonlyMap<string, string> {
    const delimiter = this.peek()
    this.at++
    const clean = (text: string): string[] => [...text.replace(/\\n/g, '\n').replace(/\\\\/g, '\\')]
    const from = clean(this.until(delimiter, "unterminated `y' command"))
    const to = clean(this.until(delimiter, "unterminated `y' command"))
    if (from.length !== to.length) throw this.fail("strings for `y' command are different lengths")
    return new Map(from.map((c, i) => [c, to[i]]))
  }
}

function parseReplacement(text: string): Piece[] {
  const pieces: Piece[] = []
  let plain = ''
  const flush = (): void => {
    if (plain !== '') pieces.push({ t: 'text', text: plain })
    plain = ''
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '&') {
      flush()
      pieces.push({ t: 'group', index: 0 })
    } else if (c === '\\') {
      const next = text[++i] ?? '\\'
      if (/\d/.test(next)) {
        flush()
        pieces.push({ t: 'group', index: Number(next) })
      } else if ('ULulE'.includes(next)) {
        flush()
        pieces.push({ t: 'case', mode: next as 'U' | 'L' | 'u' | 'l' | 'E' })
      } else plain += next === 'n' ? '\n' : next === 't' ? '\t' : next
    } else plain += c
  }
  flush()
  return pieces
}
