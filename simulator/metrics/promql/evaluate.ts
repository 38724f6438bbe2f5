/**
 * A first PromQL: selectors, rates, *_over_time, aggregations, arithmetic and comparisons with one-to-one matching.
 * Models prometheus/promql (v3): samples at scrape times, five minutes of look-back, extrapolated increases.
 */

import { RE2JS } from 're2js'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import { compareText } from '../../kernel/text.ts'
import type { Labels } from '../series.ts'
import { aggregate } from './aggregate.ts'
import { PromqlError } from './parse.ts'
import type { Expression, LabelMatcher, VectorSelector } from './parse.ts'
import { rangeFunctions } from './range-functions.ts'

/** One sample of a series. */
export interface Sample { readonly atMs: SimTimeMs; readonly value: number }
/** A series with what a selector needs of it. */
export interface SampledSeries {
  readonly name: string
  readonly labels: Labels
  /** Samples with `fromMs` < time <= `toMs`, oldest first. */
  samples(fromMs: SimTimeMs, toMs: SimTimeMs): readonly Sample[]
}
/** Where series come from. */
export interface SeriesSource {
  series(name: string | undefined): readonly SampledSeries[]
}

/** One element of an instant vector. */
export interface VectorElement { readonly labels: Labels; readonly value: number }
/** A result: a vector, or a scalar. */
export type PromqlValue = { readonly type: 'vector'; readonly elements: readonly VectorElement[] } | { readonly type: 'scalar'; readonly value: number }

const lookBackMs = 300_000
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])

/** Evaluates a parsed query at a moment. @throws PromqlError for what does not fit */
export function evaluatePromql(expression: Expression, source: SeriesSource, atMs: SimTimeMs): PromqlValue {
  switch (expression.type) {
    case 'number':
      return { type: 'scalar', value: expression.value }
    case 'string':
      throw new PromqlError('a string is no value here')
    case 'selector':
      return instantVector(expression, source, atMs)
    case 'negate':
      return mapValues(evaluatePromql(expression.operand, source, atMs), (value) => -value)
    case 'call':
      return call(expression.name, expression.args, source, atMs)
    case 'aggregate': {
      const inner = evaluatePromql(expression.args[expression.args.length - 1], source, atMs)
      const parameter = expression.args.length > 1 ? evaluatePromql(expression.args[0], source, atMs) : undefined
      if (inner.type !== 'vector') throw new PromqlError('expected type instant vector in aggregation expression, got scalar')
      return { type: 'vector', elements: aggregate(expression, inner.elements, parameter?.type === 'scalar' ? parameter.value : undefined) }
    }
    case 'binary':
      return binary(expression, evaluatePromql(expression.left, source, atMs), evaluatePromql(expression.right, source, atMs))
  }
}

function select(selector: VectorSelector, source: SeriesSource): readonly SampledSeries[] {
  const tests = selector.matchers.map(matcherTest)
  return source.series(selector.name).filter((series) => tests.every((test) => test(series)))
}

function matcherTest(matcher: LabelMatcher): (series: SampledSeries) => boolean {
  const valueOf = (series: SampledSeries): string => (matcher.label === '__name__' ? series.name : (series.labels[matcher.label] ?? ''))
  if (matcher.op === '=') return (series) => valueOf(series) === matcher.value
  if (matcher.op === '!=') return (series) => valueOf(series) !== matcher.value
  const pattern = RE2JS.compile(`^(?:${matcher.value})$`, RE2JS.DOTALL)
  const wanted = matcher.op === '=~'
  return (series) => pattern.matcher(valueOf(series)).find() === wanted
}

function instantVector(selector: VectorSelector, source: SeriesSource, atMs: SimTimeMs): PromqlValue {
  if (selector.rangeMs !== undefined) throw new PromqlError('a range vector is no value here: use a function such as rate')
  const toMs = atMs - selector.offsetMs
  const elements: VectorElement[] = []
  for (const series of select(selector, source)) {
    const samples = series.samples(toMs - lookBackMs, toMs)
    if (samples.length > 0) elements.push({ labels: { __name__: series.name, ...series.labels }, value: samples[samples.length - 1].value })
  }
  return { type: 'vector', elements }
}

function call(name: string, args: readonly Expression[], source: SeriesSource, atMs: SimTimeMs): PromqlValue {
  const overRange = rangeFunctions[name]
  if (overRange !== undefined) return callRange(name, args, source, atMs)
  const inner = (index: number): PromqlValue => evaluatePromql(args[index], source, atMs)
  switch (name) {
    case 'time':
      return { type: 'scalar', value: atMs / 1000 }
    case 'scalar': {
      const vector = inner(0)
      return { type: 'scalar', value: vector.type === 'vector' && vector.elements.length === 1 ? vector.elements[0].value : NaN }
    }
    case 'vector': {
      const scalar = inner(0)
      return { type: 'vector', elements: [{ labels: {}, value: scalar.type === 'scalar' ? scalar.value : NaN }] }
    }
    case 'abs':
      return mapValues(inner(0), Math.abs)
    case 'ceil':
      return mapValues(inner(0), Math.ceil)
    case 'floor':
      return mapValues(inner(0), Math.floor)
    case 'round':
      return mapValues(inner(0), (value) => Math.floor(value + 0.5))
    case 'absent': {
      const vector = inner(0)
      return { type: 'vector', elements: vector.type === 'vector' && vector.elements.length === 0 ? [{ labels: {}, value: 1 }] : [] }
    }
    default:
      throw new PromqlError(`unknown function with name "${name}"`)
  }
}

function callRange(name: string, args: readonly Expression[], source: SeriesSource, atMs: SimTimeMs): PromqlValue {
  const selector = args[args.length - 1]
  if (selector?.type !== 'selector' || selector.rangeMs === undefined) throw new PromqlError(`expected type range vector in call to function "${name}", got instant vector`)
  const first = args.length > 1 ? args[0] : undefined
  const parameter = first?.type === 'number' ? first.value : 0
  const toMs = atMs - selector.offsetMs
  const fromMs = toMs - selector.rangeMs
  const elements: VectorElement[] = []
  for (const series of select(selector, source)) {
    const value = rangeFunctions[name](series.samples(fromMs, toMs), { fromMs, toMs, parameter })
    if (value !== undefined) elements.push({ labels: name === 'last_over_time' ? { __name__: series.name, ...series.labels } : series.labels, value })
  }
  return { type: 'vector', elements }
}

function mapValues(value: PromqlValue, change: (value: number) => number): PromqlValue {
  if (value.type === 'scalar') return { type: 'scalar', value: change(value.value) }
  return { type: 'vector', elements: value.elements.map((element) => ({ labels: withoutName(element.labels), value: change(element.value) })) }
}

function withoutName(labels: Labels): Labels {
  const { __name__: _name, ...rest } = labels
  return rest
}

type BinaryExpression = Extract<Expression, { type: 'binary' }>

function binary(expression: BinaryExpression, left: PromqlValue, right: PromqlValue): PromqlValue {
  if (left.type === 'vector' && right.type === 'vector') return { type: 'vector', elements: matchVectors(expression, left.elements, right.elements) }
  if (left.type === 'scalar' && right.type === 'scalar') return { type: 'scalar', value: compute(expression.op, left.value, right.value) }
  const isLeftVector = left.type === 'vector'
  const vector = (isLeftVector ? left : right) as Extract<PromqlValue, { type: 'vector' }>
  const scalar = (isLeftVector ? right : left) as Extract<PromqlValue, { type: 'scalar' }>
  const elements = vector.elements.flatMap(({ labels, value }) => {
    const result = isLeftVector ? compute(expression.op, value, scalar.value) : compute(expression.op, scalar.value, value)
    return settle(expression, labels, value, result)
  })
  return { type: 'vector', elements }
}

/** A comparison keeps the elements for which it is true, unless it has `bool`. */
function settle(expression: BinaryExpression, labels: Labels, kept: number, result: number): VectorElement[] {
  if (!comparisons.has(expression.op)) return [{ labels: withoutName(labels), value: result }]
  if (expression.isBool) return [{ labels: withoutName(labels), value: result }]
  return result === 1 ? [{ labels, value: kept }] : []
}

function matchVectors(expression: BinaryExpression, left: readonly VectorElement[], right: readonly VectorElement[]): VectorElement[] {
  const keyOf = (labels: Labels): string => matchKey(labels, expression)
  const byKey = new Map(right.map((element) => [keyOf(element.labels), element]))
  if (expression.op === 'and') return left.filter((element) => byKey.has(keyOf(element.labels)))
  if (expression.op === 'unless') return left.filter((element) => !byKey.has(keyOf(element.labels)))
  if (expression.op === 'or') {
    const present = new Set(left.map((element) => keyOf(element.labels)))
    return [...left, ...right.filter((element) => !present.has(keyOf(element.labels)))]
  }
  return left.flatMap((element) => {
    const other = byKey.get(keyOf(element.labels))
    return other === undefined ? [] : settle(expression, element.labels, element.value, compute(expression.op, element.value, other.value))
  })
}

function matchKey(labels: Labels, { on, ignoring = [] }: BinaryExpression): string {
  const names = Object.keys(labels).filter((label) => label !== '__name__' && (on === undefined ? !ignoring.includes(label) : on.includes(label)))
  return names.sort(compareText).map((label) => `${label}=${labels[label]}`).join(',')
}

function compute(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
    case '==':
      return a === b ? 1 : 0
    case '!=':
      return a !== b ? 1 : 0
    case '<':
      return a < b ? 1 : 0
    case '>':
      return a > b ? 1 : 0
    case '<=':
      return a <= b ? 1 : 0
    case '>=':
      return a >= b ? 1 : 0
    default:
      throw new PromqlError(`operator ${op} is not supported`)
  }
}
