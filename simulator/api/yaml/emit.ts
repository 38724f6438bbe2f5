/** Writes YAML as kubectl prints it. Models sigs.k8s.io/yaml v1.6 over the go-yaml v2.4 emitter (used by Kubernetes v1.35). */

import { formatFloat } from '../go-text.ts'
import { resolvePlain } from './resolve.ts'

const widthMax = 80
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const printable = /^[\n\x20-\x7E\xA0-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]*$/
const simpleKeyBytesMax = 128
const safeDigits = 15
const doubleEscapes: { readonly [char: string]: string } = {
  '\0': '0', '\x07': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r', '\x1B': 'e', '"': '"', '\\': '\\', '\x85': 'N', '\xA0': '_', '\u2028': 'L', '\u2029': 'P',
}

/** Orders keys as go-yaml does: letters after other characters, numbers inside of texts by value. */
export function compareYamlKeys(a: string, b: string): number {
  const left = [...a]
  const right = [...b]
  for (let index = 0; index < left.length && index < right.length; index++) {
    if (left[index] !== right[index]) return compareAt(left, right, index)
  }
  return left.length - right.length
}

function isLetter(char: string): boolean {
  return /^\p{L}$/u.test(char)
}

/** A run of digits from an index on: its value and where it ends. */
function numberAt(chars: readonly string[], start: number, before: number): { value: number; end: number } {
  let end = start
  while (end < chars.length && /^\p{Nd}$/u.test(chars[end]!)) end++
  const digits = chars.slice(start, end).map((digit) => digit.codePointAt(0)! - 48)
  if (digits.length <= safeDigits) return { value: digits.reduce((value, digit) => value * 10 + digit, before), end }
  // Upstream counts in 64 bits, and long runs overflow.
  return { value: Number(digits.reduce((value, digit) => BigInt.asIntN(64, value * 10n + BigInt(digit)), BigInt(before))), end }
}

function compareAt(left: readonly string[], right: readonly string[], index: number): number {
  const a = left[index]!
  const b = right[index]!
  const difference = a.codePointAt(0)! - b.codePointAt(0)!
  if (isLetter(a) && isLetter(b)) return difference
  if (isLetter(a) || isLetter(b)) return isLetter(b) ? -1 : 1
  let before = 0
  if (a === '0' || b === '0') {
    for (let digit = index - 1; digit >= 0 && /^\p{Nd}$/u.test(left[digit]!); digit--) {
      if (left[digit] !== '0') {
        before = 1
        break
      }
    }
  }
  const leftNumber = numberAt(left, index, before)
  const rightNumber = numberAt(right, index, before)
  return leftNumber.value - rightNumber.value || leftNumber.end - rightNumber.end || difference
}

interface ScalarForms { readonly plain: boolean; readonly single: boolean; readonly block: boolean }

/** Which styles can hold a text in block context. */
function analyze(text: string): ScalarForms {
  if (text === '') return { plain: true, single: true, block: false }
  const hasSpecial = !printable.test(text) || / \n/.test(text)
  const hasBreak = text.includes('\n')
  const hasIndicator = /^(?:---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](?:[ \t]|$)/.test(text) || /:(?:[ \t]|$)/.test(text.slice(1)) || /[ \t\n]#/.test(text)
  const hasEdge = /^[ \n]|[ \n]$/.test(text)
  const hasBreakSpace = /\n /.test(text)
  return {
    plain: !hasSpecial && !hasBreak && !hasIndicator && !hasEdge && !hasBreakSpace,
    single: !hasSpecial && !hasBreakSpace,
    block: !hasSpecial && !text.endsWith(' '),
  }
}

/** Collects output and knows the column, on which folding depends. */
class Writer {
  text = ''
  column = 0

  write(piece: string): void {
    this.text += piece
    this.column += [...piece].length
  }

  newline(indent: number): void {
    this.text += `\n${' '.repeat(indent)}`
    this.column = indent
  }
}

/** Words of a flow scalar, folded at blanks past the width. */
function writeFolded(out: Writer, text: string, indent: number, canFold: boolean, quote: '' | "'"): void {
  const chars = [...text]
  let wasSpace = false
  chars.forEach((char, index) => {
    if (char !== ' ') {
      out.write(quote === "'" && char === "'" ? "''" : char)
      wasSpace = false
      return
    }
    const isInside = quote === '' || (index > 0 && index < chars.length - 1)
    if (canFold && !wasSpace && out.column > widthMax && isInside && chars[index + 1] !== ' ') out.newline(indent)
    else out.write(' ')
    wasSpace = true
  })
}

function writeDouble(out: Writer, text: string, indent: number, canFold: boolean): void {
  const chars = [...text]
  let wasSpace = false
  out.write('"')
  chars.forEach((char, index) => {
    if (char === ' ') {
      if (canFold && !wasSpace && out.column > widthMax && index > 0 && index < chars.length - 1) {
        out.newline(indent)
        if (chars[index + 1] === ' ') out.write('\\')
      } else {
        out.write(' ')
      }
      wasSpace = true
      return
    }
    wasSpace = false
    out.write(printable.test(char) && char !== '"' && char !== '\\' && !/[\n\u2028\u2029\uFEFF]/.test(char) ? char : escapeDouble(char))
  })
  out.write('"')
}

function escapeDouble(char: string): string {
  const short = doubleEscapes[char]
  if (short !== undefined) return `\\${short}`
  const code = char.codePointAt(0)!
  const hex = code.toString(16).toUpperCase()
  return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function writeLiteral(out: Writer, text: string, indent: number): void {
  const hint = /^[ \n]/.test(text) ? '2' : ''
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  out.write(`|${hint}${chomp}`)
  const lines = text.split('\n')
  const last = text.endsWith('\n') ? lines.length - 1 : lines.length
  for (const line of lines.slice(0, last)) {
    if (line === '') out.newline(0)
    else {
      out.newline(indent)
      out.write(line)
    }
  }
}

function writeString(out: Writer, text: string, indent: number, isKey: boolean): void {
  const forms = analyze(text)
  const isPlainText = resolvePlain(text).tag === 'str' && !base60.test(text)
  if (text.includes('\n') && forms.block && !isKey) return writeLiteral(out, text, indent)
  if (text.includes('\n') || !isPlainText) return writeDouble(out, text, indent, !isKey)
  if (forms.plain && !(text === '' && isKey)) return writeFolded(out, text, indent, !isKey, '')
  if (!forms.single) return writeDouble(out, text, indent, !isKey)
  out.write("'")
  writeFolded(out, text, indent, !isKey, "'")
  out.write("'")
}

function scalarText(value: unknown): string {
  if (typeof value !== 'number') return String(value ?? null)
  return Number.isInteger(value) && Math.abs(value) < 1.8446744073709552e19 ? BigInt(value).toString() : formatFloat(value)
}

/** Writes a value behind `key:` or `-`; `indent` is that of the surrounding collection. */
function writeValue(out: Writer, value: unknown, indent: number, inMapping: boolean): void {
  if (Array.isArray(value)) {
    if (value.length === 0) return out.write(inMapping ? ' []' : '[]')
    return writeSequence(out, value, inMapping ? indent : indent + 2, inMapping)
  }
  if (typeof value === 'object' && value !== null) {
    const map = value as { readonly [key: string]: unknown }
    const keys = Object.keys(map).filter((key) => map[key] !== undefined)
    if (keys.length === 0) return out.write(inMapping ? ' {}' : '{}')
    return writeMapping(out, map, keys.sort(compareYamlKeys), indent + 2, inMapping)
  }
  if (inMapping) out.write(' ')
  if (typeof value === 'string') writeString(out, value, indent + 2, false)
  else out.write(scalarText(value))
}

/** Items of a sequence. The first one begins on the current line unless `isNewLine`. */
function writeSequence(out: Writer, items: readonly unknown[], indent: number, isNewLine: boolean): void {
  items.forEach((item, index) => {
    if (index > 0 || isNewLine) out.newline(indent)
    out.write('- ')
    writeValue(out, item, indent, false)
  })
}

function writeMapping(out: Writer, map: { readonly [key: string]: unknown }, keys: readonly string[], indent: number, isNewLine: boolean): void {
  keys.forEach((key, index) => {
    if (index > 0 || isNewLine) out.newline(indent)
    if (key.includes('\n') || key.length > simpleKeyBytesMax) {
      out.write('? ')
      writeString(out, key, indent + 2, false)
      out.newline(indent)
      out.write(': ')
      writeValue(out, map[key], indent, false)
    } else {
      writeString(out, key, indent + 2, true)
      out.write(':')
      writeValue(out, map[key], indent, true)
    }
  })
}

/**
 * A JSON value as YAML, with a line break at the end: what `-o yaml` prints.
 * Keys are sorted as go-yaml sorts them; members that are undefined are left out.
 */
export function toYaml(value: unknown): string {
  const out = new Writer()
  // A text that is a whole document is indented all the same.
  writeValue(out, value, typeof value === 'string' ? 0 : -2, false)
  return `${out.text}\n`
}
