/** The tree of a PromQL query. */

import { utf8Length } from '../../api/go-text.ts'
import { signatures } from './signatures.ts'
import type { ValueType } from './signatures.ts'

export interface LabelMatcher { readonly label: string; readonly op: '=' | '!=' | '=~' | '!~'; readonly value: string }
/** Where an expression stands in the query. */
export interface Span { readonly from: number; readonly to: number }
/** When a selector looks: `offsetMs` before the evaluation, or before the moment after `@`. */
export interface Moment { readonly offsetMs: number; readonly at?: number | 'start' | 'end' }

export interface VectorSelector extends Span, Moment { readonly type: 'selector'; readonly name?: string; readonly matchers: readonly LabelMatcher[] }
export interface MatrixSelector extends Span { readonly type: 'matrix'; readonly selector: VectorSelector; readonly rangeMs: number }
/** `stepMs` is missing for the default step. */
export interface Subquery extends Span, Moment { readonly type: 'subquery'; readonly operand: Expression; readonly rangeMs: number; readonly stepMs?: number }
/** How elements of two vectors find each other. `card`: which side may have many elements for one of the other. */
export interface Matching { readonly isOn: boolean; readonly labels: readonly string[]; readonly card: 'one-to-one' | 'many-to-one' | 'one-to-many'; readonly include: readonly string[] }
export interface Binary extends Span { readonly type: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression; readonly isBool: boolean; readonly matching: Matching }
export interface Aggregate extends Span { readonly type: 'aggregate'; readonly op: string; readonly operand: Expression; readonly parameter?: Expression; readonly labels: readonly string[]; readonly isWithout: boolean }
export interface Call extends Span { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }

export type Expression =
  | (Span & { readonly type: 'number'; readonly value: number })
  | (Span & { readonly type: 'string'; readonly value: string })
  | (Span & { readonly type: 'paren'; readonly operand: Expression })
  | (Span & { readonly type: 'unary'; readonly op: '+' | '-'; readonly operand: Expression })
  | VectorSelector | MatrixSelector | Subquery | Binary | Aggregate | Call

export const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])
export const setOperators: ReadonlySet<string> = new Set(['and', 'or', 'unless'])

/** A query that does not parse or cannot be evaluated, in Prometheus' words. */
export class PromqlError extends Error {
  override readonly name = 'PromqlError'
}

/** What is wrong at a place of the query: `1:7: parse error: ...`. */
export function parseError(query: string, at: number, message: string): PromqlError {
  const before = query.slice(0, at)
  const lineStart = before.lastIndexOf('\n') + 1
  return new PromqlError(`${before.split('\n').length}:${utf8Length(before.slice(lineStart)) + 1}: parse error: ${message}`)
}

/** What an expression gives. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.type) {
    case 'number': return 'scalar'
    case 'string': return 'string'
    case 'paren': case 'unary': return typeOf(expression.operand)
    case 'selector': case 'aggregate': return 'vector'
    case 'matrix': case 'subquery': return 'matrix'
    case 'binary': return typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar' ? 'scalar' : 'vector'
    case 'call': return signatures.get(expression.name)?.returns ?? 'vector'
  }
}

/** An expression without parentheses around it. */
export function unwrap(expression: Expression): Expression {
  return expression.type === 'paren' ? unwrap(expression.operand) : expression
}
