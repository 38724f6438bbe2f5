/** Functions of the samples in a range. Models prometheus/promql/functions.go (v3): rates are extrapolated to the range's ends. */

import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Sample } from './evaluate.ts'

/** A range (open at its start) and the function's number, such as a quantile. */
export interface Range { readonly fromMs: SimTimeMs; readonly toMs: SimTimeMs; readonly parameter: number }
export type RangeFunction = (samples: readonly Sample[], range: Range) => number | undefined

/** Share of the mean distance within which a rate is extrapolated to an end of the range. */
const extrapolationThreshold = 1.1

function extrapolatedIncrease(samples: readonly Sample[], { fromMs, toMs }: Range, isCounter: boolean): number | undefined {
  if (samples.length < 2) return undefined
  const first = samples[0]
  const last = samples[samples.length - 1]
  let increase = last.value - first.value
  if (isCounter) for (let i = 1; i < samples.length; i++) if (samples[i].value < samples[i - 1].value) increase += samples[i - 1].value
  const sampledMs = last.atMs - first.atMs
  const meanMs = sampledMs / (samples.length - 1)
  let toStartMs = first.atMs - fromMs
  const toEndMs = toMs - last.atMs
  const thresholdMs = meanMs * extrapolationThreshold
  if (toStartMs >= thresholdMs) toStartMs = meanMs / 2
  // A counter cannot have been below zero before its first sample.
  if (isCounter && increase > 0 && first.value >= 0) toStartMs = Math.min(toStartMs, sampledMs * (first.value / increase))
  const extendedMs = sampledMs + toStartMs + (toEndMs >= thresholdMs ? meanMs / 2 : toEndMs)
  return increase * (extendedMs / sampledMs)
}

function perSecond(increase: number | undefined, { fromMs, toMs }: Range): number | undefined {
  return increase === undefined ? undefined : increase / ((toMs - fromMs) / 1000)
}

function overSamples(reduce: (values: readonly number[], parameter: number) => number): RangeFunction {
  return (samples, { parameter }) => (samples.length === 0 ? undefined : reduce(samples.map((sample) => sample.value), parameter))
}

/** The q-quantile of values, interpolated. */
export function quantile(values: readonly number[], q: number): number {
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  const sorted = [...values].sort((a, b) => a - b)
  const rank = q * (sorted.length - 1)
  const low = Math.floor(rank)
  const high = Math.min(sorted.length - 1, low + 1)
  return sorted[low] * (1 - (rank - low)) + sorted[high] * (rank - low)
}

function instantDelta(samples: readonly Sample[]): { value: number; ms: number } | undefined {
  if (samples.length < 2) return undefined
  const [before, last] = samples.slice(-2)
  return { value: last.value < before.value ? last.value : last.value - before.value, ms: last.atMs - before.atMs }
}

export const rangeFunctions: { readonly [name: string]: RangeFunction } = {
  rate: (samples, range) => perSecond(extrapolatedIncrease(samples, range, true), range),
  increase: (samples, range) => extrapolatedIncrease(samples, range, true),
  delta: (samples, range) => extrapolatedIncrease(samples, range, false),
  irate: (samples) => {
    const delta = instantDelta(samples)
    return delta === undefined ? undefined : delta.value / (delta.ms / 1000)
  },
  avg_over_time: overSamples((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  sum_over_time: overSamples((values) => values.reduce((sum, value) => sum + value, 0)),
  min_over_time: overSamples((values) => Math.min(...values)),
  max_over_time: overSamples((values) => Math.max(...values)),
  count_over_time: overSamples((values) => values.length),
  last_over_time: overSamples((values) => values[values.length - 1]),
  quantile_over_time: overSamples((values, parameter) => quantile(values, parameter)),
  changes: overSamples((values) => values.filter((value, i) => i > 0 && value !== values[i - 1]).length),
  resets: overSamples((values) => values.filter((value, i) => i > 0 && value < values[i - 1]).length),
}
