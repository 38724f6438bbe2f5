/** expr: arithmetic and comparisons of words. */

import { compareText } from '../../../kernel/text.ts'
import type { Tool } from './tool.ts'
import { ToolFailure } from './tool.ts'

export const expr: Tool = {
  run({ argv }) {
    const value = exprValue(argv.slice(1))
    return { out: `${value}\n`, code: value === '' || value === '0' ? 1 : 0 }
  },
}

/** `expr`: comparisons, sums, products, from left to right by rank. */
function exprValue(args: readonly string[]): string {
  const ranks = [['|'], ['&'], ['=', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']]
  let at = 0
  const level = (rank: number): string => {
    if (rank === ranks.length) {
      const word = args[at++]
      if (word === undefined) throw new ToolFailure('expr: syntax error: missing argument\n', 2)
      if (word === 'length') return String((args[at++] ?? '').length)
      if (word !== '(') return word
      const inner = level(0)
      if (args[at++] !== ')') throw new ToolFailure("expr: syntax error: expecting ')'\n", 2)
      return inner
    }
    let left = level(rank + 1)
    while (args[at] !== undefined && ranks[rank].includes(args[at])) left = exprApply(args[at++], left, level(rank + 1))
    return left
  }
  if (args.length === 0) throw new ToolFailure("expr: missing operand\nTry 'expr --help' for more information.\n", 2)
  const value = level(0)
  if (at < args.length) throw new ToolFailure(`expr: syntax error: unexpected argument '${args[at]}'\n`, 2)
  return value
}

function exprApply(op: string, a: string, b: string): string {
  if (op === '|') return a !== '' && a !== '0' ? a : b
  if (op === '&') return a !== '' && a !== '0' && b !== '' && b !== '0' ? a : '0'
  const isNumeric = /^-?\d+$/.test(a) && /^-?\d+$/.test(b)
  const order = isNumeric ? Number(a) - Number(b) : compareText(a, b)
  const tests: { readonly [op: string]: boolean } = { '=': order === 0, '!=': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }
  if (op in tests) return tests[op] ? '1' : '0'
  if (!isNumeric) throw new ToolFailure('expr: non-integer argument\n', 2)
  if ((op === '/' || op === '%') && Number(b) === 0) throw new ToolFailure('expr: division by zero\n', 2)
  const [x, y] = [Number(a), Number(b)]
  return String(op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : op === '/' ? Math.trunc(x / y) : x % y)
}
