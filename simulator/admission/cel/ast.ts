/** The syntax tree of CEL. Models cel-go/common/ast (v0.26). */

import type { CelType } from './types.ts'
import type { CelValue } from './values.ts'

interface Node {
  /** Where errors point: an offset into the text. */
  readonly pos: number
  /** Set by the checker. */
  type?: CelType
}
export interface ConstExpr extends Node { readonly kind: 'const'; readonly value: CelValue }
export interface IdentExpr extends Node { readonly kind: 'ident'; readonly name: string }
export interface SelectExpr extends Node {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  /** Inside `has()`. */
  readonly test: boolean
  /** The variable or type with this dotted name. */
  resolved?: string
}
export interface CallExpr extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly target?: Expr
  readonly args: readonly Expr[]
  /** The name with its prefix, when the target is one (`math.max`): then there is no target. */
  qualified?: string
  overloads?: readonly string[]
}
export interface ListExpr extends Node { readonly kind: 'list'; readonly elements: readonly Expr[]; readonly optional: readonly boolean[] }
export interface EntryExpr { readonly key: Expr; readonly value: Expr; readonly optional: boolean; readonly pos: number }
export interface MapExpr extends Node { readonly kind: 'map'; readonly entries: readonly EntryExpr[] }
export interface FieldExpr { readonly name: string; readonly value: Expr; readonly optional: boolean; readonly pos: number }
export interface StructExpr extends Node { readonly kind: 'struct'; readonly name: string; readonly fields: readonly FieldExpr[] }
/** A loop over a range that carries an accumulator. */
export interface FoldExpr extends Node {
  readonly kind: 'fold'
  readonly range: Expr
  readonly variable: string
  readonly second?: string
  readonly accumulator: string
  readonly init: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}
export type Expr = ConstExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | FoldExpr

/** What is wrong with an expression, and where. */
export interface Issue { readonly pos: number; readonly message: string }

/** The expressions that an expression is made of. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'const':
    case 'ident': return []
    case 'select': return [expr.operand]
    case 'call': return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list': return expr.elements
    case 'map': return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'struct': return expr.fields.map(({ value }) => value)
    case 'fold': return [expr.range, expr.init, expr.condition, expr.step, expr.result]
  }
}

const depthMax = 250
const nodesMax = 200_000

/** True for trees that nobody may go through: too deep, or grown too large by macros that repeat their target. */
export function isTooDeep(root: Expr): boolean {
  let level: Expr[] = [root]
  let nodes = 0
  for (let depth = 0; level.length > 0; depth++) {
    nodes += level.length
    if (depth > depthMax || nodes > nodesMax) return true
    level = level.flatMap(childrenOf)
  }
  return false
}

/** The dotted name that an expression spells, if it does. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.test) return undefined
  const prefix = qualifiedName(expr.operand)
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`
}

/** Issues as cel-go prints them: by place, each with a drawing of it. */
export function drawIssues(text: string, issues: readonly Issue[]): string {
  const lines = text.split('\n')
  const isWide = (char: string | undefined): boolean => char !== undefined && char > '\x7f'
  const mark = (line: string, column: number): string => `${Array.from(line).slice(0, column).map((char) => (isWide(char) ? '\uff0e' : '.')).join('')}${isWide(Array.from(line)[column]) ? '\uff3e' : '^'}`
  const placed = issues.map(({ pos, message }) => {
    if (pos < 0) return { line: -1, column: -1, message }
    if (text === '') return { line: 1, column: -1, message }
    const before = text.slice(0, pos)
    const line = before.split('\n').length
    return { line, column: Array.from(before.slice(before.lastIndexOf('\n') + 1)).length, message }
  })
  placed.sort((a, b) => a.line - b.line || a.column - b.column)
  // Where there is no text there is nothing to draw.
  if (text === '') return placed.map(({ line, column, message }) => `ERROR: <input>:${line}:${column + 1}: ${message}`).join('\n')
  return placed.map(({ line, column, message }) => (line < 0 ? `ERROR: <input>:-1:0: ${message}` : `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${(lines[line - 1] ?? '').replaceAll('\t', ' ')}\n | ${mark(lines[line - 1] ?? '', column)}`)).join('\n')
}
