import { describe, expect, it } from 'vitest'
import { Table } from '../kernel/table.ts'
import { evaluatePromql } from './promql/evaluate.ts'
import type { SampledSeries } from './promql/value.ts'
import { parsePromql } from './promql/parse.ts'
import { seriesKey, SeriesStore } from './series.ts'
import type { Series } from './series.ts'

function newStore(): { store: SeriesStore; clock: { nowMs: number } } {
  const clock = { nowMs: 0 }
  return { store: new SeriesStore(new Table(), new Table(), () => clock.nowMs), clock }
}

describe('a series', () => {
  it('is a straight line from each breakpoint to the next', () => {
    const { store, clock } = newStore()
    clock.nowMs = 1000
    store.set('m', { pod: 'a' }, 10, 2)
    clock.nowMs = 4000
    store.set('m', { pod: 'a' }, 100, 0)
    const series = store.find('m', { pod: 'a' })
    expect([999, 1000, 2500, 3000, 4000, 9000].map((atMs) => series?.at(atMs))).toEqual([undefined, 10, 13, 14, 100, 100])
  })

  it('as a counter goes on from what it has reached', () => {
    const { store, clock } = newStore()
    store.grow('c', {}, 3)
    clock.nowMs = 10_000
    store.grow('c', {}, 1)
    clock.nowMs = 20_000
    expect(store.valueNow('c', {})).toBe(40)
  })

  it('that is implied is read like one that is kept, until something is kept in its place', () => {
    const clock = { nowMs: 5000 }
    const implied: Series[] = ['b', 'a'].map((pod) => ({ name: 'm', labels: { pod }, at: (atMs: number) => (atMs < 1000 ? undefined : 7) }))
    const store = new SeriesStore(new Table(), new Table(), () => clock.nowMs, {
      find: (name, labels) => implied.find((series) => series.name === name && series.labels['pod'] === labels['pod']),
      list: (name) => implied.filter((series) => name === undefined || series.name === name),
    })
    const valuesOf = (): unknown[] => store.select('m', () => true).map((series) => [series.labels['pod'], series.at(500), series.at(2000), series.at(6000)])
    expect(valuesOf()).toEqual([['a', undefined, 7, 7], ['b', undefined, 7, 7]])
    expect(store.find('m', { pod: 'a' })?.at(2000)).toBe(7)
    store.keep('m', { pod: 'a' }, 7, 1000)
    store.end('m', { pod: 'a' })
    expect(valuesOf()).toEqual([['a', undefined, 7, undefined], ['b', undefined, 7, 7]])
    expect(store.find('n', { pod: 'a' })).toBeUndefined()
  })

  it('keeps all of many breakpoints and ends when told', () => {
    const { store, clock } = newStore()
    for (let i = 0; i < 500; i++) {
      clock.nowMs = i * 1000
      store.set('m', {}, i, 0)
    }
    const series = store.find('m', {})
    expect([0, 63, 64, 65, 300, 499].map((i) => series?.at(i * 1000 + 1))).toEqual([0, 63, 64, 65, 300, 499])
    clock.nowMs = 600_000
    store.end('m', {})
    expect([store.find('m', {})?.at(599_999), store.find('m', {})?.at(600_000)]).toEqual([499, undefined])
  })

  it('is known by its sorted labels', () => {
    expect(seriesKey('m', { b: '2', a: '1' })).toBe('m{a="1",b="2"}')
    const { store } = newStore()
    store.set('m', { b: '2', a: '1' }, 1, 0)
    store.set('m', { a: '0', b: '2' }, 2, 0)
    expect(store.select('m', ({ b }) => b === '2').map((series) => series.labels['a'])).toEqual(['0', '1'])
  })
})

/** Counters of 2 and 1 per second and a gauge, sampled each 15 s. */
const sources: readonly SampledSeries[] = [
  { name: 'requests_total', labels: { code: '200', pod: 'a' }, samples: line((seconds) => seconds * 2) },
  { name: 'requests_total', labels: { code: '500', pod: 'a' }, samples: line((seconds) => seconds) },
  { name: 'requests_total', labels: { code: '200', pod: 'b' }, samples: line((seconds) => seconds * 2) },
  { name: 'memory', labels: { pod: 'a' }, samples: line((seconds) => (seconds >= 300 ? 50 : 100)) },
]

function line(value: (seconds: number) => number): SampledSeries['samples'] {
  return (fromMs, toMs) => {
    const samples: { atMs: number; value: number }[] = []
    for (let atMs = (Math.floor(fromMs / 15_000) + 1) * 15_000; atMs <= toMs; atMs += 15_000) if (atMs >= 0) samples.push({ atMs, value: value(atMs / 1000) })
    return samples
  }
}

function ask(promql: string): string[] {
  const found = evaluatePromql(parsePromql(promql), { series: (name) => sources.filter((series) => name === undefined || series.name === name) }, 600_000)
  if (found.type === 'string' || found.type === 'matrix') throw new Error(`${promql} gives a ${found.type}`)
  return found.type === 'scalar' ? [String(found.value)] : found.elements.map(({ labels, value }) => `${Object.entries(labels).filter(([label]) => label !== '__name__').map(([label, text]) => `${label}=${text}`).sort((a, b) => (a < b ? -1 : 1)).join(',')} ${Math.round(value * 1000) / 1000}`).sort((a, b) => (a < b ? -1 : 1))
}

describe('PromQL', () => {
  it.each<[string, string[]]>([
    ['requests_total{code="500"}', ['code=500,pod=a 600']],
    ['requests_total{code=~"5..",pod!="b"}', ['code=500,pod=a 600']],
    ['rate(requests_total{code="200"}[5m])', ['code=200,pod=a 2', 'code=200,pod=b 2']],
    ['increase(requests_total{code="500"}[1m])', ['code=500,pod=a 60']],
    ['sum by (code) (rate(requests_total[5m]))', ['code=200 4', 'code=500 1']],
    ['sum(rate(requests_total[5m]))', [' 5']],
    ['sum(rate(requests_total{code="500"}[5m])) / sum(rate(requests_total[5m]))', [' 0.2']],
    ['count(requests_total)', [' 3']],
    ['max_over_time(memory[10m])', ['pod=a 100']],
    ['min_over_time(memory[10m])', ['pod=a 50']],
    ['requests_total > 1000', ['code=200,pod=a 1200', 'code=200,pod=b 1200']],
    ['requests_total > 5000', []],
    ['memory == bool 50', ['pod=a 1']],
    ['topk(1, memory)', ['pod=a 50']],
    ['-memory + 1', ['pod=a -49']],
    ['2 * 3', ['6']],
    ['nothing', []],
  ])('%s', (promql, expected) => {
    expect(ask(promql)).toEqual(expected)
  })

  it.each(['rate(memory)', 'sum(', 'memory{', 'nofunction(memory)', 'memory[5m] +'])('tells what is wrong with %s', (promql) => {
    expect(() => ask(promql)).toThrow()
  })
})
