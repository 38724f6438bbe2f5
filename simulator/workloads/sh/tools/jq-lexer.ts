/** Cuts jq programs into tokens. */

import { JqSyntaxError } from './jq-syntax.ts'

/** A token; `parts` of a string with interpolations. */
export interface Token {
  readonly t: 'op' | 'name' | 'field' | 'var' | 'number' | 'string' | 'format' | 'keyword' | 'end'
  readonly text: string
  readonly parts?: readonly (string | readonly Token[])[]
}

const keywords = new Set(['def', 'if', 'then', 'elif', 'else', 'end', 'as', 'reduce', 'foreach', 'try', 'catch', 'and', 'or', 'label', 'import', 'include', '__loc__'])
const operators = ['?//=', '?//', '//=', '|=', '+=', '-=', '*=', '/=', '%=', '==', '!=', '<=', '>=', '//', '..', '.', '[', ']', '(', ')', '{', '}', '|', ',', ':', ';', '=', '<', '>', '+', '-', '*', '/', '%', '?', '$']

/** jq's message for a token that does not fit. */
export function syntaxError(found: string, program: string): JqSyntaxError {
  return new JqSyntaxError(`syntax error, unexpected ${found} (Unix shell quoting issues?) at <top-level>, line 1:\n${program}`)
}

/** Reads tokens up to the end, or to the parenthesis that closes a string interpolation. */
export function tokenizeJq(text: string, start: number, isNested: boolean): { tokens: Token[]; end: number } {
  const tokens: Token[] = []
  let at = start
  let depth = 0
  while (at < text.length) {
    const rest = text.slice(at, at + 300)
    const blank = /^(?:\s+|#[^\n]*)/.exec(rest)
    if (blank !== null) {
      at += blank[0].length
      continue
    }
    if (isNested && rest[0] === '(') depth++
    if (isNested && rest[0] === ')' && depth-- === 0) return { tokens: [...tokens, { t: 'end', text: '' }], end: at + 1 }
    if (rest[0] === '"') {
      const string = readString(text, at)
      tokens.push(string.token)
      at = string.end
      continue
    }
    const field = /^\.([A-Za-z_]\w*)/.exec(rest)
    const format = /^@(\w+)/.exec(rest)
    const variable = /^\$(__loc__|[A-Za-z_]\w*(?:::\w+)*)/.exec(rest)
    const name = /^[A-Za-z_]\w*(?:::\w+)*/.exec(rest)
    const number = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(rest)
    const op = operators.find((one) => rest.startsWith(one))
    const [token, length]: [Token | undefined, number] =
      field !== null ? [{ t: 'field', text: field[1] }, field[0].length]
      : format !== null ? [{ t: 'format', text: format[1] }, format[0].length]
      : variable !== null ? [{ t: 'var', text: variable[1] }, variable[0].length]
      : name !== null ? [{ t: keywords.has(name[0]) ? 'keyword' : 'name', text: name[0] }, name[0].length]
      : number !== null ? [{ t: 'number', text: number[0] }, number[0].length]
      : op !== undefined ? [{ t: 'op', text: op }, op.length]
      : [undefined, 0]
    if (token === undefined) throw syntaxError('INVALID_CHARACTER', text)
    tokens.push(token)
    at += length
  }
  if (isNested) throw syntaxError('end of file', text)
  return { tokens: [...tokens, { t: 'end', text: '' }], end: at }
}

function readString(text: string, start: number): { token: Token; end: number } {
  const parts: (string | readonly Token[])[] = []
  let plain = ''
  let at = start + 1
  for (;;) {
    const c = text[at]
    if (c === undefined) throw syntaxError('QQSTRING_START, expecting end of file', text)
    if (c === '"') break
    if (c !== '\\') {
      plain += c
      at++
      continue
    }
    const next = text[at + 1]
    if (next === '(') {
      const inner = tokenizeJq(text, at + 2, true)
      parts.push(plain, inner.tokens)
      plain = ''
      at = inner.end
      continue
    }
    const escape = /^\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])/.exec(text.slice(at, at + 6))
    if (escape === null) throw syntaxError('INVALID_CHARACTER', text)
    plain += JSON.parse(`"${escape[0]}"`) as string
    at += escape[0].length
  }
  parts.push(plain)
  return { token: { t: 'string', text: plain, parts }, end: at + 1 }
}
