/** Operators between vectors and scalars. Models prometheus/promql/engine.go (v3.7). */

import { atan2 } from '../../kernel/trigonometry.ts'
import type { Labels } from '../series.ts'
import { comparisons, PromqlError, setOperators } from './expression.ts'
import type { Binary, Matching } from './expression.ts'
import { power } from './functions.ts'
import { distinct, labelsKey, labelsText, pickLabels, withLabel, withoutName } from './value.ts'
import type { PromqlValue, VectorElement } from './value.ts'

/** Applies a binary operator to its evaluated sides. @throws PromqlError when elements do not match one to one */
export function applyBinary(expression: Binary, left: PromqlValue, right: PromqlValue): PromqlValue {
  if (left.type === 'scalar' && right.type === 'scalar') return { type: 'scalar', value: compute(expression.op, left.value, right.value) }
  if (left.type === 'vector' && right.type === 'vector') {
    return { type: 'vector', elements: setOperators.has(expression.op) ? combineSets(expression, left.elements, right.elements) : distinct(matchVectors(expression, left.elements, right.elements)) }
  }
  if (left.type === 'vector' && right.type === 'scalar') return { type: 'vector', elements: withScalar(expression, left.elements, (value) => compute(expression.op, value, right.value)) }
  if (left.type === 'scalar' && right.type === 'vector') return { type: 'vector', elements: withScalar(expression, right.elements, (value) => compute(expression.op, left.value, value)) }
  throw new PromqlError('binary expression must contain only scalar and instant vector types')
}

function withScalar(expression: Binary, elements: readonly VectorElement[], result: (value: number) => number): readonly VectorElement[] {
  return distinct(elements.flatMap(({ labels, value }) => settle(expression, labels, value, result(value))))
}

/** A comparison keeps the elements for which it is true, unless it has `bool`. */
function settle({ op, isBool }: Binary, labels: Labels, kept: number, result: number): VectorElement[] {
  if (!comparisons.has(op) || isBool) return [{ labels: withoutName(labels), value: result }]
  return result === 1 ? [{ labels, value: kept }] : []
}

function signature({ isOn, labels: names }: Matching, labels: Labels): Labels {
  return pickLabels(labels, isOn ? (name) => names.includes(name) : (name) => name !== '__name__' && !names.includes(name))
}

function combineSets({ op, matching }: Binary, left: readonly VectorElement[], right: readonly VectorElement[]): readonly VectorElement[] {
  const keyOf = ({ labels }: VectorElement): string => labelsKey(signature(matching, labels))
  if (op === 'or') {
    const present = new Set(left.map(keyOf))
    return [...left, ...right.filter((element) => !present.has(keyOf(element)))]
  }
  const present = new Set(right.map(keyOf))
  return left.filter((element) => present.has(keyOf(element)) === (op === 'and'))
}

function matchVectors(expression: Binary, left: readonly VectorElement[], right: readonly VectorElement[]): VectorElement[] {
  if (left.length === 0 || right.length === 0) return []
  const { matching, op } = expression
  const isSwapped = matching.card === 'one-to-many'
  const [many, one] = isSwapped ? [right, left] : [left, right]
  const ones = indexed(matching, one)
  const used = new Map<string, Set<string>>()
  return many.flatMap((element) => {
    const key = labelsKey(signature(matching, element.labels))
    const other = ones.get(key)
    if (other === undefined) return []
    const [a, b] = isSwapped ? [other.value, element.value] : [element.value, other.value]
    const [settled] = settle(expression, element.labels, a, compute(op, a, b))
    if (settled === undefined) return []
    const labels = resultLabels(matching, settled.labels, other.labels)
    checkUnique(matching, used, key, labels)
    return [{ labels, value: settled.value }]
  })
}

function indexed(matching: Matching, elements: readonly VectorElement[]): Map<string, VectorElement> {
  const ones = new Map<string, VectorElement>()
  for (const element of elements) {
    const group = signature(matching, element.labels)
    const key = labelsKey(group)
    const twin = ones.get(key)
    if (twin !== undefined) {
      const side = matching.card === 'one-to-many' ? 'left' : 'right'
      throw new PromqlError(`found duplicate series for the match group ${labelsText(group)} on the ${side} hand-side of the operation: [${labelsText(element.labels)}, ${labelsText(twin.labels)}];many-to-many matching not allowed: matching labels must be unique on one side`)
    }
    ones.set(key, element)
  }
  return ones
}

function checkUnique({ card }: Matching, used: Map<string, Set<string>>, key: string, labels: Labels): void {
  const results = used.get(key)
  if (card === 'one-to-one') {
    if (results !== undefined) throw new PromqlError('multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)')
    used.set(key, new Set())
    return
  }
  const result = labelsKey(labels)
  if (results === undefined) used.set(key, new Set([result]))
  else if (results.has(result)) throw new PromqlError('multiple matches for labels: grouping labels must ensure unique matches')
  else results.add(result)
}

function resultLabels({ card, isOn, labels: names, include }: Matching, many: Labels, one: Labels): Labels {
  if (card === 'one-to-one') return pickLabels(many, (name) => names.includes(name) === isOn)
  return include.reduce((labels, name) => withLabel(labels, name, one[name] ?? ''), many)
}

function compute(op: string, a: number, b: number): number {
  switch (op) {
    case '+': return a + b
    case '-': return a - b
    case '*': return a * b
    case '/': return a / b
    case '%': return a % b
    case '^': return power(a, b)
    case 'atan2': return atan2(a, b)
    case '==': return Number(a === b)
    case '!=': return Number(a !== b)
    case '<': return Number(a < b)
    case '>': return Number(a > b)
    case '<=': return Number(a <= b)
    case '>=': return Number(a >= b)
    default: throw new PromqlError(`operator ${op} is not supported`)
  }
}
