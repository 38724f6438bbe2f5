/** Checks of literals after the types: durations, moments, patterns, lists of one type, format strings. Models cel-go/cel/validator.go and ext/formatting.go (v0.26). */

import type { CallExpr, Expr, Issue } from './ast.ts'
import { childrenOf } from './ast.ts'
import { formatIssue } from './functions/format.ts'
import { patternError } from './functions/regex.ts'
import { parseDuration, parseTimestamp } from './time-text.ts'
import type { CelType } from './types.ts'
import { formatType } from './types.ts'

type Shown = (type: CelType) => CelType

function isSame(a: CelType, b: CelType): boolean {
  return a === b || (a.kind === b.kind && a.params.length === b.params.length && (a.kind === 'param' || a.name === b.name) && a.params.every((param, index) => isSame(param, b.params[index]!)))
}

const literalTests: { readonly [name: string]: (text: string) => boolean } = {
  duration: (text) => parseDuration(text) !== undefined,
  timestamp: (text) => parseTimestamp(text) !== undefined,
  matches: (text) => patternError(text) === undefined,
}

function checkCall(expr: CallExpr, shown: Shown): Issue[] {
  const argument = expr.args[0]
  const holds = literalTests[expr.name]
  if (expr.name === 'duration' && argument?.kind === 'const' && typeof argument.value === 'bigint') return [{ pos: argument.pos, message: 'invalid duration argument' }]
  if (holds !== undefined && argument?.kind === 'const' && typeof argument.value === 'string' && !holds(argument.value)) return [{ pos: argument.pos, message: `invalid ${expr.name} argument` }]
  if (expr.name !== 'format' || expr.target?.kind !== 'const' || typeof expr.target.value !== 'string' || argument?.kind !== 'list') return []
  const types = argument.elements.map((element) => shown(element.type!))
  const issue = formatIssue(expr.target.value, types)
  if (issue === undefined) return []
  return [{ pos: issue.argument === undefined ? expr.pos : argument.elements[issue.argument]!.pos, message: issue.message }]
}

function inner(type: CelType, optional: boolean): CelType {
  return optional ? (type.params[0] ?? type) : type
}

function mismatch(expr: Expr, expected: CelType, found: CelType): Issue {
  return { pos: expr.pos, message: `expected type '${formatType(expected)}' but found '${formatType(found)}'` }
}

/** Issues of a list or map whose members have different types. */
function checkAggregate(expr: Expr, shown: Shown): Issue[] {
  if (expr.kind === 'list') {
    const types = expr.elements.map((element, index) => inner(shown(element.type!), expr.optional[index]!))
    const other = types.findIndex((type) => !isSame(types[0]!, type))
    return other < 0 ? [] : [mismatch(expr.elements[other]!, types[0]!, types[other]!)]
  }
  if (expr.kind !== 'map') return []
  const issues: Issue[] = []
  const [first] = expr.entries
  for (const { key, value, optional } of expr.entries) {
    const [keyType, valueType] = [shown(first!.key.type!), inner(shown(first!.value.type!), first!.optional)]
    if (!isSame(keyType, shown(key.type!))) issues.push(mismatch(key, keyType, shown(key.type!)))
    const found = inner(shown(value.type!), optional)
    if (!isSame(valueType, found)) issues.push(mismatch(value, valueType, found))
  }
  return issues
}

/** What is wrong with the literals of a checked tree. Arguments of `format` may be of many types. */
export function validateLiterals(expr: Expr, shown: Shown, isExempt = false): Issue[] {
  const own = expr.kind === 'call' ? checkCall(expr, shown) : isExempt ? [] : checkAggregate(expr, shown)
  const exempt = isExempt || (expr.kind === 'call' && expr.name === 'format')
  return [...own, ...childrenOf(expr).flatMap((child) => validateLiterals(child, shown, exempt))]
}
