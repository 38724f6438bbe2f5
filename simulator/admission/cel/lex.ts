/** Tokens of CEL, with the errors of its generated lexer. Models cel-go/parser/gen/CEL.g4 (v0.26). */

import { utf8Bytes } from '../../api/base64.ts'
import type { Issue } from './ast.ts'

/** A token: `text` as written. Keywords and operators have their text as kind. */
export interface Token { readonly kind: string; readonly text: string; readonly pos: number }

const escape = String.raw`\\(?:[abfnrtv"'\\?\x60]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[xX][0-9a-fA-F]{2}|[0-3][0-7]{2})`
const texts = [
  String.raw`[rR]"""[\s\S]*?"""`, String.raw`[rR]'''[\s\S]*?'''`, String.raw`[rR]"[^"\n\r]*"`, String.raw`[rR]'[^'\n\r]*'`,
  String.raw`"""(?:${escape}|[^\\])*?"""`, String.raw`'''(?:${escape}|[^\\])*?'''`, String.raw`"(?:${escape}|[^\\"\n\r])*"`, String.raw`'(?:${escape}|[^\\'\n\r])*'`,
].join('|')
const patterns: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['SPACE', /[\t \r\n\f]+|\/\/[^\n]*/y],
  ['BYTES', new RegExp(`[bB](?:${texts})`, 'y')],
  ['STRING', new RegExp(texts, 'y')],
  ['NUM_FLOAT', /\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?/y],
  ['NUM_UINT', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['NUM_INT', /0x[0-9a-fA-F]+|\d+/y],
  ['WORD', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['ESC_IDENTIFIER', /`[A-Za-z0-9_.\-/ ]+`/y],
  ['OPERATOR', /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y],
]
const keywords: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in'])

/** What the lexer gives up on: the start of a token, up to the character that fits none. */
function unrecognized(text: string, pos: number): string {
  const char = text[pos]!
  if (char === '=' || char === '&' || char === '|') return text.slice(pos, pos + 2)
  if (char !== '"' && char !== "'") return char
  const body = new RegExp(`(?:${escape}|[^\\\\${char}\\n\\r])*`, 'y')
  body.lastIndex = pos + 1
  const end = pos + 1 + (body.exec(text)?.[0].length ?? 0)
  const escaped = /^\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?/.exec(text.slice(end))?.[0] ?? ''
  return text.slice(pos, end + escaped.length + 1)
}

/** The tokens of a text, the last one `<EOF>`; characters that fit no token are issues and skipped. */
export function lex(text: string, issues: Issue[]): Token[] {
  const tokens: Token[] = []
  let pos = 0
  while (pos < text.length) {
    let found: Token | undefined
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = pos
      const match = pattern.exec(text)
      if (match === null) continue
      const word = match[0]
      const shown = kind === 'OPERATOR' || keywords.has(word) ? word : kind === 'WORD' ? 'IDENTIFIER' : kind
      found = { kind: shown, text: word, pos }
      break
    }
    if (found === undefined) {
      const bad = unrecognized(text, pos)
      issues.push({ pos, message: `Syntax error: token recognition error at: '${bad}'` })
      pos += bad.length
      continue
    }
    if (found.kind !== 'SPACE') tokens.push(found)
    pos += found.text.length
  }
  tokens.push({ kind: '<EOF>', text: '<EOF>', pos: text.length })
  return tokens
}

const simpleEscapes: { readonly [letter: string]: string } = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '"': '"', "'": "'", '\\': '\\', '?': '?', '`': '`' }

function bodyOf(token: string): { readonly body: string; readonly raw: boolean } {
  const prefix = /^[bBrR]*/.exec(token)![0]
  const quoted = token.slice(prefix.length)
  const width = /^(?:"""|''')/.test(quoted) && quoted.length >= 6 ? 3 : 1
  return { body: quoted.slice(width, -width), raw: /[rR]/.test(prefix) }
}

const escapes = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|([\s\S]))/g

/** The characters that a string token stands for. */
export function unquote(token: string): string {
  const { body, raw } = bodyOf(token)
  if (raw) return body
  return body.replace(escapes, (_all, u?: string, long?: string, x?: string, octal?: string, letter?: string) => {
    const hex = u ?? long ?? x
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
    return simpleEscapes[letter!] ?? letter!
  })
}

/** The bytes that a bytes token stands for: its characters in UTF-8, \\x and \\ooo as they are. */
export function unquoteBytes(token: string): Uint8Array {
  const { body, raw } = bodyOf(token)
  if (raw) return Uint8Array.from(utf8Bytes(body))
  const bytes: number[] = []
  for (const [part, , , x, octal, letter] of body.matchAll(new RegExp(`${escapes.source}|[^\\\\]+`, 'g'))) {
    if (x !== undefined) bytes.push(Number.parseInt(x, 16))
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else bytes.push(...utf8Bytes(letter === undefined ? part : (simpleEscapes[letter] ?? letter)))
  }
  return Uint8Array.from(bytes)
}
