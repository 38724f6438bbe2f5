/** How a word becomes several: braces, splitting by IFS, file names. */

import { compareText } from '../../kernel/text.ts'
import type { ShellFiles } from './host.ts'
import { isDirectory, resolvePath } from './host.ts'
import { hasPattern, matchPattern, unescapePattern } from './pattern.ts'
import type { Word } from './syntax.ts'

/** A failed expansion; the text follows the shell's name. It ends a script. */
export class ExpansionError extends Error {
  override readonly name = 'ExpansionError'
  /** Exit code of a bash script that it ends. */
  readonly code: number
  constructor(message: string, code = 1) {
    super(message)
    this.code = code
  }
}

/** Expanded words longer than this many fields are refused. */
export const fieldsMax = 100_000

/** Splits a value by IFS: blanks join, other separators count one by one. */
export function splitFields(text: string, ifs: string): { fields: string[]; startsWithBreak: boolean; endsWithBreak: boolean } {
  if (ifs === '') return { fields: text === '' ? [] : [text], startsWithBreak: false, endsWithBreak: false }
  const isBlank = (c: string): boolean => ifs.includes(c) && (c === ' ' || c === '\t' || c === '\n')
  const fields: string[] = []
  let i = 0
  while (i < text.length && isBlank(text[i])) i++
  const startsWithBreak = i > 0
  let endsWithBreak = false
  while (i < text.length) {
    let end = i
    while (end < text.length && !ifs.includes(text[end])) end++
    fields.push(text.slice(i, end))
    endsWithBreak = end < text.length
    i = end
    while (i < text.length && isBlank(text[i])) i++
    if (i < text.length && ifs.includes(text[i])) {
      i++
      while (i < text.length && isBlank(text[i])) i++
    }
  }
  return { fields, startsWithBreak, endsWithBreak }
}

/** Paths that match a pattern, in order. */
export function globPaths(pattern: string, cwd: string, files: ShellFiles): string[] {
  const isAbsolute = pattern.startsWith('/')
  let found = [isAbsolute ? '/' : '']
  const parts = pattern.split('/').filter((part) => part !== '')
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1
    const next: string[] = []
    for (const base of found) {
      const prefix = base === '' || base === '/' ? base : `${base}/`
      if (!hasPattern(part)) {
        const path = prefix + unescapePattern(part)
        const full = resolvePath(cwd, path)
        if (files.read(full) !== undefined || isDirectory(files, full)) next.push(path)
        continue
      }
      for (const name of files.list(resolvePath(cwd, base === '' ? '.' : base)) ?? []) {
        if (name.startsWith('.') && !part.startsWith('.')) continue
        if (!matchPattern(part, name)) continue
        const path = prefix + name
        if (isLast || isDirectory(files, resolvePath(cwd, path))) next.push(path)
      }
    }
    found = next
  })
  return found.sort(compareText)
}

/** Expands `{a,b}` and `{1..3}` in the unquoted text of a word. */
export function expandBraces(word: Word): Word[] {
  for (let i = 0; i < word.length; i++) {
    const part = word[i]
    if (part.t !== 'text' || part.quoted) continue
    const found = findBraces(part.text)
    if (found === undefined) continue
    const results: Word[] = []
    for (const item of found.items) {
      const text = found.before + item + found.after
      results.push(...expandBraces([...word.slice(0, i), { t: 'text', text, quoted: false }, ...word.slice(i + 1)]))
      if (results.length > fieldsMax) throw new ExpansionError('brace expansion is too long')
    }
    return results
  }
  return [word]
}

function findBraces(text: string): { before: string; items: readonly string[]; after: string } | undefined {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    let depth = 0
    const commas: number[] = []
    for (let i = start; i < text.length; i++) {
      if (text[i] === '{') depth++
      else if (text[i] === ',' && depth === 1) commas.push(i)
      else if (text[i] === '}' && --depth === 0) {
        const items = commas.length > 0 ? cutAt(text, start + 1, commas, i) : range(text.slice(start + 1, i))
        if (items !== undefined) return { before: text.slice(0, start), items, after: text.slice(i + 1) }
        break
      }
    }
  }
  return undefined
}

function cutAt(text: string, start: number, commas: readonly number[], end: number): string[] {
  const bounds = [start - 1, ...commas, end]
  return bounds.slice(1).map((bound, i) => text.slice(bounds[i] + 1, bound))
}

function range(text: string): string[] | undefined {
  const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(text)
  if (numbers !== null) {
    const from = Number(numbers[1])
    const to = Number(numbers[2])
    const step = Math.max(Math.abs(Number(numbers[3] ?? 1)), 1)
    if (Math.abs(to - from) / step > fieldsMax) throw new ExpansionError('brace expansion is too long')
    const width = /^-?0\d/.test(numbers[1]) || /^-?0\d/.test(numbers[2]) ? Math.max(numbers[1].length, numbers[2].length) : 0
    const items: string[] = []
    for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? step : -step) items.push(String(n).padStart(width, '0'))
    return items
  }
  const letters = /^([A-Za-z])\.\.([A-Za-z])$/.exec(text)
  if (letters === null) return undefined
  const from = letters[1].charCodeAt(0)
  const to = letters[2].charCodeAt(0)
  const items: string[] = []
  for (let n = from; from <= to ? n <= to : n >= to; n += from <= to ? 1 : -1) items.push(String.fromCharCode(n))
  return items
}
