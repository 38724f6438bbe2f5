/** Aggregations of instant vectors. Models prometheus/promql/engine.go (v3.7). */

import { formatFloat, goQuote } from '../../api/go-text.ts'
import type { Labels } from '../series.ts'
import { PromqlError } from './expression.ts'
import type { Aggregate } from './expression.ts'
import { formatValue } from './literal.ts'
import { extremeOf, meanOf, quantile, sumOf } from './range-functions.ts'
import { labelsKey, pickLabels } from './value.ts'
import type { VectorElement } from './value.ts'

const reducers: { readonly [op: string]: (values: readonly number[], parameter: number) => number } = {
  sum: sumOf,
  avg: meanOf,
  min: (values) => extremeOf(values, false),
  max: (values) => extremeOf(values, true),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
  quantile,
}

function variance(values: readonly number[]): number {
  if (!Number.isFinite(values[0])) return NaN
  let mean = values[0]
  let squares = 0
  for (let i = 1; i < values.length; i++) {
    const delta = values[i] - mean
    mean += delta / (i + 1)
    squares += delta * (values[i] - mean)
  }
  return squares / values.length
}

/** Groups elements by labels and reduces each group. `parameter`: the quantile, the number of elements or the name of a label. */
export function aggregate(expression: Aggregate, elements: readonly VectorElement[], parameter: number | string | undefined): VectorElement[] {
  const { op } = expression
  if (typeof parameter === 'string') return countValues(expression, elements, parameter)
  const groups = grouped(expression, elements)
  if (op === 'topk' || op === 'bottomk') {
    const count = wholeNumber(parameter ?? 1)
    return count < 1 ? [] : groups.flatMap(({ members }) => ranked(members, op === 'topk').slice(0, count))
  }
  const reduce = reducers[op]
  return groups.map(({ labels, members }) => ({ labels, value: reduce(members.map((member) => member.value), parameter ?? 0) }))
}

function wholeNumber(value: number): number {
  if (Number.isNaN(value)) throw new PromqlError('Parameter value is NaN')
  if (Math.abs(value) >= 2 ** 63) throw new PromqlError(`Scalar value ${formatFloat(value)} overflows int64`)
  return Math.trunc(value)
}

interface Group { readonly labels: Labels; readonly members: VectorElement[] }

function grouped({ labels: names, isWithout }: Pick<Aggregate, 'labels' | 'isWithout'>, elements: readonly VectorElement[]): Group[] {
  const groups = new Map<string, Group>()
  const passes = isWithout ? (name: string) => name !== '__name__' && !names.includes(name) : (name: string) => names.includes(name)
  const isWhole = !isWithout && names.length === 0
  for (const element of elements) {
    const labels = isWhole ? {} : pickLabels(element.labels, passes)
    const key = isWhole ? '' : labelsKey(labels)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { labels, members: [element] })
    else group.members.push(element)
  }
  return [...groups.values()]
}

function countValues({ labels, isWithout }: Aggregate, elements: readonly VectorElement[], label: string): VectorElement[] {
  if (label === '') throw new PromqlError(`invalid label name ${goQuote(label)}`)
  const labelled = elements.map((element) => ({ labels: { ...element.labels, [label]: formatValue(element.value) }, value: element.value }))
  const groups = grouped({ labels: isWithout ? labels : [...labels, label], isWithout }, labelled)
  return groups.map((group) => ({ labels: group.labels, value: group.members.length }))
}

/** Sorted by value with NaN last; equal ones stay as they were. */
export function ranked(elements: readonly VectorElement[], isDescending: boolean): VectorElement[] {
  return [...elements].sort((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value)) return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value))
    if (a.value === b.value) return 0
    return a.value < b.value === isDescending ? 1 : -1
  })
}
