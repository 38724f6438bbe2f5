/** Strings. Models cel-go/ext/strings.go, version 2 (v0.26). */

import type { CelValue } from '../values.ts'
import { CelError, isList, noSuchOverload } from '../values.ts'
import { formatText } from './format.ts'
import type { CelFunction, CelFunctions } from './function.ts'
import { isText } from './function.ts'

/** A function whose first arguments are texts; the rest must be whole numbers. */
function ofTexts(texts: number, run: (texts: readonly string[], numbers: readonly number[]) => CelValue): CelFunction {
  return (args) => {
    const numbers = args.slice(texts)
    if (!args.slice(0, texts).every(isText) || !numbers.every((value) => typeof value === 'bigint')) return undefined
    return run(args.slice(0, texts) as string[], numbers.map(Number))
  }
}

/** Tests of the standard library have no signature in their error. */
function test(holds: (text: string, part: string) => boolean): CelFunction {
  return ([text, part]) => (isText(text) && isText(part) ? holds(text, part) : noSuchOverload)
}

function outOfRange(index: number): CelError {
  return new CelError(`index out of range: ${index}`)
}

function startsAt(text: readonly string[], part: readonly string[], start: number): boolean {
  return part.every((char, index) => text[start + index] === char)
}

function indexOf(text: readonly string[], part: readonly string[], offset: number): CelValue {
  if (part.length === 0) return BigInt(offset)
  if (offset < 0) return outOfRange(offset)
  for (let start = offset; start + part.length <= text.length; start++) if (startsAt(text, part, start)) return BigInt(start)
  return -1n
}

function lastIndexOf(text: readonly string[], part: readonly string[], offset: number | undefined): CelValue {
  if (part.length === 0) return BigInt(offset ?? text.length)
  if (offset !== undefined && offset < 0) return outOfRange(offset)
  if (offset !== undefined && offset >= text.length) return -1n
  for (let start = Math.min(offset ?? text.length, text.length - part.length); start >= 0; start--) if (startsAt(text, part, start)) return BigInt(start)
  return -1n
}

function substring(text: readonly string[], start: number, end: number): CelValue {
  if (start > end) return end === text.length && start > text.length ? outOfRange(start) : new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  if (start < 0 || start > text.length) return outOfRange(start)
  if (end < 0 || end > text.length) return outOfRange(end)
  return text.slice(start, end).join('')
}

function split(text: string, separator: string, count: number): string[] {
  if (count === 0) return []
  const parts = separator === '' ? [...text] : text.split(separator)
  return count < 0 || parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

function replace(text: string, from: string, to: string, count: number): string {
  const parts = from === '' ? ['', ...text, ''] : text.split(from)
  const turns = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1)
  return parts.slice(1).reduce((done, part, index) => done + (index < turns ? to : from) + part, parts[0]!)
}

function join(list: CelValue, separator: CelValue): CelValue | undefined {
  if (!isList(list) || !isText(separator)) return undefined
  const wrong = list.find((item) => !isText(item))
  return wrong === undefined ? list.join(separator) : new CelError(`join: invalid input: ${String(wrong)}`)
}

const quoted: { readonly [char: string]: string } = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' }

function upper(text: string): string {
  return text.replace(/[a-z]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 32))
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 32))
}

export const stringFunctions: CelFunctions = {
  contains: test((text, part) => text.includes(part)),
  startsWith: test((text, part) => text.startsWith(part)),
  endsWith: test((text, part) => text.endsWith(part)),
  charAt: ofTexts(1, ([text], [index]) => {
    const chars = [...text!]
    return index! < 0 || index! > chars.length ? outOfRange(index!) : (chars[index!] ?? '')
  }),
  indexOf: ofTexts(2, ([text, part], [offset = 0]) => indexOf([...text!], [...part!], offset)),
  lastIndexOf: ofTexts(2, ([text, part], [offset]) => lastIndexOf([...text!], [...part!], offset)),
  join: ([list, separator = '']) => join(list!, separator),
  lowerAscii: ofTexts(1, ([text]) => lower(text!)),
  upperAscii: ofTexts(1, ([text]) => upper(text!)),
  replace: ofTexts(3, ([text, from, to], [count = -1]) => replace(text!, from!, to!, count)),
  split: ofTexts(2, ([text, separator], [count = -1]) => split(text!, separator!, count)),
  substring: ofTexts(1, ([text], [start, end]) => substring([...text!], start!, end ?? [...text!].length)),
  trim: ofTexts(1, ([text]) => text!.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '')),
  'strings.quote': ofTexts(1, ([text]) => `"${[...text!].map((char) => quoted[char] ?? char).join('')}"`),
  'jsonpatch.escapeKey': ofTexts(1, ([text]) => text!.replaceAll('~', '~0').replaceAll('/', '~1')),
  format: ([text, list]) => (isText(text) && isList(list!) ? formatText(text, list) : undefined),
}
