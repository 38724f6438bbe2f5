/** PromQL text as a tree, read by Prometheus' own grammar for the Lezer parser. */

import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode } from '@lezer/common'

export interface LabelMatcher { readonly label: string; readonly op: '=' | '!=' | '=~' | '!~'; readonly value: string }
export interface VectorSelector { readonly type: 'selector'; readonly name?: string; readonly matchers: readonly LabelMatcher[]; readonly rangeMs?: number; readonly offsetMs: number }
export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | VectorSelector
  | { readonly type: 'negate'; readonly operand: Expression }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'aggregate'; readonly op: string; readonly args: readonly Expression[]; readonly labels: readonly string[]; readonly isWithout: boolean }
  | { readonly type: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression; readonly isBool: boolean; readonly on?: readonly string[]; readonly ignoring?: readonly string[] }

/** A query that does not parse, or uses what is not there, in a sentence. */
export class PromqlError extends Error {
  override readonly name = 'PromqlError'
}

const unitMs: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 }

/** Parses a query. @throws PromqlError */
export function parsePromql(text: string): Expression {
  const tree = parser.parse(text)
  const errorAt = findError(tree.topNode)
  if (errorAt !== undefined) throw new PromqlError(`1:${errorAt + 1}: parse error: unexpected ${text.slice(errorAt, errorAt + 10) === '' ? 'end of input' : `"${text.slice(errorAt, errorAt + 10)}"`}`)
  const root = tree.topNode.firstChild
  if (root === null) throw new PromqlError('1:1: parse error: no expression found in input')
  return new Reader(text).read(root)
}

function findError(node: SyntaxNode): number | undefined {
  if (node.type.isError) return node.from
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    const found = findError(child)
    if (found !== undefined) return found
  }
  return undefined
}

/** `1h30m` in ms. */
export function parseDuration(text: string): number {
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) total += Number(count) * unitMs[unit]
  return total
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child)
  return children
}

class Reader {
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  read(node: SyntaxNode): Expression {
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { type: 'number', value: numberOf(this.textOf(node)) }
      case 'StringLiteral':
        return { type: 'string', value: unquote(this.textOf(node)) }
      case 'ParenExpr':
        return this.read(childrenOf(node)[0])
      case 'UnaryExpr':
        return this.unary(node)
      case 'VectorSelector':
        return this.selector(node)
      case 'MatrixSelector':
        return this.matrix(node)
      case 'OffsetExpr':
        return this.offset(node)
      case 'FunctionCall':
        return { type: 'call', name: this.textOf(node.getChild('FunctionIdentifier')), args: this.args(node) }
      case 'AggregateExpr':
        return this.aggregate(node)
      case 'BinaryExpr':
        return this.binary(node)
      default:
        throw new PromqlError(`${node.name} is not supported`)
    }
  }

  private textOf(node: SyntaxNode | null): string {
    return node === null ? '' : this.text.slice(node.from, node.to)
  }

  private unary(node: SyntaxNode): Expression {
    const [op, operand] = childrenOf(node)
    return this.textOf(op) === '-' ? { type: 'negate', operand: this.read(operand) } : this.read(operand)
  }

  private selector(node: SyntaxNode): VectorSelector {
    const name = node.getChild('Identifier')
    const list = node.getChild('LabelMatchers')
    const matchers = list === null ? [] : list.getChildren('UnquotedLabelMatcher').map((matcher): LabelMatcher => ({
      label: this.textOf(matcher.getChild('LabelName')),
      op: this.textOf(matcher.getChild('MatchOp')) as LabelMatcher['op'],
      value: unquote(this.textOf(matcher.getChild('StringLiteral'))),
    }))
    return { type: 'selector', name: name === null ? undefined : this.textOf(name), matchers, offsetMs: 0 }
  }

  private matrix(node: SyntaxNode): Expression {
    const inner = this.read(childrenOf(node)[0])
    if (inner.type !== 'selector') throw new PromqlError('ranges only allowed for vector selectors')
    return { ...inner, rangeMs: parseDuration(this.textOf(node.getChild('DurationExpr'))) }
  }

  private offset(node: SyntaxNode): Expression {
    const inner = this.read(childrenOf(node)[0])
    const offsetMs = parseDuration(this.textOf(node.getChild('OffsetDurationExpr')))
    if (inner.type === 'negate' && inner.operand.type === 'selector') return { ...inner, operand: { ...inner.operand, offsetMs } }
    if (inner.type !== 'selector') throw new PromqlError('offset modifier must be preceded by an instant vector selector or range vector selector')
    return { ...inner, offsetMs }
  }

  private args(node: SyntaxNode): Expression[] {
    const body = node.getChild('FunctionCallBody')
    return body === null ? [] : childrenOf(body).map((child) => this.read(child))
  }

  private aggregate(node: SyntaxNode): Expression {
    const modifier = node.getChild('AggregateModifier')
    const labels = modifier === null ? [] : this.labels(modifier)
    return { type: 'aggregate', op: this.textOf(node.getChild('AggregateOp')), args: this.args(node), labels, isWithout: modifier?.getChild('Without') != null }
  }

  private labels(node: SyntaxNode): string[] {
    return node.getChild('GroupingLabels')?.getChildren('LabelName').map((label) => this.textOf(label)) ?? []
  }

  private binary(node: SyntaxNode): Expression {
    const children = childrenOf(node)
    const matching = node.getChild('MatchingModifierClause')
    const op = this.textOf(children[1])
    const expression = { type: 'binary' as const, op, left: this.read(children[0]), right: this.read(children[children.length - 1]), isBool: node.getChild('BoolModifier') !== null }
    if (matching === null) return expression
    return matching.getChild('On') === null ? { ...expression, ignoring: this.labels(matching) } : { ...expression, on: this.labels(matching) }
  }
}

function numberOf(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return NaN
  if (/^\d+(ms|[smhdwy])/.test(text)) return parseDuration(text) / 1000
  return Number(text)
}

function unquote(text: string): string {
  const inner = text.slice(1, -1)
  return text.startsWith('`') ? inner : inner.replace(/\\(.)/g, (_whole, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char))
}
