/** Aggregations of instant vectors. Models prometheus/promql (v3). */

import { compareText } from '../../kernel/text.ts'
import type { Labels } from '../series.ts'
import type { VectorElement } from './evaluate.ts'
import { PromqlError } from './parse.ts'
import type { Expression } from './parse.ts'
import { quantile } from './range-functions.ts'

type AggregateExpression = Extract<Expression, { type: 'aggregate' }>

const reducers: { readonly [op: string]: (values: readonly number[], parameter: number) => number } = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: (values) => variance(values),
  quantile: (values, parameter) => quantile(values, parameter),
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length
}

/** Groups elements by labels and reduces each group. */
export function aggregate(expression: AggregateExpression, elements: readonly VectorElement[], parameter: number | undefined): VectorElement[] {
  const groups = new Map<string, { labels: Labels; members: VectorElement[] }>()
  for (const element of elements) {
    const labels = groupLabels(expression, element.labels)
    const key = Object.keys(labels).sort(compareText).map((label) => `${label}=${labels[label]}`).join(',')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { labels, members: [element] })
    else group.members.push(element)
  }
  const { op } = expression
  if (op === 'topk' || op === 'bottomk') return [...groups.values()].flatMap(({ members }) => ranked(members, op === 'topk').slice(0, parameter ?? 1))
  const reduce = reducers[op]
  if (reduce === undefined) throw new PromqlError(`aggregation ${op} is not supported`)
  return [...groups.values()].map(({ labels, members }) => ({ labels, value: reduce(members.map((member) => member.value), parameter ?? 0) }))
}

function ranked(members: readonly VectorElement[], isDescending: boolean): VectorElement[] {
  return [...members].sort((a, b) => (isDescending ? b.value - a.value : a.value - b.value))
}

function groupLabels({ labels: names, isWithout }: AggregateExpression, labels: Labels): Labels {
  const kept: { [label: string]: string } = {}
  for (const label of Object.keys(labels)) {
    if (label === '__name__' ? !isWithout && names.includes(label) : names.includes(label) !== isWithout) kept[label] = labels[label]
  }
  return kept
}
