/** Runs a sed script over lines. */

import type { Match, Regex } from '../regex.ts'
import type { Address, Command, Piece } from './sed-parser.ts'
import { SedError } from './sed-parser.ts'
import type { ToolContext } from './tool.ts'

/** Commands that may run for one input line. */
const cycleStepsMax = 100_000

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
export class Editor {
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
        this.edit(command)
        return undefined
    }
  }

  /** Commands that only change texts. */
  private edit(command: Command): void {
    switch (command.name) {
      case 'a':
        this.appended.push(`${command.text}\n`)
        return
      case 'i':
        this.out += `${command.text}\n`
        return
      case 'g':
        this.pattern = this.hold
        return
      case 'G':
        this.pattern += `\n${this.hold}`
        return
      case 'h':
        this.hold = this.pattern
        return
      case 'H':
        this.hold += `\n${this.pattern}`
        return
      case 'x':
        ;[this.pattern, this.hold] = [this.hold, this.pattern]
        return
      case 'z':
        this.pattern = ''
        return
      case '=':
        this.out += `${this.at}\n`
        return
      case 'l':
        this.out += `${this.pattern.replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n')}$\n`
        return
      case 'r': {
        const text = this.context.files.read(command.text)
        if (text !== undefined) this.appended.push(text)
        return
      }
      case 'w':
        this.append(command.text)
        return
      default:
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
