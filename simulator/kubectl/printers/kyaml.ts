/** -o kyaml: YAML in braces with quoted texts. Models sigs.k8s.io/yaml/kyaml (v1.6). */

import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'

/** Line end inside a quoted text: the text goes on below. */
const fold = '\\\n'
const escapes: { readonly [letter: string]: string } = {
  '"': '\\"', '\\': '\\\\', '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\r': '\\r', '\v': '\\v', '\0': '\\0', '\u001b': '\\e', '\u0085': '\\N', '\u00a0': '\\_', '\u2028': '\\L', '\u2029': '\\P',
}
const ambiguousWords = ['null', '~', 'true', 't', 'y', 'yes', 'on', 'false', 'f', 'n', 'no', 'off', '.inf', '-.inf', '+.inf', '.nan', 'inf', '+inf', '-inf', 'infinity', 'nan']
const number = /^[+-]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)$/
const sexagesimal = /^[+-]?[1-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/

const indentOf = (level: number): string => '  '.repeat(level)

/** True when a key has to be quoted, because YAML could take it for something else. */
function needsQuotes(text: string): boolean {
  if (text === '' || ambiguousWords.includes(text.toLowerCase()) || sexagesimal.test(text) || timestamp.test(text)) return true
  if (number.test(text.replaceAll('_', ''))) return true
  return !/^[\p{L}\p{N}_]([\p{L}\p{N}_./-]*[\p{L}\p{N}_])?$/u.test(text)
}

function escaped(letter: string): string {
  const known = escapes[letter]
  if (known !== undefined) return known
  const code = letter.codePointAt(0) ?? 0
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(letter)) return letter
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

/** A text on one line, as keys are written. */
function flatText(text: string): string {
  return `"${Array.from(text, (letter) => (letter === '\n' ? '\\n' : letter === '\t' ? '\\t' : escaped(letter))).join('')}"`
}

/** A quoted text; each of its lines gets a line of its own. */
function quoted(text: string, level: number): string {
  if (!text.includes('\n')) return `"${Array.from(text, (letter) => (letter === '\t' ? '\t' : escaped(letter))).join('')}"`
  const lines = text.split('\n')
  const shown = lines.map((line, index) => {
    const isLast = index === lines.length - 1
    if (isLast && line === '') return ''
    const lead = indentOf(level) + (/^\s/.test(line) ? '\\' : ' ')
    return `${lead}${Array.from(line, (letter) => (letter === '\t' ? '\t' : escaped(letter))).join('')}${isLast ? '' : '\\n'}${fold}`
  })
  return `"${fold}${shown.join('')}${indentOf(level)}"`
}

function render(value: unknown, level: number, isSorted: boolean): string {
  if (typeof value === 'string') return quoted(value, level + 1)
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    if (value.every((item) => Array.isArray(item) || isJsonObject(item))) return `[${value.map((item) => render(item, level, isSorted)).join(', ')}]`
    return `[\n${value.map((item) => `${indentOf(level + 1)}${render(item, level + 1, isSorted)},\n`).join('')}${indentOf(level)}]`
  }
  if (!isJsonObject(value)) return JSON.stringify(value ?? null)
  const keys = Object.keys(value).filter((key) => value[key] !== undefined)
  if (keys.length === 0) return '{}'
  if (isSorted) keys.sort(compareText)
  return `{\n${keys.map((key) => `${indentOf(level + 1)}${needsQuotes(key) ? flatText(key) : key}: ${render(value[key], level + 1, isSorted)},\n`).join('')}${indentOf(level)}}`
}

/** An object as a KYAML document. `isSorted` false keeps the order of its members. */
export function toKyaml(value: unknown, isSorted: boolean): string {
  return `---\n${render(value, 0, isSorted)}\n`
}
