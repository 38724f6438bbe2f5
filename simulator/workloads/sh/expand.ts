/** Expands words: braces, tilde, parameters, substitutions, arithmetic, splitting, file names. */

import { ArithError, evaluate } from './arith.ts'
import { expandBraces, ExpansionError, fieldsMax, globPaths, splitFields } from './fields.ts'
import type { ShellFiles } from './host.ts'
import { escapePattern, replacePattern, trimPattern } from './pattern.ts'
import type { Process } from './state.ts'
import type { Dialect, Part, Word } from './syntax.ts'
import { own, setVariable, special } from './variables.ts'

/** Thrown when the result of a command substitution is not known yet: run it and expand again. */
export class SubstitutionNeeded extends Error {
  override readonly name = 'SubstitutionNeeded'
  readonly source: string
  constructor(source: string) {
    super('substitution')
    this.source = source
  }
}

interface Segment {
  readonly text: string
  readonly quoted: boolean
  /** Result of an expansion: subject to splitting when not quoted. */
  readonly isExpansion: boolean
}

const fieldBreak = 'break'
type Piece = Segment | typeof fieldBreak

/** Expansion of one step's words for a process. Assignments are kept aside until `commit`, so that it can be repeated. */
export class Expansion {
  private readonly process: Process
  private readonly files: ShellFiles
  private readonly dialect: Dialect
  /** Assignments that expansions made; rarely any. */
  private writes: Map<string, string> | undefined
  private substitutionCount = 0
  /** True when a substitution was used: then the status of an assignment is its status. */
  hasSubstitution = false

  constructor(process: Process, files: ShellFiles, dialect: Dialect) {
    this.process = process
    this.files = files
    this.dialect = dialect
  }

  /** Writes the assignments that expansions made. */
  commit(): void {
    if (this.writes === undefined) return
    for (const [name, value] of this.writes) setVariable(this.process, name, value)
    this.writes = undefined
  }

  /** All fields of words, as a command gets them. */
  fields(words: readonly Word[]): string[] {
    const all: string[] = []
    for (const word of words) {
      const expanded = this.dialect === 'bash' ? expandBraces(word) : [word]
      for (const one of expanded) {
        for (const field of this.split(this.pieces(one))) all.push(...this.glob(field))
        if (all.length > fieldsMax) throw new ExpansionError('argument list too long')
      }
    }
    return all
  }

  /** The text of a word without splitting (assignments, redirections, case). */
  text(word: Word): string {
    const ifs = this.variable('IFS') ?? ' '
    return this.pieces(word).map((piece) => (piece === fieldBreak ? (ifs[0] ?? ' ') : piece.text)).join('')
  }

  /** A word as a pattern: quoted text is literal. */
  pattern(word: Word): string {
    return this.pieces(word).map((piece) => (piece === fieldBreak ? ' ' : piece.quoted ? escapePattern(piece.text) : piece.text)).join('')
  }

  /** Arithmetic value of a word. */
  arithmetic(word: Word): number {
    try {
      return evaluate(this.text(word), { get: (name) => this.variable(name), set: (name, value) => this.write(name, value) })
    } catch (error) {
      if (error instanceof ArithError) throw new ExpansionError(this.dialect === 'ash' ? ashArithmetic(error.message) : error.message)
      throw error
    }
  }

  private write(name: string, value: string): void {
    this.writes ??= new Map()
    this.writes.set(name, value)
  }

  /** A variable or special parameter, with the assignments of this expansion. */
  variable(name: string): string | undefined {
    const written = this.writes?.get(name)
    if (written !== undefined) return written
    const indexed = /^(\w+)\[(.*)\]$/.exec(name)
    if (indexed !== null) return this.elements(indexed[1], indexed[2])?.join(' ')
    return special(this.process, name)
  }

  /** Elements that `name[index]` names. */
  private elements(name: string, index: string): readonly string[] | undefined {
    const variable = own(this.process.variables, name)
    if (variable === undefined) return undefined
    const items = variable.items ?? [variable.value]
    if (index === '@' || index === '*') return items
    const at = evaluate(index.replace(/^\$/, ''), { get: (key) => this.variable(key), set: () => undefined })
    const item = items[at < 0 ? items.length + at : at]
    return item === undefined ? undefined : [item]
  }

  private pieces(word: Word): Piece[] {
    const pieces: Piece[] = []
    for (const part of word) this.addPart(part, pieces)
    return pieces
  }

  private addPart(part: Part, pieces: Piece[]): void {
    switch (part.t) {
      case 'text':
        pieces.push({ text: part.text, quoted: part.quoted, isExpansion: false })
        return
      case 'tilde':
        pieces.push({ text: this.variable('HOME') ?? '/', quoted: true, isExpansion: false })
        return
      case 'command':
        pieces.push({ text: this.substitution(part.source), quoted: part.quoted, isExpansion: true })
        return
      case 'arith':
        pieces.push({ text: String(this.arithmetic(part.word)), quoted: part.quoted, isExpansion: true })
        return
      case 'param':
        this.addParam(part, pieces)
        return
    }
  }

  private substitution(source: string): string {
    this.hasSubstitution = true
    const known = this.process.substitutions[this.substitutionCount++]
    if (known === undefined) throw new SubstitutionNeeded(source)
    return known
  }

  /** The list that `$@`, `$*` or `${a[@]}` stands for. */
  private listOf(name: string): { items: readonly string[]; isAt: boolean } | undefined {
    if (name === '@' || name === '*') return { items: this.process.args, isAt: name === '@' }
    const match = /^(\w+)\[([@*])\]$/.exec(name)
    return match === null ? undefined : { items: this.elements(match[1], match[2]) ?? [], isAt: match[2] === '@' }
  }

  private addParam(part: Extract<Part, { t: 'param' }>, pieces: Piece[]): void {
    const list = this.listOf(part.name)
    if (list !== undefined && (part.op === undefined || (list.items.length > 0 && /^:?[-=?]$/.test(part.op)))) {
      this.addList(list.items, list.isAt, part.quoted, pieces)
      return
    }
    if (part.op === 'length') {
      const length = list !== undefined ? list.items.length : [...(this.needed(part.name) ?? '')].length
      pieces.push({ text: String(length), quoted: part.quoted, isExpansion: true })
      return
    }
    if (part.op === undefined) {
      pieces.push({ text: this.needed(part.name) ?? '', quoted: part.quoted, isExpansion: true })
      return
    }
    this.addOperator(part, part.op, pieces)
  }

  private addList(items: readonly string[], isAt: boolean, quoted: boolean, pieces: Piece[]): void {
    if (quoted && !isAt) {
      pieces.push({ text: items.join((this.variable('IFS') ?? ' ')[0] ?? ''), quoted, isExpansion: true })
      return
    }
    items.forEach((text, i) => {
      if (i > 0) pieces.push(fieldBreak)
      pieces.push({ text, quoted, isExpansion: true })
    })
  }

  /** The value; an unset one is an error under `set -u`. */
  private needed(name: string): string | undefined {
    const value = this.variable(name)
    if (value === undefined && this.process.options.u && !/^[@*]$/.test(name)) {
      throw new ExpansionError(this.dialect === 'ash' ? `${name}: parameter not set` : `${name}: unbound variable`, 127)
    }
    return value
  }

  private addOperator(part: Extract<Part, { t: 'param' }>, op: string, pieces: Piece[]): void {
    const value = op === 'indirect' ? undefined : this.variable(part.name)
    const word = part.word ?? []
    const isUsed = op.startsWith(':') && op.length === 2 ? value !== undefined && value !== '' : value !== undefined
    const push = (text: string): void => {
      pieces.push({ text, quoted: part.quoted, isExpansion: true })
    }
    switch (op.at(-1) ?? '') {
      case '-':
        if (isUsed) push(value ?? '')
        else for (const piece of word) this.addPart(piece, pieces)
        return
      case '+':
        if (isUsed) for (const piece of word) this.addPart(piece, pieces)
        else push('')
        return
      case '=':
        if (!isUsed) this.write(part.name, this.text(word))
        push(this.variable(part.name) ?? '')
        return
      case '?':
        if (!isUsed) throw new ExpansionError(`${part.name}: ${this.text(word) || (this.dialect === 'ash' ? 'parameter not set' : op === '?' ? 'parameter not set' : 'parameter null or not set')}`, 127)
        push(value ?? '')
        return
      default:
        push(this.transform(op, this.needed(op === 'indirect' ? (this.needed(part.name) ?? '') : part.name) ?? '', part))
    }
  }

  private transform(op: string, value: string, part: Extract<Part, { t: 'param' }>): string {
    const word = part.word ?? []
    switch (op) {
      case 'indirect': return value
      case '#': return trimPattern(value, this.pattern(word), 'start', false)
      case '##': return trimPattern(value, this.pattern(word), 'start', true)
      case '%': return trimPattern(value, this.pattern(word), 'end', false)
      case '%%': return trimPattern(value, this.pattern(word), 'end', true)
      case '^^': return value.toUpperCase()
      case ',,': return value.toLowerCase()
      case '^': return value.slice(0, 1).toUpperCase() + value.slice(1)
      case ',': return value.slice(0, 1).toLowerCase() + value.slice(1)
      case ':': return this.slice(value, part)
      default: {
        const where = op === '//' ? 'all' : op === '/#' ? 'start' : op === '/%' ? 'end' : 'first'
        return replacePattern(value, this.pattern(word), part.word2 === undefined ? '' : this.text(part.word2), where)
      }
    }
  }

  private slice(value: string, part: Extract<Part, { t: 'param' }>): string {
    const start = this.arithmetic(part.word ?? [])
    const from = start < 0 ? Math.max(value.length + start, 0) : start
    if (part.word2 === undefined) return value.slice(from)
    const length = this.arithmetic(part.word2)
    return value.slice(from, length < 0 ? value.length + length : from + length)
  }

  /** Cuts pieces into fields. */
  private split(pieces: readonly Piece[]): Segment[][] {
    const ifs = this.variable('IFS') ?? ' \t\n'
    const fields: Segment[][] = []
    let field: Segment[] | undefined
    const finish = (): void => {
      if (field !== undefined) fields.push(field)
      field = undefined
    }
    for (const piece of pieces) {
      if (piece === fieldBreak) finish()
      else if (piece.quoted || !piece.isExpansion) {
        if (piece.text !== '' || piece.quoted) (field ??= []).push(piece)
      } else {
        const cut = splitFields(piece.text, ifs)
        if (cut.startsWithBreak) finish()
        cut.fields.forEach((text, i) => {
          if (i > 0) finish()
          ;(field ??= []).push({ ...piece, text })
        })
        if (cut.endsWithBreak) finish()
      }
    }
    finish()
    return fields
  }

  private glob(field: readonly Segment[]): string[] {
    const text = field.map((segment) => segment.text).join('')
    if (this.process.options.f || !field.some((segment) => !segment.quoted && /[*?[]/.test(segment.text))) return [text]
    const pattern = field.map((segment) => (segment.quoted ? escapePattern(segment.text) : segment.text.replace(/\\/g, '\\\\'))).join('')
    const found = globPaths(pattern, this.process.cwd, this.files)
    return found.length === 0 ? [text] : found
  }
}

/** bash names the expression, ash only the kind of error. */
function ashArithmetic(message: string): string {
  return message.includes('division by 0') ? 'divide by zero' : 'arithmetic syntax error'
}
