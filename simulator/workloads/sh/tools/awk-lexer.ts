/** Cuts awk programs into tokens. */

import { AwkSyntaxError } from './awk-syntax.ts'

/** A token of a program. */
export interface Token {
  readonly t: 'number' | 'string' | 'regex' | 'name' | 'function' | 'op' | 'newline' | 'end'
  readonly text: string
}

const operators = ['**=', '&&', '||', '++', '--', '+=', '-=', '*=', '/=', '%=', '^=', '**', '==', '<=', '>=', '!=', '!~', '>>', '{', '}', '(', ')', '[', ']', ';', ',', '+', '-', '*', '/', '%', '^', '!', '>', '<', '|', '?', ':', '~', '$', '=']
const stringEscapes: { readonly [c: string]: string } = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', '/': '/', a: '\x07', b: '\b', f: '\f', v: '\v' }

/** Text of a string literal with its escapes. */
export function awkUnescape(text: string): string {
  return text.replace(/\\([0-7]{1,3}|[\s\S])/g, (whole, c: string) => (/^[0-7]/.test(c) ? String.fromCharCode(parseInt(c, 8)) : (stringEscapes[c] ?? whole)))
}

/** Cuts a program into tokens; the last is `end`. @throws AwkSyntaxError */
export function tokenizeAwk(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const push = (t: Token['t'], piece: string, length = piece.length): void => {
    tokens.push({ t, text: piece })
    at += length
  }
  while (at < text.length) {
    const c = text[at]
    const rest = text.slice(at)
    if (c === ' ' || c === '\t' || c === '\r') at++
    else if (c === '\\' && /^\\\r?\n/.test(rest)) at += rest.indexOf('\n') + 1
    else if (c === '#') while (at < text.length && text[at] !== '\n') at++
    else if (c === '\n') push('newline', c)
    else if (c === '"') {
      const literal = /^"((?:\\[\s\S]|[^"\\\n])*)"/.exec(rest)
      if (literal === null) throw new AwkSyntaxError('unterminated string')
      push('string', awkUnescape(literal[1]), literal[0].length)
    } else if (/[0-9]/.test(c) || (c === '.' && /[0-9]/.test(text[at + 1] ?? ''))) {
      const literal = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/.exec(rest) as RegExpExecArray
      push('number', literal[0])
    } else if (/[A-Za-z_]/.test(c)) {
      const name = /^\w+/.exec(rest)?.[0] ?? c
      push(text[at + name.length] === '(' ? 'function' : 'name', name)
    } else if (c === '/' && startsOperand(tokens.at(-1))) {
      const literal = /^\/((?:\\[\s\S]|\[\^?\]?(?:\[:\w+:\]|\\[\s\S]|[^\]\n])*\]|[^/\\\n[])*)\//.exec(rest)
      if (literal === null) throw new AwkSyntaxError('unterminated regexp')
      push('regex', literal[1], literal[0].length)
    } else {
      const op = operators.find((one) => rest.startsWith(one))
      if (op === undefined) throw new AwkSyntaxError(`syntax error at source line 1: unexpected character '${c}'`)
      push('op', op)
    }
  }
  tokens.push({ t: 'newline', text: '\n' }, { t: 'end', text: 'end of program' })
  return tokens
}

/** After an operator or a keyword a slash starts a regular expression. */
function startsOperand(last: Token | undefined): boolean {
  if (last === undefined || last.t === 'newline') return true
  if (last.t === 'op') return ![')', ']', '$', '++', '--'].includes(last.text)
  return last.t === 'name' && ['print', 'printf', 'return', 'in', 'exit'].includes(last.text)
}
