/**
 * Evaluates PromQL at a moment or over a range. Models prometheus/promql/engine.go (v3.7): samples at scrape times, five
 * minutes of look-back that a stale marker ends, extrapolated increases. Native histograms are not simulated.
 */

import { RE2JS } from 're2js'
import type { SimTimeMs } from '../../kernel/event-queue.ts'
import { aggregate } from './aggregate.ts'
import { applyBinary } from './binary.ts'
import { absentLabels, callFunction, noteQuantile } from './call.ts'
import type { Arguments } from './call.ts'
import { PromqlError, typeOf, unwrap } from './expression.ts'
import type { Aggregate, Call, Expression, LabelMatcher, MatrixSelector, Moment, Subquery, VectorSelector } from './expression.ts'
import { rangeFunctions } from './range-functions.ts'
import { SampleReader } from './samples.ts'
import { compareLabels, distinct, labelsKey, withoutName } from './value.ts'
import type { PromqlValue, RangeSeries, Sample, SampledSeries, SeriesSource, VectorElement } from './value.ts'

const lookBackMs = 300_000
/** Step of a subquery that does not say one: Prometheus' default interval of evaluation. */
const subqueryStepMs = 60_000
/** More points than this a range query does not give. */
const pointsMax = 11_000
const counterSuffix = /(?:_total|_sum|_count|_bucket)$/
const emptyVector: PromqlValue = { type: 'vector', elements: [] }

/** A range query's first and last moment and what is between two. */
export interface QueryRange { readonly fromMs: SimTimeMs; readonly toMs: SimTimeMs; readonly stepMs: number }

/**
 * Evaluates a parsed query at a moment. `notes` gets warnings and hints, in Prometheus' words.
 * @throws PromqlError for what cannot be evaluated
 */
export function evaluatePromql(expression: Expression, source: SeriesSource, atMs: SimTimeMs, notes = new Set<string>()): PromqlValue {
  return new Evaluation(source, atMs, atMs, notes).evaluate(expression, atMs)
}

/** Evaluates a query at every step of a range; series are sorted by their labels. @throws PromqlError */
export function evaluateRange(expression: Expression, source: SeriesSource, { fromMs, toMs, stepMs }: QueryRange, notes = new Set<string>()): readonly RangeSeries[] {
  const type = typeOf(expression)
  if (type !== 'vector' && type !== 'scalar') throw new PromqlError(`invalid expression type "${type === 'matrix' ? 'range vector' : type}" for range query, must be Scalar or instant Vector`)
  if (stepMs <= 0) throw new PromqlError('zero or negative query resolution step widths are not accepted. Try a positive integer')
  if (toMs < fromMs) throw new PromqlError('end timestamp must not be before start time')
  if ((toMs - fromMs) / stepMs > pointsMax) throw new PromqlError('exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)')
  return new Evaluation(source, fromMs, toMs, notes).steps(expression, fromMs, toMs, stepMs).sort((a, b) => compareLabels(a.labels, b.labels))
}

/** The series of a range vector, and its window. */
interface Window { readonly series: readonly RangeSeries[]; readonly fromMs: SimTimeMs; readonly toMs: SimTimeMs }

class Evaluation {
  private readonly source: SeriesSource
  private readonly startMs: SimTimeMs
  private readonly endMs: SimTimeMs
  private readonly notes: Set<string>
  private readonly reader: SampleReader
  /** Series of each selector: they stay the same through all steps. */
  private readonly selected = new Map<VectorSelector, readonly SampledSeries[]>()
  /** Results of subqueries at the moments that the next step will look at again. */
  private readonly inner = new Map<Subquery, Map<SimTimeMs, PromqlValue>>()
  /** Labels of each series with its name, made once. */
  private readonly named = new Map<SampledSeries, VectorElement['labels']>()

  constructor(source: SeriesSource, startMs: SimTimeMs, endMs: SimTimeMs, notes: Set<string>) {
    this.source = source
    this.startMs = startMs
    this.endMs = endMs
    this.notes = notes
    this.reader = new SampleReader(endMs)
  }

  evaluate(expression: Expression, atMs: SimTimeMs): PromqlValue {
    switch (expression.type) {
      case 'number': return { type: 'scalar', value: expression.value }
      case 'string': return { type: 'string', value: expression.value }
      case 'paren': return this.evaluate(expression.operand, atMs)
      case 'unary': return this.unary(this.evaluate(expression.operand, atMs), expression.op)
      case 'selector': return { type: 'vector', elements: this.instant(expression, atMs) }
      case 'matrix': case 'subquery': return { type: 'matrix', series: this.window(expression, atMs).series }
      case 'aggregate': return { type: 'vector', elements: this.aggregate(expression, atMs) }
      case 'binary': return applyBinary(expression, this.evaluate(expression.left, atMs), this.evaluate(expression.right, atMs))
      case 'call': return this.call(expression, atMs)
    }
  }

  /** The values of an expression at each step, as series in the order in which they come. */
  steps(expression: Expression, fromMs: SimTimeMs, toMs: SimTimeMs, stepMs: number, known?: Map<SimTimeMs, PromqlValue>): RangeSeries[] {
    const found = new Map<string, { readonly labels: VectorElement['labels']; readonly samples: Sample[] }>()
    for (let atMs = fromMs; atMs <= toMs; atMs += stepMs) {
      const value = known?.get(atMs) ?? this.evaluate(expression, atMs)
      known?.set(atMs, value)
      const elements = value.type === 'vector' ? value.elements : value.type === 'scalar' ? [{ labels: {}, value: value.value }] : []
      for (const { labels, value: sample } of elements) {
        const key = labelsKey(labels)
        const series = found.get(key)
        if (series === undefined) found.set(key, { labels, samples: [{ atMs, value: sample }] })
        else series.samples.push({ atMs, value: sample })
      }
    }
    return [...found.values()]
  }

  private unary(value: PromqlValue, op: '+' | '-'): PromqlValue {
    if (op === '+') return value
    if (value.type === 'scalar') return { type: 'scalar', value: -value.value }
    if (value.type !== 'vector') throw new PromqlError('unary expression only allowed on expressions of type scalar or instant vector')
    return { type: 'vector', elements: distinct(value.elements.map((element) => ({ labels: withoutName(element.labels), value: -element.value }))) }
  }

  private select(selector: VectorSelector): readonly SampledSeries[] {
    const known = this.selected.get(selector)
    if (known !== undefined) return known
    const tests = selector.matchers.map(matcherTest)
    const found = this.source.series(selector.name).filter((series) => tests.every((test) => test(series)))
    this.selected.set(selector, found)
    return found
  }

  private labelsOf(series: SampledSeries): VectorElement['labels'] {
    let labels = this.named.get(series)
    if (labels === undefined) {
      labels = { __name__: series.name, ...series.labels }
      this.named.set(series, labels)
    }
    return labels
  }

  private moment({ offsetMs, at }: Moment, atMs: SimTimeMs): SimTimeMs {
    return (at === undefined ? atMs : at === 'start' ? this.startMs : at === 'end' ? this.endMs : at) - offsetMs
  }

  private instant(selector: VectorSelector, atMs: SimTimeMs): VectorElement[] {
    return this.latest(selector, atMs).map(({ series, sample }) => ({ labels: this.labelsOf(series), value: sample.value }))
  }

  private latest(selector: VectorSelector, atMs: SimTimeMs): { readonly series: SampledSeries; readonly sample: Sample }[] {
    const toMs = this.moment(selector, atMs)
    return this.select(selector).flatMap((series) => {
      const sample = this.reader.last(series, toMs - lookBackMs, toMs)
      return sample === undefined || sample.isStale === true ? [] : [{ series, sample }]
    })
  }

  private window(expression: MatrixSelector | Subquery, atMs: SimTimeMs): Window {
    const moment = expression.type === 'matrix' ? expression.selector : expression
    const toMs = this.moment(moment, atMs)
    const fromMs = toMs - expression.rangeMs
    if (expression.type === 'subquery') {
      const stepMs = expression.stepMs ?? subqueryStepMs
      const known = this.inner.get(expression) ?? new Map<SimTimeMs, PromqlValue>()
      this.inner.set(expression, known)
      for (const knownMs of known.keys()) if (knownMs <= fromMs) known.delete(knownMs)
      return { series: this.steps(expression.operand, (Math.floor(fromMs / stepMs) + 1) * stepMs, toMs, stepMs, known), fromMs, toMs }
    }
    const series = this.select(expression.selector).flatMap((each) => {
      const all = this.reader.between(each, fromMs, toMs)
      const samples = all.some(({ isStale }) => isStale === true) ? all.filter(({ isStale }) => isStale !== true) : all
      return samples.length === 0 ? [] : [{ labels: this.labelsOf(each), samples }]
    })
    return { series, fromMs, toMs }
  }

  private aggregate(expression: Aggregate, atMs: SimTimeMs): VectorElement[] {
    const parameter = expression.parameter === undefined ? undefined : this.evaluate(expression.parameter, atMs)
    const value = this.evaluate(expression.operand, atMs)
    if (value.type !== 'vector') throw new PromqlError('expected type instant vector in aggregation expression')
    const given = parameter?.type === 'scalar' || parameter?.type === 'string' ? parameter.value : undefined
    if (expression.op === 'quantile' && typeof given === 'number') noteQuantile(given, this.notes)
    return aggregate(expression, value.elements, given)
  }

  private call(call: Call, atMs: SimTimeMs): PromqlValue {
    const args = call.args.map(unwrap)
    if (rangeFunctions[call.name] !== undefined) return this.overRange(call.name, args, atMs)
    if (call.name === 'timestamp' && args[0].type === 'selector') {
      const elements = this.latest(args[0], atMs).map(({ series, sample }) => ({ labels: series.labels, value: sample.atMs / 1000 }))
      return { type: 'vector', elements: distinct(elements) }
    }
    const values: Arguments = { expressions: args, values: args.map((arg) => this.evaluate(arg, atMs)), atMs, notes: this.notes }
    return callFunction(call.name, values)
  }

  private overRange(name: string, args: readonly Expression[], atMs: SimTimeMs): PromqlValue {
    const ranged = args.find((arg) => arg.type === 'matrix' || arg.type === 'subquery') as MatrixSelector | Subquery
    const scalar = args.find((arg) => arg !== ranged)
    const given = scalar === undefined ? undefined : this.evaluate(scalar, atMs)
    const parameter = given?.type === 'scalar' ? given.value : 0
    const { series, fromMs, toMs } = this.window(ranged, atMs)
    if (name === 'absent_over_time') return series.length > 0 ? emptyVector : { type: 'vector', elements: [{ labels: absentLabels(ranged), value: 1 }] }
    if (name === 'quantile_over_time' && series.length > 0) noteQuantile(parameter, this.notes)
    const elements = series.flatMap(({ labels, samples }) => {
      const value = rangeFunctions[name](samples, { fromMs, toMs, evalMs: atMs, parameter })
      if (value === undefined) return []
      if (name === 'rate' || name === 'increase') this.noteCounter(labels.__name__)
      return [{ labels: name === 'last_over_time' ? labels : withoutName(labels), value }]
    })
    return { type: 'vector', elements: distinct(elements) }
  }

  private noteCounter(name: string | undefined): void {
    if (name === undefined || counterSuffix.test(name)) return
    this.notes.add(`PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "${name}"`)
  }
}

function matcherTest(matcher: LabelMatcher): (series: SampledSeries) => boolean {
  const valueOf = (series: SampledSeries): string => (matcher.label === '__name__' ? series.name : (series.labels[matcher.label] ?? ''))
  if (matcher.op === '=') return (series) => valueOf(series) === matcher.value
  if (matcher.op === '!=') return (series) => valueOf(series) !== matcher.value
  const pattern = RE2JS.compile(`^(?:${matcher.value})$`, RE2JS.DOTALL)
  const wanted = matcher.op === '=~'
  const known = new Map<string, boolean>()
  return (series) => {
    const value = valueOf(series)
    let matches = known.get(value)
    if (matches === undefined) {
      matches = pattern.matcher(value).find() === wanted
      known.set(value, matches)
    }
    return matches
  }
}
