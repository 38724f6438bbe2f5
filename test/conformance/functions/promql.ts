/** Rows of functions/promql.jsonl: queries over loaded samples, as Prometheus answers them. */

import type { Json } from '../../../simulator/kernel/json.ts'
import { compareText } from '../../../simulator/kernel/text.ts'
import { evaluatePromql } from '../../../simulator/metrics/promql/evaluate.ts'
import type { PromqlValue, SampledSeries } from '../../../simulator/metrics/promql/evaluate.ts'
import { parsePromql } from '../../../simulator/metrics/promql/parse.ts'
import { jsonEqual } from '../compare.ts'
import type { CaseResult } from '../runner.ts'

interface Input { readonly load: readonly string[]; readonly step: string; readonly expr?: string; readonly at?: number }
interface Row { readonly name: string; readonly input: Input; readonly expect: { readonly type?: string; readonly result?: Json; readonly error?: string } }

const stepMs: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

function durationMs(text: string): number {
  return [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * stepMs[unit], 0)
}

/** Values of promtool's notation: `1 2 _ 0+10x5 7x3`. */
function expand(words: readonly string[]): (number | undefined)[] {
  return words.flatMap((word): (number | undefined)[] => {
    const repeated = /^(_|[-+]?[\d.eE]+|NaN|[-+]?Inf)(?:([+-][\d.]+))?x(\d+)$/.exec(word)
    if (repeated === null) return [word === '_' || word === 'stale' ? undefined : numberOf(word)]
    const [, first, growth, count] = repeated
    if (first === '_') return Array.from({ length: Number(count) }, () => undefined)
    return Array.from({ length: Number(count) + 1 }, (_, i) => numberOf(first) + i * Number(growth ?? 0))
  })
}

function numberOf(text: string): number {
  return text.endsWith('Inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)
}

function seriesOf(line: string, periodMs: number): SampledSeries {
  const [, name, , labelText = '', rest] = /^([a-zA-Z_:][\w:]*)?(\{(.*?)\})?\s+(.*)$/.exec(line) ?? ['', '', '', '', '']
  const labels = Object.fromEntries([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]))
  const samples = expand(rest.split(/\s+/)).flatMap((value, i) => (value === undefined ? [] : [{ atMs: i * periodMs, value }]))
  return { name: name ?? '', labels, samples: (fromMs, toMs) => samples.filter(({ atMs }) => atMs > fromMs && atMs <= toMs) }
}

function shown(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)
}

function resultOf(value: PromqlValue): Json {
  if (value.type === 'scalar') return { type: 'scalar', result: shown(value.value) }
  const rows = value.elements.map((element) => ({ labels: { ...element.labels }, value: shown(element.value) }))
  return { type: 'vector', result: rows }
}

/** Figures agree to 12 digits; vectors in any order. */
function normal(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(normal).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof value === 'object' && value !== null) {
    const fields = value as { readonly [key: string]: Json | undefined }
    return Object.fromEntries(Object.keys(fields).sort(compareText).map((key) => [key, key === 'value' ? rounded(fields[key]) : normal(fields[key])]))
  }
  return value ?? null
}

function rounded(value: Json | undefined): Json {
  return typeof value === 'string' && Number.isFinite(Number(value)) ? Number(value).toPrecision(12) : (value ?? null)
}

/** One query. */
export function runPromql(row: Json): CaseResult {
  const { name, input, expect } = row as unknown as Row
  if (input.expr === undefined || input.at === undefined) return { name, ok: false, note: 'ranges and alerting rules are not simulated' }
  const all = input.load.map((line) => seriesOf(line, durationMs(input.step)))
  try {
    const value = evaluatePromql(parsePromql(input.expr), { series: (wanted) => all.filter((series) => wanted === undefined || series.name === wanted) }, input.at * 1000)
    const actual = resultOf(value)
    return { name, ok: expect.error === undefined && jsonEqual(normal(actual), normal({ type: expect.type, result: expect.result })), expected: expect, actual }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { name, ok: expect.error !== undefined && expect.error === error.message, expected: expect, actual: { error: error.message } }
  }
}
