/** Are the parts of a query of the types that they must be? Models checkAST of prometheus/promql/parser/parse.go (v3.7). */

import { RE2JS } from 're2js'
import { goQuote } from '../../api/go-text.ts'
import { comparisons, parseError, setOperators, typeOf } from './expression.ts'
import type { Aggregate, Binary, Call, Expression, LabelMatcher, VectorSelector } from './expression.ts'
import { signatures } from './signatures.ts'
import type { ValueType } from './signatures.ts'

const documented: { readonly [type in ValueType]: string } = { scalar: 'scalar', vector: 'instant vector', matrix: 'range vector', string: 'string' }
const scalarParameters: ReadonlySet<string> = new Set(['topk', 'bottomk', 'quantile', 'limitk', 'limit_ratio'])

/** Checks a query that parsed. @throws PromqlError for the first thing that is wrong */
export function checkTypes(query: string, expression: Expression): void {
  new Checker(query).check(expression)
}

class Checker {
  private readonly query: string

  constructor(query: string) {
    this.query = query
  }

  check(expression: Expression): ValueType {
    switch (expression.type) {
      case 'number': case 'string': break
      case 'paren': this.check(expression.operand); break
      case 'unary': {
        const type = this.check(expression.operand)
        if (type !== 'scalar' && type !== 'vector') this.fail(expression.from, `unary expression only allowed on expressions of type scalar or instant vector, got ${goQuote(documented[type])}`)
        break
      }
      case 'selector': this.selector(expression); break
      case 'matrix': this.check(expression.selector); break
      case 'subquery': {
        const type = this.check(expression.operand)
        if (type !== 'vector') this.fail(expression.from, `subquery is only allowed on instant vector, got ${type} instead`)
        break
      }
      case 'aggregate': this.aggregate(expression); break
      case 'binary': this.binary(expression); break
      case 'call': this.call(expression); break
    }
    return typeOf(expression)
  }

  private fail(at: number, message: string): never {
    throw parseError(this.query, at, message)
  }

  private expect(expression: Expression, wanted: ValueType, context: string): void {
    const type = this.check(expression)
    if (type !== wanted) this.fail(expression.from, `expected type ${documented[wanted]} in ${context}, got ${documented[type]}`)
  }

  private selector({ name, matchers, from }: VectorSelector): void {
    const named = matchers.find(({ label }) => label === '__name__')
    if (name !== undefined) {
      if (named !== undefined) this.fail(from, `metric name must not be set twice: ${goQuote(name)} or ${goQuote(named.value)}`)
    } else if (matchers.every((matcher) => matchesEmpty(matcher))) this.fail(from, 'vector selector must contain at least one non-empty matcher')
  }

  private aggregate({ op, operand, parameter }: Aggregate): void {
    this.expect(operand, 'vector', 'aggregation expression')
    if (parameter === undefined) return
    if (scalarParameters.has(op)) this.expect(parameter, 'scalar', 'aggregation parameter')
    if (op === 'count_values') this.expect(parameter, 'string', 'aggregation parameter')
  }

  private binary({ op, left, right, isBool, matching, from }: Binary): void {
    const [leftType, rightType] = [this.check(left), this.check(right)]
    const operatorAt = left.to + (/^\s*/.exec(this.query.slice(left.to))?.[0].length ?? 0)
    if (isBool && !comparisons.has(op)) this.fail(operatorAt, 'bool modifier can only be used on comparison operators')
    const isScalar = leftType === 'scalar' && rightType === 'scalar'
    if (comparisons.has(op) && !isBool && isScalar) this.fail(operatorAt, 'comparisons between scalars must use BOOL modifier')
    const twice = matching.isOn ? matching.labels.find((label) => matching.include.includes(label)) : undefined
    if (twice !== undefined) this.fail(operatorAt, `label ${goQuote(twice)} must not occur in ON and GROUP clause at once`)
    for (const [side, type] of [[left, leftType], [right, rightType]] as const) {
      if (type !== 'scalar' && type !== 'vector') this.fail(side.from, 'binary expression must contain only scalar and instant vector types')
    }
    if (leftType !== 'vector' || rightType !== 'vector') {
      if (matching.labels.length > 0) this.fail(from, 'vector matching only allowed between instant vectors')
      if (setOperators.has(op)) this.fail(from, `set operator ${goQuote(op)} not allowed in binary scalar expression`)
    } else if (setOperators.has(op) && matching.card !== 'one-to-one') this.fail(from, `no grouping allowed for ${goQuote(op)} operation`)
  }

  private call({ name, args, from }: Call): void {
    const signature = signatures.get(name)
    if (signature === undefined) this.fail(from, `unknown function with name ${goQuote(name)}`)
    const { args: types, variadic } = signature
    const least = variadic === 0 ? types.length : types.length - 1
    if (variadic === 0 && args.length !== least) this.fail(from, `expected ${least} argument(s) in call to ${goQuote(name)}, got ${args.length}`)
    if (args.length < least) this.fail(from, `expected at least ${least} argument(s) in call to ${goQuote(name)}, got ${args.length}`)
    if (variadic > 0 && args.length > least + variadic) this.fail(from, `expected at most ${least + variadic} argument(s) in call to ${goQuote(name)}, got ${args.length}`)
    args.forEach((arg, i) => this.expect(arg, types[Math.min(i, types.length - 1)], `call to function ${goQuote(name)}`))
  }
}

function matchesEmpty({ op, value }: LabelMatcher): boolean {
  if (op === '=') return value === ''
  if (op === '!=') return value !== ''
  return RE2JS.compile(`^(?:${value})$`, RE2JS.DOTALL).matcher('').find() === (op === '=~')
}
