/** Rows of functions/promql.jsonl: queries over loaded samples, as Prometheus answers them. */

import { formatFloat } from '../../../simulator/api/go-text.ts'
import { isJsonObject } from '../../../simulator/kernel/json.ts'
import type { Json } from '../../../simulator/kernel/json.ts'
import { compareText } from '../../../simulator/kernel/text.ts'
import { evaluateAlerts, ruleState } from '../../../simulator/metrics/promql/alerting.ts'
import type { Alert } from '../../../simulator/metrics/promql/alerting.ts'
import { evaluatePromql, evaluateRange } from '../../../simulator/metrics/promql/evaluate.ts'
import { parsePromql } from '../../../simulator/metrics/promql/parse.ts'
import { labelsText } from '../../../simulator/metrics/promql/value.ts'
import type { PromqlValue, RangeSeries, Sample, SampledSeries, SeriesSource } from '../../../simulator/metrics/promql/value.ts'
import type { Labels } from '../../../simulator/metrics/series.ts'
import { jsonEqual } from '../compare.ts'
import type { CaseResult } from '../runner.ts'

interface Rule { readonly alert: string; readonly expr: string; readonly for?: string; readonly keepFiringFor?: string; readonly labels?: Labels; readonly annotations?: Labels }
interface Input { readonly rule?: Rule; readonly every?: number; readonly until?: number; readonly load: readonly string[]; readonly step: string; readonly expr?: string; readonly at?: number; readonly range?: readonly [number, number, number] }
interface Row { readonly name: string; readonly input: Input; readonly expect: { readonly [key: string]: Json | undefined } }

const stepMs: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function durationMs(text: string): number {
  return [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * stepMs[unit], 0)
}

/** A sample without its time; a stale marker ends a series. */
type Loaded = Omit<Sample, 'atMs'> | undefined
const stale: Loaded = { value: NaN, isStale: true }

/** Values of promtool's notation: `1 2 _ stale 0+10x5 7x3`. */
function expand(words: readonly string[]): Loaded[] {
  return words.flatMap((word): Loaded[] => {
    const repeated = /^(_|[-+]?[\d.eE]+|NaN|[-+]?Inf)(?:([+-][\d.eE]+))?x(\d+)$/.exec(word)
    if (repeated === null) return [word === '_' ? undefined : word === 'stale' ? stale : { value: numberOf(word) }]
    const [, first, growth, count] = repeated
    if (first === '_') return Array.from({ length: Number(count) }, () => undefined)
    // promtool adds step by step, with what rounding makes of it.
    let value = numberOf(first)
    return Array.from({ length: Number(count) + 1 }, (_, i) => ({ value: i === 0 ? value : (value += Number(growth ?? 0)) }))
  })
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)
}

function seriesOf(line: string, periodMs: number): SampledSeries {
  const [, name, , labelText = '', rest] = /^([a-zA-Z_:][\w:]*)?(\{(.*?)\})?\s+(.*)$/.exec(line) ?? ['', '', '', '', '']
  const labels = Object.fromEntries([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]))
  const samples = expand(rest.split(/\s+/)).flatMap((sample, i) => (sample === undefined ? [] : [{ atMs: i * periodMs, ...sample }]))
  return { name: name ?? '', labels, samples: (fromMs, toMs) => samples.filter(({ atMs }) => atMs > fromMs && atMs <= toMs) }
}

function sourceOf({ load, step }: Input): SeriesSource {
  const all = load.map((line) => seriesOf(line, durationMs(step)))
  return { series: (wanted) => all.filter((series) => wanted === undefined || series.name === wanted) }
}

function matrixOf(series: readonly RangeSeries[]): Json {
  return series.map(({ labels, samples }) => ({ labels: { ...labels }, values: samples.map(({ atMs, value }) => [formatFloat(atMs / 1000), formatFloat(value)]) }))
}

function resultOf(value: PromqlValue): { readonly [key: string]: Json } {
  switch (value.type) {
    case 'scalar': return { type: 'scalar', result: formatFloat(value.value) }
    case 'string': return { type: 'string', result: value.value }
    case 'matrix': return { type: 'matrix', result: matrixOf(value.series) }
    case 'vector': return { type: 'vector', result: value.elements.map((element) => ({ labels: { ...element.labels }, value: formatFloat(element.value) })) }
  }
}

function query(input: Input): { readonly [key: string]: Json } {
  const notes = new Set<string>()
  const expression = parsePromql(input.expr ?? '')
  const annotations = (): { annotations?: Json } => (notes.size > 0 ? { annotations: [...notes].sort(compareText) } : {})
  if (input.range === undefined) return { ...resultOf(evaluatePromql(expression, sourceOf(input), (input.at ?? 0) * 1000, notes)), ...annotations() }
  const [fromMs, toMs, stepMs] = input.range.map((seconds) => seconds * 1000)
  return { type: 'matrix', result: matrixOf(evaluateRange(expression, sourceOf(input), { fromMs, toMs, stepMs }, notes)), ...annotations() }
}

function alertJson({ labels, annotations, state, value, activeAtMs }: Alert): Json {
  return { labels, annotations, state, value: formatFloat(value), activeAt: activeAtMs / 1000 }
}

function playRule(input: Input, given: Rule): { readonly [key: string]: Json } {
  const source = sourceOf(input)
  const rule = {
    alert: given.alert, expression: parsePromql(given.expr), labels: given.labels ?? {}, annotations: given.annotations ?? {},
    forMs: durationMs(given.for ?? ''), keepFiringForMs: durationMs(given.keepFiringFor ?? ''),
  }
  const steps: Json[] = []
  let alerts: readonly Alert[] = []
  for (let at = 0; at <= (input.until ?? 0); at += input.every ?? 1) {
    let series: readonly string[] = []
    let error: string | undefined
    try {
      const result = evaluateAlerts(rule, alerts, source, at * 1000)
      alerts = result.alerts
      series = result.series.map(({ labels, value }) => `${labelsText(labels)} ${formatFloat(value)}`).sort(compareText)
    } catch (failure) {
      if (!(failure instanceof Error)) throw failure
      error = failure.message
    }
    steps.push({ at, state: ruleState(alerts), ...(error === undefined ? {} : { error }), ...(alerts.length > 0 ? { alerts: alerts.map(alertJson) } : {}), ...(series.length > 0 ? { series } : {}) })
  }
  return { steps }
}

/** Figures agree to 12 digits. Vectors come in any order, except where the query sorts all of one. */
function normal(answer: Json | undefined, isSorted: boolean): Json {
  const rounded = figures(answer ?? null)
  if (isSorted || !isJsonObject(rounded) || !Array.isArray(rounded.result)) return rounded
  return { ...rounded, result: [...rounded.result].sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))) }
}

function figures(value: Json): Json {
  if (Array.isArray(value)) return value.map(figures)
  if (typeof value === 'string') return value !== '' && Number.isFinite(Number(value)) ? String(Number(Number(value).toPrecision(12))) : value
  if (!isJsonObject(value)) return value
  const keys = Object.keys(value).sort(compareText)
  return Object.fromEntries(keys.map((key) => [key, key === 'labels' ? sortedKeys(value[key] as Json) : figures(value[key] as Json)]))
}

function sortedKeys(value: Json): Json {
  const fields = value as { readonly [key: string]: Json }
  return Object.fromEntries(Object.keys(fields).sort(compareText).map((key) => [key, fields[key]]))
}

/** One query or one alerting rule. */
export function runPromql(row: Json): CaseResult {
  const { name, input, expect } = row as unknown as Row
  const isSorted = input.range === undefined && /^(sort|sort_desc|topk|bottomk)\s*\(/.test(input.expr ?? '')
  let actual: { readonly [key: string]: Json }
  try {
    actual = input.rule === undefined ? query(input) : playRule(input, input.rule)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    actual = { error: error.message }
  }
  return { name, ok: jsonEqual(normal(actual, isSorted), normal(expect as Json, isSorted)), expected: expect, actual }
}
