/** Functions over a range of samples. Models prometheus/promql/functions.go (v3.7). */

import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Sample } from './value.ts'

/** The window of a range, the moment of the evaluation, and the scalar among the arguments: a quantile, a number of seconds. */
export interface Range { readonly fromMs: SimTimeMs; readonly toMs: SimTimeMs; readonly evalMs: SimTimeMs; readonly parameter: number }
export type RangeFunction = (samples: readonly Sample[], range: Range) => number | undefined

/** Share of the mean distance within which a rate is extrapolated to an end of the range. */
const extrapolationThreshold = 1.1

/** A sum that keeps what rounding loses (Kahan and Neumaier). */
export class ExactSum {
  sum = 0
  private lost = 0

  add(value: number): void {
    const sum = this.sum + value
    if (!Number.isFinite(sum)) this.lost = 0
    else if (Math.abs(this.sum) >= Math.abs(value)) this.lost += this.sum - sum + value
    else this.lost += value - sum + this.sum
    this.sum = sum
  }

  get total(): number {
    return this.sum + this.lost
  }

  /** The mean of `count` values. */
  over(count: number): number {
    return this.sum / count + this.lost / count
  }
}

/** The mean; where a sum would overflow it goes on by means. */
export function meanOf(values: readonly number[]): number {
  const sum = new ExactSum()
  for (let i = 0; i < values.length; i++) {
    const before = sum.sum
    sum.add(values[i])
    if (i === 0 || Number.isFinite(sum.sum) || !Number.isFinite(before)) continue
    let mean = before / i
    for (let k = i; k < values.length; k++) mean = mean * (k / (k + 1)) + values[k] / (k + 1)
    return mean
  }
  return sum.over(values.length)
}

/** The sum of the values with compensated rounding, as Prometheus adds them; 0 for none. */
export function sumOf(values: readonly number[]): number {
  const sum = new ExactSum()
  for (const value of values) sum.add(value)
  return sum.total
}

/** The greatest (or least) value; NaN only when there is nothing else. */
export function extremeOf(values: readonly number[], isGreatest: boolean): number {
  let found = values[0]
  for (const value of values) if (Number.isNaN(found) || (isGreatest ? value > found : value < found)) found = value
  return found
}

function varianceOf(values: readonly number[]): number {
  let count = 0
  const mean = new ExactSum()
  const squares = new ExactSum()
  for (const value of values) {
    const delta = value - mean.total
    mean.add(delta / ++count)
    squares.add(delta * (value - mean.total))
  }
  return squares.total / count
}

/** The q-quantile of values, interpolated. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0 || Number.isNaN(q)) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  const sorted = [...values].sort((a, b) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b))
  const rank = q * (sorted.length - 1)
  const low = Math.max(0, Math.floor(rank))
  const high = Math.min(sorted.length - 1, low + 1)
  const weight = rank - Math.floor(rank)
  return sorted[low] * (1 - weight) + sorted[high] * weight
}

function extrapolatedIncrease(samples: readonly Sample[], { fromMs, toMs }: Range, isCounter: boolean, isRate: boolean): number | undefined {
  if (samples.length < 2) return undefined
  const first = samples[0]
  const last = samples[samples.length - 1]
  let increase = last.value - first.value
  if (isCounter) for (let i = 1; i < samples.length; i++) if (samples[i].value < samples[i - 1].value) increase += samples[i - 1].value
  const sampled = (last.atMs - first.atMs) / 1000
  const mean = sampled / (samples.length - 1)
  let toStart = (first.atMs - fromMs) / 1000
  let toEnd = (toMs - last.atMs) / 1000
  const threshold = mean * extrapolationThreshold
  if (toStart >= threshold) toStart = mean / 2
  // A counter cannot have been below zero before its first sample.
  if (isCounter && increase > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / increase))
  if (toEnd >= threshold) toEnd = mean / 2
  const factor = (sampled + toStart + toEnd) / sampled
  return increase * (isRate ? factor / ((toMs - fromMs) / 1000) : factor)
}

function instantDelta(samples: readonly Sample[], isRate: boolean): number | undefined {
  if (samples.length < 2) return undefined
  const [before, last] = samples.slice(-2)
  if (last.atMs === before.atMs) return undefined
  const delta = isRate && last.value < before.value ? last.value : last.value - before.value
  return isRate ? delta / ((last.atMs - before.atMs) / 1000) : delta
}

/** The line with the least squares: its slope per second and its value at `atMs`. */
function regression(samples: readonly Sample[], atMs: SimTimeMs): { readonly slope: number; readonly intercept: number } {
  const [x, y, xy, xx] = [new ExactSum(), new ExactSum(), new ExactSum(), new ExactSum()]
  for (const { atMs: sampleMs, value } of samples) {
    const seconds = (sampleMs - atMs) / 1000
    x.add(seconds)
    y.add(value)
    xy.add(seconds * value)
    xx.add(seconds * seconds)
  }
  const constant = samples[0].value
  if (samples.every(({ value }) => value === constant)) return Number.isFinite(constant) ? { slope: 0, intercept: constant } : { slope: NaN, intercept: NaN }
  const n = samples.length
  const slope = (xy.total - (x.total * y.total) / n) / (xx.total - (x.total * x.total) / n)
  return { slope, intercept: y.total / n - (slope * x.total) / n }
}

function predicted(samples: readonly Sample[], { evalMs, parameter }: Range): number | undefined {
  if (samples.length < 2) return undefined
  const { slope, intercept } = regression(samples, evalMs)
  return slope * parameter + intercept
}

function overValues(reduce: (values: readonly number[], parameter: number) => number): RangeFunction {
  return (samples, { parameter }) => reduce(samples.map((sample) => sample.value), parameter)
}

function countSteps(differs: (before: number, after: number) => boolean): RangeFunction {
  return overValues((values) => values.filter((value, i) => i > 0 && differs(values[i - 1], value)).length)
}

/** Functions by name. They are called with at least one sample; undefined says that there is no result. */
export const rangeFunctions: { readonly [name: string]: RangeFunction } = {
  rate: (samples, range) => extrapolatedIncrease(samples, range, true, true),
  increase: (samples, range) => extrapolatedIncrease(samples, range, true, false),
  delta: (samples, range) => extrapolatedIncrease(samples, range, false, false),
  irate: (samples) => instantDelta(samples, true),
  idelta: (samples) => instantDelta(samples, false),
  deriv: (samples) => (samples.length < 2 ? undefined : regression(samples, samples[0].atMs).slope),
  predict_linear: predicted,
  avg_over_time: overValues(meanOf),
  sum_over_time: overValues(sumOf),
  min_over_time: overValues((values) => extremeOf(values, false)),
  max_over_time: overValues((values) => extremeOf(values, true)),
  count_over_time: (samples) => samples.length,
  last_over_time: (samples) => samples[samples.length - 1].value,
  present_over_time: () => 1,
  absent_over_time: () => 1,
  stddev_over_time: overValues((values) => Math.sqrt(varianceOf(values))),
  stdvar_over_time: overValues(varianceOf),
  quantile_over_time: overValues(quantile),
  changes: countSteps((before, after) => before !== after && !(Number.isNaN(before) && Number.isNaN(after))),
  resets: countSteps((before, after) => after < before),
}
