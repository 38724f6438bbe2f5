/** Field selectors: `metadata.name=web,status.phase!=Running`. Models apimachinery/pkg/fields (v1.35). */

import { compareText } from '../kernel/text.ts'
import type { SelectorError } from './selector.ts'

/** One comparison of a field with a text. */
export interface FieldTerm { readonly field: string; readonly operator: '=' | '!='; readonly value: string }
/** A parsed field selector: all terms must hold. */
export interface FieldSelector { readonly terms: readonly FieldTerm[] }

function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === ',') {
      terms.push(text.slice(start, index))
      start = index + 1
    }
  }
  terms.push(text.slice(start))
  return terms
}

function unescapeValue(text: string): string | SelectorError {
  let value = ''
  const chars = [...text]
  for (let index = 0; index < chars.length; index++) {
    const char = chars[index]!
    if (char === '\\') {
      const escaped = chars[++index]
      if (escaped !== '\\' && escaped !== ',' && escaped !== '=') return { error: `invalid field selector: invalid escape sequence: \\${escaped ?? ''}` }
      value += escaped
    } else if (char === ',' || char === '=') {
      return { error: `invalid field selector: unescaped character in value: ${char.charCodeAt(0)}` }
    } else {
      value += char
    }
  }
  return value
}

/** Reads the text form, as `--field-selector` has it. Whether a kind knows the field is the caller's question. */
export function parseFieldSelector(text: string): FieldSelector | SelectorError {
  const terms: FieldTerm[] = []
  for (const part of splitTerms(text).sort(compareText)) {
    if (part === '') continue
    const match = /^([\s\S]*?)(!=|==|=)([\s\S]*)$/.exec(part)
    if (match === null) return { error: `invalid selector: '${text}'; can't understand '${part}'` }
    const value = unescapeValue(match[3]!)
    if (typeof value !== 'string') return value
    terms.push({ field: match[1]!, operator: match[2] === '!=' ? '!=' : '=', value })
  }
  return { terms }
}

/** True when the fields meet all terms; a field that is not there counts as ''. */
export function matchesFields(selector: FieldSelector, valueOf: (field: string) => string): boolean {
  return selector.terms.every((term) => (valueOf(term.field) === term.value) === (term.operator === '='))
}

/** The selector as text. */
export function formatFieldSelector(selector: FieldSelector): string {
  return selector.terms.map((term) => `${term.field}${term.operator}${term.value.replace(/[\\,=]/g, '\\$&')}`).join(',')
}
