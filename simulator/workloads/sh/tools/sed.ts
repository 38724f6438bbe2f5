/** sed: addresses, s, y, d, p, a, i, c, n, N, g, G, h, H, x, q, =, labels and branches, in basic or extended syntax. */

import type { Match, Regex } from '../regex.ts'
import { RegexError, posixRegex } from '../regex.ts'
import type { Tool, ToolContext } from './tool.ts'
import { ToolFailure, readInput } from './tool.ts'

/** Commands that may run for one input line. */
const cycleStepsMax = 100_000

type Address =
  | { readonly t: 'line'; readonly line: number }
  | { readonly t: 'step'; readonly first: number; readonly step: number }
  | { readonly t: 'last' }
  | { readonly t: 'regex'; readonly regex: Regex | undefined }
  | { readonly t: 'plus'; readonly count: number }

interface Command {
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

interface SubstituteFlags {
  readonly isGlobal: boolean
  readonly number: number
  readonly prints: boolean
  readonly file: string | undefined
}

type Piece = { readonly t: 'text'; readonly text: string } | { readonly t: 'group'; readonly index: number } | { readonly t: 'case'; readonly mode: 'U' | 'L' | 'u' | 'l' | 'E' }

class SedError extends Error {
  override readonly name = 'SedError'
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

function fill(pieces: readonly Piece[], match: Match): string {
  let out = ''
  let mode = 'E'
  let once = ''
  for (const piece of pieces) {
    if (piece.t === 'case') {
      if (piece.mode === 'u' || piece.mode === 'l') once = piece.mode
      else mode = piece.mode
      continue
    }
    let text = piece.t === 'text' ? piece.text : (match.groups[piece.index] ?? '')
    if (mode === 'U') text = text.toUpperCase()
    if (mode === 'L') text = text.toLowerCase()
    if (once !== '' && text !== '') {
      text = (once === 'u' ? text[0].toUpperCase() : text[0].toLowerCase()) + text.slice(1)
      once = ''
    }
    out += text
  }
  return out
}

/** One run over lines. */
class Editor {
  private readonly commands: readonly Command[]
  private readonly lines: readonly string[]
  private readonly hasEnd: boolean
  private readonly isQuiet: boolean
  private readonly context: ToolContext
  /** Ranges in progress by command: the line at which a numbered end is reached, or 0. */
  private readonly ranges = new Map<Command, number>()
  private at = 0
  private pattern = ''
  private hold = ''
  private lastRegex: Regex | undefined
  private appended: string[] = []
  private hasSubstituted = false
  out = ''
  code = 0
  isQuit = false

  constructor(commands: readonly Command[], text: string, options: { readonly isQuiet: boolean; readonly isPartial: boolean }, context: ToolContext) {
    const lines = text.split('\n')
    this.hasEnd = lines.at(-1) === ''
    if (this.hasEnd) lines.pop()
    // While more may come, the last line is not known to be the last.
    this.lines = options.isPartial ? lines.slice(0, -1) : lines
    this.commands = commands
    this.isQuiet = options.isQuiet
    this.context = context
  }

  run(): void {
    while (this.at < this.lines.length && !this.isQuit) {
      this.pattern = this.lines[this.at++]
      this.cycle()
    }
  }

  private get isLast(): boolean {
    return this.at >= this.lines.length
  }

  private print(text: string): void {
    this.out += text + (this.isLast && !this.hasEnd && text === this.pattern ? '' : '\n')
  }

  private matches(address: Address): boolean {
    switch (address.t) {
      case 'line': return this.at === address.line
      case 'step': return address.step === 0 ? this.at === address.first : this.at >= address.first && (this.at - address.first) % address.step === 0
      case 'last': return this.isLast
      case 'plus': return false
      case 'regex': return this.regexOf(address.regex).test(this.pattern)
    }
  }

  private regexOf(regex: Regex | undefined): Regex {
    const found = regex ?? this.lastRegex
    if (found === undefined) throw new SedError('no previous regular expression')
    this.lastRegex = found
    return found
  }

  private selects(command: Command): boolean {
    const { from, to } = command
    if (from === undefined) return !command.isNegated
    if (to === undefined) return this.matches(from) !== command.isNegated
    return this.inRange(command, from, to) !== command.isNegated
  }

  private inRange(command: Command, from: Address, to: Address): boolean {
    const until = this.ranges.get(command)
    if (until !== undefined) {
      if (until > 0 ? this.at >= until : this.matches(to)) this.ranges.delete(command)
      return until > 0 ? this.at <= until : true
    }
    const starts = from.t === 'line' && from.line === 0 ? this.at === 1 : this.matches(from)
    if (!starts) return false
    if (to.t === 'line') {
      if (to.line > this.at) this.ranges.set(command, to.line)
    } else if (to.t === 'plus') {
      if (to.count > 0) this.ranges.set(command, this.at + to.count)
    } else if (!(to.t === 'last' && this.isLast)) this.ranges.set(command, 0)
    return true
  }

  private cycle(): void {
    let isDeleted = false
    let steps = 0
    this.hasSubstituted = false
    for (let i = 0; i < this.commands.length; i++) {
      if (++steps > cycleStepsMax) throw new SedError(`stopped after ${cycleStepsMax} commands on one line (an endless loop?)`)
      const command = this.commands[i]
      if (!this.selects(command)) {
        if (command.name === '{') i = command.target - 1
        continue
      }
      const next = this.execute(command)
      if (next === 'delete') {
        isDeleted = true
        break
      }
      if (next === 'end') break
      if (next === 'restart') {
        i = -1
        this.hasSubstituted = false
        continue
      }
      if (next === 'jump') i = command.target - 1
    }
    if (!isDeleted && !this.isQuiet) this.print(this.pattern)
    this.flush()
  }

  private flush(): void {
    for (const text of this.appended.splice(0)) this.out += text
  }

  private execute(command: Command): 'delete' | 'end' | 'restart' | 'jump' | undefined {
    switch (command.name) {
      case 's':
        this.substitute(command)
        return undefined
      case 'y':
        this.pattern = [...this.pattern].map((c) => command.map?.get(c) ?? c).join('')
        return undefined
      case 'd':
        return 'delete'
      case 'D': {
        const end = this.pattern.indexOf('\n')
        if (end < 0) return 'delete'
        this.pattern = this.pattern.slice(end + 1)
        return 'restart'
      }
      case 'p':
        this.out += `${this.pattern}\n`
        return undefined
      case 'P':
        this.out += `${this.pattern.split('\n')[0]}\n`
        return undefined
      case 'a':
        this.appended.push(`${command.text}\n`)
        return undefined
      case 'i':
        this.out += `${command.text}\n`
        return undefined
      case 'c':
        if (command.to === undefined || command.isNegated || !this.ranges.has(command)) this.out += `${command.text}\n`
        return 'delete'
      case 'n':
        if (this.isLast) {
          // Without a next line GNU sed prints and ends without running the rest.
          return 'end'
        }
        if (!this.isQuiet) this.print(this.pattern)
        this.flush()
        this.pattern = this.lines[this.at++]
        return undefined
      case 'N':
        if (this.isLast) return 'end'
        this.pattern += `\n${this.lines[this.at++]}`
        return undefined
      case 'g':
        this.pattern = this.hold
        return undefined
      case 'G':
        this.pattern += `\n${this.hold}`
        return undefined
      case 'h':
        this.hold = this.pattern
        return undefined
      case 'H':
        this.hold += `\n${this.pattern}`
        return undefined
      case 'x':
        ;[this.pattern, this.hold] = [this.hold, this.pattern]
        return undefined
      case 'z':
        this.pattern = ''
        return undefined
      case '=':
        this.out += `${this.at}\n`
        return undefined
      case 'l':
        this.out += `${this.pattern.replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n')}$\n`
        return undefined
      case 'r': {
        const text = this.context.files.read(command.text)
        if (text !== undefined) this.appended.push(text)
        return undefined
      }
      case 'w':
        this.append(command.text)
        return undefined
      case 'q':
      case 'Q':
        this.isQuit = true
        this.code = Number(command.text || 0)
        return command.name === 'Q' ? 'delete' : 'end'
      case 'b':
        return 'jump'
      case 't':
      case 'T': {
        const jumps = this.hasSubstituted === (command.name === 't')
        this.hasSubstituted = false
        return jumps ? 'jump' : undefined
      }
      default:
        return undefined
    }
  }

  private append(file: string): void {
    if (file === '/dev/stdout') this.out += `${this.pattern}\n`
    else this.context.files.write(file, (this.context.files.read(file) ?? '') + `${this.pattern}\n`)
  }

  private substitute(command: Command): void {
    const { flags, replacement } = command
    if (flags === undefined || replacement === undefined) return
    const regex = this.regexOf(command.regex)
    let result = ''
    let at = 0
    let count = 0
    let copied = 0
    let hasChanged = false
    let lastEnd = -1
    while (at <= this.pattern.length) {
      const match = regex.find(this.pattern, at)
      if (match === undefined) break
      const isEmpty = match.end === match.start
      // An empty match right after a match does not count.
      if (!(isEmpty && match.start === lastEnd)) {
        count++
        if (count >= Math.max(flags.number, 1)) {
          result += this.pattern.slice(copied, match.start) + fill(replacement, match)
          copied = match.end
          hasChanged = true
          if (!flags.isGlobal) break
        }
      }
      lastEnd = match.end
      at = isEmpty ? match.end + 1 : match.end
    }
    if (!hasChanged) return
    this.pattern = result + this.pattern.slice(copied)
    this.hasSubstituted = true
    if (flags.prints) this.out += `${this.pattern}\n`
    if (flags.file !== undefined) this.append(flags.file)
  }
}

interface SedOptions {
  readonly isQuiet: boolean
  readonly isExtended: boolean
  /** Suffix of the backup, or undefined when files are not edited in place. */
  readonly inPlace: string | undefined
  readonly script: string
  readonly operands: readonly string[]
  readonly isSeparate: boolean
}

function parseArguments(context: ToolContext): SedOptions {
  let isQuiet = false
  let isExtended = false
  let inPlace: string | undefined
  const scripts: string[] = []
  const operands: string[] = []
  for (let i = 1; i < context.argv.length; i++) {
    const arg = context.argv[i]
    if (arg === '-n' || arg === '--quiet' || arg === '--silent') isQuiet = true
    else if (arg === '-E' || arg === '-r' || arg === '--regexp-extended') isExtended = true
    else if (arg.startsWith('-i') || arg.startsWith('--in-place')) inPlace = arg.replace(/^-i|^--in-place=?/, '')
    else if (arg === '-e' || arg === '--expression') scripts.push(context.argv[++i] ?? '')
    else if (arg.startsWith('--expression=')) scripts.push(arg.slice(13))
    else if (arg === '-f') {
      const file = context.argv[++i] ?? ''
      const text = context.files.read(file)
      if (text === undefined) throw new ToolFailure(`sed: couldn't open file ${file}: No such file or directory\n`)
      scripts.push(text.replace(/\n$/, ''))
    } else if (/^-[nErs]+[ie]?$/.test(arg)) {
      isQuiet ||= arg.includes('n')
      isExtended ||= /[Er]/.test(arg)
      if (arg.endsWith('i')) inPlace = ''
      if (arg.endsWith('e')) scripts.push(context.argv[++i] ?? '')
    } else if (/^-[uz]$/.test(arg) || arg === '--') continue
    else if (arg.startsWith('-') && arg !== '-') throw new ToolFailure(`sed: invalid option -- '${arg.replace(/^-+/, '')[0]}'\nUsage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n`)
    else operands.push(arg)
  }
  if (scripts.length === 0) {
    const script = operands.shift()
    if (script === undefined) throw new ToolFailure('Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n')
    scripts.push(script)
  }
  return { isQuiet, isExtended, inPlace, script: scripts.join('\n'), operands, isSeparate: inPlace !== undefined }
}

export const sed: Tool = {
  streams: true,
  run(context) {
    const options = parseArguments(context)
    try {
      const commands = new ScriptParser(options.script, options.isExtended).parse()
      return options.inPlace === undefined ? editStream(context, options, commands) : editFiles(context, options, commands)
    } catch (error) {
      if (error instanceof SedError) return { err: context.dialect === 'ash' ? `sed: ${error.message.replace(/^-e expression #1, char \d+: /, '')}\n` : `sed: ${error.message}\n`, code: 1 }
      throw error
    }
  },
}

function unreadable(context: ToolContext, name: string, error: string): string {
  if (context.dialect === 'ash') return `sed: ${name}: ${error}\n`
  return error === 'Is a directory' ? `sed: couldn't edit ${name}: not a regular file\n` : `sed: can't read ${name}: ${error}\n`
}

function editStream(context: ToolContext, options: SedOptions, commands: readonly Command[]): { out: string; err: string; code: number; isDone: boolean } {
  let text = ''
  let err = ''
  const names = options.operands.length === 0 ? ['-'] : options.operands
  for (const name of names) {
    const input = readInput(context, name)
    if ('error' in input) err += input.error === 'Is a directory' && context.dialect === 'bash' ? `sed: read error on ${name}: Is a directory\n` : unreadable(context, name, input.error)
    else text += (text !== '' && !text.endsWith('\n') ? '\n' : '') + input.text
  }
  const isPartial = names.includes('-') && !context.isInputEnd
  const editor = new Editor(commands, text, { isQuiet: options.isQuiet, isPartial }, context)
  editor.run()
  return { out: editor.out, err, code: err === '' ? editor.code : context.dialect === 'ash' ? 1 : 2, isDone: editor.isQuit }
}

function editFiles(context: ToolContext, options: SedOptions, commands: readonly Command[]): { err: string; code: number } {
  let err = options.operands.length === 0 ? 'sed: no input files\n' : ''
  for (const name of options.operands) {
    const input = readInput(context, name)
    if ('error' in input) {
      err += unreadable(context, name, input.error)
      continue
    }
    const editor = new Editor(commands, input.text, { isQuiet: options.isQuiet, isPartial: false }, context)
    editor.run()
    if (options.inPlace !== '' && options.inPlace !== undefined) context.files.write(name + options.inPlace, input.text)
    const error = context.files.write(name, editor.out)
    if (error !== undefined) err += `sed: couldn't open file ${name}: ${error}\n`
  }
  return { err, code: err === '' ? 0 : options.operands.length === 0 ? 1 : context.dialect === 'ash' ? 1 : 4 }
}
