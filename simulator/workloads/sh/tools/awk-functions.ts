/** The text functions of awk: split, sub, gsub, match, sprintf. */

import type { Regex } from '../regex.ts'
import { AwkState } from './awk-state.ts'
import type { Expr } from './awk-syntax.ts'
import { AwkSyntaxError } from './awk-syntax.ts'
import type { Value } from './awk-values.ts'
import { AwkError, toNumber } from './awk-values.ts'
import { formatOne } from './printf.ts'

/** Functions of texts, on an evaluator that the subclass gives. */
export abstract class AwkFunctions extends AwkState {
  protected regexFrom(expr: Expr): Regex {
    return expr.t === 'regex' ? expr.regex : this.regexOf(this.str(this.evaluate(expr)))
  }

  protected key(keys: readonly Expr[]): string {
    return keys.map((key) => this.str(this.evaluate(key))).join(this.text(this.globals.get('SUBSEP')))
  }

  protected store(target: Expr, value: Value): void {
    if (target.t === 'var') this.setVariable(target.name, value)
    else if (target.t === 'index') this.array(target.name).set(this.key(target.keys), value)
    else if (target.t === 'field') this.setField(Math.trunc(toNumber(this.evaluate(target.index))), value)
    else throw new AwkSyntaxError('syntax error: assignment to what is no variable')
  }

  protected substr(text: string, start: number, length: number): string {
    const all = [...text]
    const from = Math.max(Math.round(start), 1)
    const to = Math.min(Math.round(start) + (length === Infinity ? Infinity : Math.round(length)), all.length + 1)
    return all.slice(from - 1, Math.max(to - 1, from - 1)).join('')
  }

  protected splitInto(args: readonly Expr[]): number {
    const text = this.str(this.evaluate(args[0]))
    if (args[1]?.t !== 'var') throw new AwkError('split: second argument is not an array')
    const separator = args[2] === undefined ? this.text(this.globals.get('FS')) : undefined
    const pieces = separator !== undefined ? this.splitBy(text, separator) : args[2].t === 'regex' ? this.splitByRegex(text, args[2].regex) : this.splitBy(text, this.str(this.evaluate(args[2])))
    const cells = this.array(args[1].name)
    cells.clear()
    pieces.forEach((piece, i) => cells.set(String(i + 1), { text: piece }))
    return pieces.length
  }

  protected replace(args: readonly Expr[], isGlobal: boolean): number {
    const regex = this.regexFrom(args[0])
    const by = this.str(this.evaluate(args[1]))
    const target: Expr = args[2] ?? { t: 'field', index: { t: 'number', value: 0 } }
    const text = this.str(this.evaluate(target))
    let result = ''
    let at = 0
    let count = 0
    let lastEnd = -1
    while (at <= text.length) {
      const match = regex.find(text, at)
      if (match === undefined) break
      const isEmpty = match.end === match.start
      result += text.slice(at, match.start)
      if (!(isEmpty && match.start === lastEnd)) {
        const whole = match.groups[0] ?? ''
        result += by.replace(/\\\\|\\&|&/g, (mark) => (mark === '&' ? whole : mark === '\\&' ? '&' : '\\'))
        count++
      }
      lastEnd = match.end
      at = match.end
      if (isEmpty) result += text[at++] ?? ''
      if (!isGlobal) break
    }
    if (count > 0) this.store(target, result + text.slice(at))
    return count
  }

  protected match(args: readonly Expr[]): number {
    const text = this.str(this.evaluate(args[0]))
    const found = this.regexFrom(args[1]).find(text)
    const start = found === undefined ? 0 : found.start + 1
    this.globals.set('RSTART', start)
    this.globals.set('RLENGTH', found === undefined ? -1 : found.end - found.start)
    if (args[2]?.t === 'var') {
      const cells = this.array(args[2].name)
      cells.clear()
      found?.groups.forEach((group, i) => cells.set(String(i), { text: group ?? '' }))
    }
    return start
  }

  protected sprintf(format: string, values: readonly Value[]): string {
    let used = 0
    return format.replace(/%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z%])/g, (whole, flags: string, width: string | undefined, precision: string | undefined, kind: string) => {
      if (kind === '%') return '%'
      const size = width === '*' ? toNumber(values[used++]) : Number(width ?? 0)
      const exact = precision === '*' ? toNumber(values[used++]) : whole.includes('.') ? Number(precision ?? 0) : undefined
      if (used >= values.length && kind !== 's') throw new AwkError('not enough args in printf(' + format + ')')
      const value = values[used++]
      const piece = kind === 'c' ? (typeof value === 'number' ? String.fromCodePoint(Math.max(0, Math.min(value, 0x10ffff))) : this.str(value).slice(0, 1)) : formatOne(kind, this.str(value), exact, flags, () => toNumber(value))
      if (piece === undefined) return whole
      if (piece.length >= size) return piece
      if (flags.includes('-')) return piece.padEnd(size)
      const sign = /^[+-]/.exec(piece)?.[0] ?? ''
      return flags.includes('0') && kind !== 's' ? sign + piece.slice(sign.length).padStart(size - sign.length, '0') : piece.padStart(size)
    })
  }

  /** The value of an expression. */
  protected abstract evaluate(expr: Expr): Value
}
