/** Quantiles and shares of classic histograms. Models prometheus/promql/quantile.go (v3.7). */

import { goQuote } from '../../api/go-text.ts'
import type { Labels } from '../series.ts'
import { labelsKey, withoutName, withLabel } from './value.ts'
import type { VectorElement } from './value.ts'

interface Bucket { readonly upper: number; readonly count: number }

/** Differences below this share come from rounding. */
const smallDelta = 1e-12

/** One element per histogram of a vector of buckets; what is no bucket is noted and left out. */
export function overHistograms(elements: readonly VectorElement[], notes: Set<string>, reduce: (buckets: readonly Bucket[]) => number): VectorElement[] {
  const histograms = new Map<string, { readonly labels: Labels; readonly buckets: Bucket[] }>()
  for (const { labels, value } of elements) {
    const le = labels.le ?? ''
    const upper = boundary(le)
    if (upper === undefined) {
      notes.add(`PromQL warning: bucket label "le" is missing or has a malformed value of ${goQuote(le)}`)
      continue
    }
    const rest = withLabel(labels, 'le', '')
    const key = labelsKey(rest)
    const found = histograms.get(key)
    if (found === undefined) histograms.set(key, { labels: withoutName(rest), buckets: [{ upper, count: value }] })
    else found.buckets.push({ upper, count: value })
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({ labels, value: reduce(merged(buckets)) }))
}

function boundary(text: string): number | undefined {
  if (/^[+]?inf(inity)?$/i.test(text)) return Infinity
  if (/^-inf(inity)?$/i.test(text)) return -Infinity
  if (/^nan$/i.test(text)) return NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** Buckets by their bounds; those with the same bound count together. */
function merged(buckets: readonly Bucket[]): Bucket[] {
  const all: Bucket[] = []
  for (const bucket of [...buckets].sort((a, b) => (a.upper < b.upper ? -1 : a.upper > b.upper ? 1 : 0))) {
    const last = all[all.length - 1]
    if (last?.upper === bucket.upper) all[all.length - 1] = { upper: last.upper, count: last.count + bucket.count }
    else all.push(bucket)
  }
  return all
}

function monotonic(buckets: readonly Bucket[], notes: Set<string>): Bucket[] {
  let before = buckets[0].count
  return buckets.map(({ upper, count }) => {
    const isSame = count === before || Math.abs(count - before) / Math.min(Math.abs(count) + Math.abs(before), Number.MAX_VALUE) < smallDelta
    if (!isSame && count < before) notes.add('PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)')
    if (!isSame && !(count < before)) before = count
    return { upper, count: before }
  })
}

/** The q-quantile: linear inside of a bucket. */
export function histogramQuantile(q: number, given: readonly Bucket[], notes: Set<string>): number {
  if (Number.isNaN(q)) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  if (given[given.length - 1].upper !== Infinity) return NaN
  const buckets = monotonic(given, notes)
  if (buckets.length < 2) return NaN
  const observations = buckets[buckets.length - 1].count
  if (observations === 0 || Number.isNaN(observations)) return NaN
  const rank = q * observations
  const found = buckets.findIndex(({ count }, i) => i === buckets.length - 1 || count >= rank)
  if (found === buckets.length - 1) return buckets[found - 1].upper
  const { upper, count } = buckets[found]
  if (found === 0) return upper <= 0 ? upper : upper * (rank / count)
  const below = buckets[found - 1]
  return below.upper + (upper - below.upper) * ((rank - below.count) / (count - below.count))
}

/** The share of observations between two values. */
export function histogramFraction(lower: number, upper: number, buckets: readonly Bucket[]): number {
  const last = buckets[buckets.length - 1]
  if (last.upper !== Infinity || last.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN
  return lower >= upper ? 0 : (rankOf(upper, buckets) - rankOf(lower, buckets)) / last.count
}

function rankOf(value: number, buckets: readonly Bucket[]): number {
  let rank = 0
  let from = -Infinity
  for (const { upper, count } of buckets) {
    if (from >= value) return rank
    if (upper > value) return Math.min(rank + ((count - rank) * (value - from)) / (upper - from), buckets[buckets.length - 1].count)
    rank = count
    from = upper
  }
  return buckets[buckets.length - 1].count
}
