import { describe, expect, it } from 'vitest'
import { evaluateAlerts, ruleState } from './alerting.ts'
import type { Alert } from './alerting.ts'
import { evaluatePromql, evaluateRange } from './evaluate.ts'
import { formatValue } from './literal.ts'
import { parsePromql } from './parse.ts'
import type { Sample, SampledSeries, SeriesSource } from './value.ts'

function series(name: string, labels: { [label: string]: string }, values: readonly (number | 'stale' | undefined)[]): SampledSeries {
  const all = values.flatMap((value, i): Sample[] => (value === undefined ? [] : [value === 'stale' ? { atMs: i * 30_000, value: NaN, isStale: true } : { atMs: i * 30_000, value }]))
  return { name, labels, samples: (fromMs, toMs) => all.filter(({ atMs }) => atMs > fromMs && atMs <= toMs) }
}

function steps(count: number, growth: number): number[] {
  return Array.from({ length: count }, (_, i) => i * growth)
}

const all = [
  series('requests_total', { pod: 'a', code: '200' }, steps(40, 30)),
  series('requests_total', { pod: 'b', code: '500' }, steps(40, 3)),
  series('limit', { pod: 'a' }, steps(40, 0).map(() => 100)),
  series('gone', {}, [1, 1, 'stale']),
]
const source: SeriesSource = { series: (name) => all.filter((each) => name === undefined || each.name === name) }

function answer(query: string, atMs = 600_000): string {
  const notes = new Set<string>()
  try {
    const value = evaluatePromql(parsePromql(query), source, atMs, notes)
    const shown = value.type === 'vector' ? value.elements.map(({ labels, value: number }) => `${Object.entries(labels).map(([name, text]) => `${name}=${text}`).join(',')} ${formatValue(number)}`).join('; ')
      : value.type === 'matrix' ? value.series.map(({ samples }) => samples.length).join(' ') : typeof value.value === 'number' ? formatValue(value.value) : value.value
    return [shown, ...notes].join(' | ')
  } catch (error) {
    return (error as Error).message
  }
}

describe('PromQL', () => {
  const queries: readonly [string, string][] = [
    ['rate(requests_total[5m])', 'pod=a,code=200 1; pod=b,code=500 0.1'],
    ['sum(rate(requests_total[5m]))', ' 1.1'],
    ['requests_total{code=~"2.."} / on(pod) limit', 'pod=a 6'],
    ['requests_total * on(pod) group_left limit', 'pod=a,code=200 60000'],
    ['requests_total @ 300', '__name__=requests_total,pod=a,code=200 300; __name__=requests_total,pod=b,code=500 30'],
    ['requests_total{pod="a"} offset -30s', '__name__=requests_total,pod=a,code=200 630'],
    ['max_over_time(rate(requests_total{pod="a"}[1m])[5m:1m])', 'pod=a,code=200 1'],
    ['predict_linear(limit[5m], 60)', 'pod=a 100'],
    ['topk(1, requests_total)', '__name__=requests_total,pod=a,code=200 600'],
    ['count_values("v", limit)', 'v=100 1'],
    ['label_replace(limit, "short", "<$1>", "pod", "(.)")', '__name__=limit,pod=a,short=<a> 100'],
    ['absent(nothing{job="x",pod=~"y"})', 'job=x 1'],
    ['-2 ^ 2', '-4'],
    ['2 ^ -1 + 1h', '3600.5'],
    ['limit > bool 5', 'pod=a 1'],
    ['month(vector(1767603600))', ' 1'],
    ['gone', ''],
    ['gone @ 45', '__name__=gone 1'],
    ['sum by (pod) (limit) unless on(pod) requests_total', ''],
    ['increase(limit[5m])', 'pod=a 0 | PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "limit"'],
  ]
  it.each(queries)('%s', (query, expected) => {
    expect(answer(query)).toBe(expected)
  })

  const errors: readonly [string, string][] = [
    ['', '1:1: parse error: no expression found in input'],
    ['sum(a b)', '1:7: parse error: unexpected identifier "b" in aggregation'],
    ['a{b="c" d}', '1:9: parse error: unexpected identifier "d" in label matching, expected "," or "}"'],
    ['a +\n(b', '2:3: parse error: unclosed left parenthesis'],
    ['rate(a[5m]', '1:11: parse error: unclosed left parenthesis'],
    ['a[5m:', '1:6: parse error: unclosed left bracket'],
    ['abs(1)', '1:5: parse error: expected type instant vector in call to function "abs", got scalar'],
    ['1 == 1', '1:3: parse error: comparisons between scalars must use BOOL modifier'],
    ['{a=""}', '1:1: parse error: vector selector must contain at least one non-empty matcher'],
    ['requests_total * on() limit', 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'],
    ['1 offset 5m', '1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery'],
    ['limit * on() requests_total', 'found duplicate series for the match group {} on the right hand-side of the operation: [{__name__="requests_total", code="500", pod="b"}, {__name__="requests_total", code="200", pod="a"}];many-to-many matching not allowed: matching labels must be unique on one side'],
  ]
  it.each(errors)('says what is wrong with %j', (query, expected) => {
    expect(answer(query)).toBe(expected)
  })

  it('gives the same figures over a range as moment by moment', () => {
    const query = parsePromql('sum by (pod) (rate(requests_total[2m])) + on(pod) group_left() limit')
    const range = evaluateRange(query, source, { fromMs: 0, toMs: 900_000, stepMs: 45_000 })
    const single = Array.from({ length: 21 }, (_, i) => i * 45_000).flatMap((atMs) => {
      const value = evaluatePromql(query, source, atMs)
      return value.type === 'vector' ? value.elements.map((element) => ({ atMs, value: element.value })) : []
    })
    expect(range.flatMap(({ samples }) => samples)).toEqual(single)
  })
})

describe('alerting rules', () => {
  const down = series('up', { job: 'web' }, [1, 0, 0, 0, 1, 1, 1])
  const rule = { alert: 'Down', expression: parsePromql('up == 0'), forMs: 60_000, keepFiringForMs: 0, labels: { severity: '{{ if gt $value 0.5 }}low{{ else }}high{{ end }}' }, annotations: { summary: '{{ $labels.job | toUpper }} at {{ humanize $value }}{{ $labels.none }}' } }

  it('are pending, firing and resolved', () => {
    let alerts: readonly Alert[] = []
    const states = [0, 1, 2, 3, 4, 5].map((step) => {
      alerts = evaluateAlerts(rule, alerts, { series: () => [down] }, step * 30_000).alerts
      return ruleState(alerts)
    })
    expect(states).toEqual(['inactive', 'pending', 'pending', 'firing', 'inactive', 'inactive'])
    expect(alerts[0]).toMatchObject({ labels: { alertname: 'Down', job: 'web', severity: 'high' }, annotations: { summary: 'WEB at 0' }, resolvedAtMs: 120_000 })
  })

  it('say what is wrong with a template', () => {
    const { alerts } = evaluateAlerts({ ...rule, annotations: { summary: '{{ .Nope }}' } }, [], { series: () => [down] }, 30_000)
    expect(alerts[0].annotations.summary).toContain('<error expanding template: error executing template __alert_Down: template: __alert_Down:1:')
  })
})
