/** Calls of functions that work on vectors and scalars. Models prometheus/promql/functions.go (v3.7). */

import { RE2JS } from 're2js'
import { formatFloat } from '../../api/go-text.ts'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Labels } from '../series.ts'
import { ranked } from './aggregate.ts'
import { PromqlError } from './expression.ts'
import type { Expression } from './expression.ts'
import { roundTo, timeFunctions, valueFunctions } from './functions.ts'
import { histogramFraction, histogramQuantile, overHistograms } from './histogram.ts'
import { distinct, withLabel, withoutName } from './value.ts'
import type { PromqlValue, VectorElement } from './value.ts'

/** Arguments as written and as evaluated. */
export interface Arguments { readonly expressions: readonly Expression[]; readonly values: readonly PromqlValue[]; readonly atMs: SimTimeMs; readonly notes: Set<string> }

/** Notes a quantile that is none. */
export function noteQuantile(q: number, notes: Set<string>): void {
  if (!(q >= 0 && q <= 1)) notes.add(`PromQL warning: quantile value should be between 0 and 1, got ${formatFloat(q)}`)
}

function elementsOf(value: PromqlValue | undefined): readonly VectorElement[] {
  return value?.type === 'vector' ? value.elements : []
}

function scalarOf(value: PromqlValue | undefined): number {
  return value?.type === 'scalar' ? value.value : NaN
}

function textOf(value: PromqlValue | undefined): string {
  return value?.type === 'string' ? value.value : ''
}

function vector(elements: readonly VectorElement[]): PromqlValue {
  return { type: 'vector', elements: distinct(elements) }
}

function mapped(value: PromqlValue | undefined, change: (value: number) => number): PromqlValue {
  return vector(elementsOf(value).map((element) => ({ labels: withoutName(element.labels), value: change(element.value) })))
}

function relabelled(value: PromqlValue | undefined, change: (labels: Labels) => Labels): PromqlValue {
  return vector(elementsOf(value).map((element) => ({ labels: change(element.labels), value: element.value })))
}

function clamp(value: PromqlValue | undefined, low: number, high: number): PromqlValue {
  return high < low ? vector([]) : mapped(value, (each) => Math.max(low, Math.min(high, each)))
}

function labelReplace({ values }: Arguments): PromqlValue {
  const [target, replacement, from, pattern] = values.slice(1).map(textOf)
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(`^(?:${pattern})$`, RE2JS.DOTALL)
  } catch {
    throw new PromqlError(`invalid regular expression in label_replace(): ${pattern}`)
  }
  if (target === '') throw new PromqlError(`invalid destination label name in label_replace(): ${target}`)
  return relabelled(values[0], (labels) => {
    const matcher = compiled.matcher(labels[from] ?? '')
    if (!matcher.find()) return labels
    return withLabel(labels, target, expandGroups(matcher, replacement))
  })
}

/** Puts groups in: `$1`, `${1}`, `$name`. A name is as long as it can be, and one that is not there is empty. */
export function expandGroups(matcher: ReturnType<RE2JS['matcher']>, text: string): string {
  return text.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (all, braced: string | undefined, plain: string | undefined) => (all === '$$' ? '$' : groupText(matcher, braced ?? plain ?? '')))
}

function groupText(matcher: ReturnType<RE2JS['matcher']>, name: string): string {
  const isNumber = /^\d+$/.test(name)
  if (isNumber) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : ''
  return Object.hasOwn(matcher.pattern().namedGroups(), name) ? (matcher.group(name) ?? '') : ''
}

function labelJoin({ values }: Arguments): PromqlValue {
  const [target, separator, ...sources] = values.slice(1).map(textOf)
  if (sources.includes('')) throw new PromqlError('invalid source label name in label_join(): ')
  if (target === '') throw new PromqlError('invalid destination label name in label_join(): ')
  return relabelled(values[0], (labels) => withLabel(labels, target, sources.map((label) => labels[label] ?? '').join(separator)))
}

/** Labels that a missing series would have: those that are said with `=` once. */
export function absentLabels(expression: Expression): Labels {
  const selector = expression.type === 'matrix' ? expression.selector : expression
  if (selector.type !== 'selector') return {}
  const labels: { [label: string]: string } = {}
  const said = new Set<string>()
  for (const { label, op, value } of selector.matchers) {
    if (label === '__name__') continue
    if (op === '=' && !said.has(label)) {
      said.add(label)
      if (value !== '') labels[label] = value
    } else delete labels[label]
  }
  return labels
}

function absent({ expressions, values }: Arguments): PromqlValue {
  return vector(elementsOf(values[0]).length > 0 ? [] : [{ labels: absentLabels(expressions[0]), value: 1 }])
}

function timePart(part: (seconds: number) => number, { values, atMs }: Arguments): PromqlValue {
  if (values.length === 0) return vector([{ labels: {}, value: part(Math.floor(atMs / 1000)) }])
  return mapped(values[0], (value) => part(Math.trunc(value)))
}

const vectorFunctions: { readonly [name: string]: (args: Arguments) => PromqlValue } = {
  time: ({ atMs }) => ({ type: 'scalar', value: atMs / 1000 }),
  pi: () => ({ type: 'scalar', value: Math.PI }),
  scalar: ({ values: [value] }) => ({ type: 'scalar', value: elementsOf(value).length === 1 ? elementsOf(value)[0].value : NaN }),
  vector: ({ values: [value] }) => vector([{ labels: {}, value: scalarOf(value) }]),
  timestamp: ({ values: [value], atMs }) => mapped(value, () => atMs / 1000),
  absent,
  sort: ({ values: [value] }) => vector(ranked(elementsOf(value), false)),
  sort_desc: ({ values: [value] }) => vector(ranked(elementsOf(value), true)),
  round: ({ values: [value, nearest] }) => mapped(value, (each) => roundTo(each, nearest === undefined ? 1 : scalarOf(nearest))),
  clamp: ({ values: [value, low, high] }) => clamp(value, scalarOf(low), scalarOf(high)),
  clamp_min: ({ values: [value, low] }) => clamp(value, scalarOf(low), Infinity),
  clamp_max: ({ values: [value, high] }) => clamp(value, -Infinity, scalarOf(high)),
  label_replace: labelReplace,
  label_join: labelJoin,
  histogram_quantile: ({ values: [quantile, value], notes }) => {
    const q = scalarOf(quantile)
    noteQuantile(q, notes)
    return vector(overHistograms(elementsOf(value), notes, (buckets) => histogramQuantile(q, buckets, notes)))
  },
  histogram_fraction: ({ values: [lower, upper, value], notes }) => vector(overHistograms(elementsOf(value), notes, (buckets) => histogramFraction(scalarOf(lower), scalarOf(upper), buckets))),
}

/** Calls a function that takes no range. */
export function callFunction(name: string, args: Arguments): PromqlValue {
  const ofValue = valueFunctions[name]
  if (ofValue !== undefined) return mapped(args.values[0], ofValue)
  const ofTime = timeFunctions[name]
  if (ofTime !== undefined) return timePart(ofTime, args)
  const ofVector = vectorFunctions[name]
  // What is left works on native histograms, of which there are none.
  return ofVector === undefined ? vector([]) : ofVector(args)
}
