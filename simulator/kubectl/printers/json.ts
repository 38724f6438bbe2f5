/** Writes JSON as Go does: HTML signs escaped, one member per line when indented. Models encoding/json MarshalIndent. */

import { compareText } from '../../kernel/text.ts'

function quote(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function write(value: unknown, style: { readonly indent: string; readonly isSorted: boolean }, pad: string): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : String(value)
  const inner = pad + style.indent
  const join = (parts: readonly string[], open: string, close: string): string =>
    parts.length === 0 ? open + close : style.indent === '' ? open + parts.join(',') + close : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${pad}${close}`
  if (Array.isArray(value)) return join(value.map((item) => write(item, style, inner)), '[', ']')
  const source = value as { readonly [key: string]: unknown }
  const keys = Object.keys(source).filter((key) => source[key] !== undefined)
  if (style.isSorted) keys.sort(compareText)
  const colon = style.indent === '' ? ':' : ': '
  return join(keys.map((key) => `${quote(key)}${colon}${write(source[key], style, inner)}`), '{', '}')
}

/** JSON with one member per line. `isSorted`: keys in text order, as Go writes maps; otherwise as they stand. */
export function toIndentedJson(value: unknown, indent: string, isSorted: boolean): string {
  return write(value, { indent, isSorted }, '')
}

/** JSON on one line with sorted keys. */
export function toCompactJson(value: unknown): string {
  return write(value, { indent: '', isSorted: true }, '')
}
