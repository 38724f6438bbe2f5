/** Samples that several steps of a query look at, read from their series in long stretches. */

import type { SimTimeMs } from '../../kernel/event-queue.ts'
import type { Sample, SampledSeries } from './value.ts'

/** So much is read ahead at least, as long as the query goes on. */
const aheadMs = 3_600_000

interface Stretch { readonly fromMs: SimTimeMs; readonly toMs: SimTimeMs; readonly samples: readonly Sample[] }

/** Reads windows of series. Windows that move on in time are cut out of what was read before. */
export class SampleReader {
  private readonly endMs: SimTimeMs
  private readonly stretches = new Map<SampledSeries, Stretch>()

  /** `endMs`: the last moment at which the query is evaluated. */
  constructor(endMs: SimTimeMs) {
    this.endMs = endMs
  }

  /** Samples with `fromMs` < time <= `toMs`, oldest first. */
  between(series: SampledSeries, fromMs: SimTimeMs, toMs: SimTimeMs): readonly Sample[] {
    const { samples } = this.stretch(series, fromMs, toMs)
    const first = firstAfter(samples, fromMs)
    const end = firstAfter(samples, toMs)
    return first === 0 && end === samples.length ? samples : samples.slice(first, end)
  }

  /** The last of them. */
  last(series: SampledSeries, fromMs: SimTimeMs, toMs: SimTimeMs): Sample | undefined {
    if (series.last !== undefined && toMs >= this.endMs) return series.last(fromMs, toMs)
    const { samples } = this.stretch(series, fromMs, toMs)
    const sample = samples[firstAfter(samples, toMs) - 1]
    return sample !== undefined && sample.atMs > fromMs ? sample : undefined
  }

  private stretch(series: SampledSeries, fromMs: SimTimeMs, toMs: SimTimeMs): Stretch {
    const known = this.stretches.get(series)
    if (known !== undefined && known.fromMs <= fromMs && known.toMs >= toMs) return known
    const untilMs = Math.max(toMs, Math.min(this.endMs, toMs + Math.max(aheadMs, toMs - fromMs)))
    const stretch = { fromMs, toMs: untilMs, samples: series.samples(fromMs, untilMs) }
    this.stretches.set(series, stretch)
    return stretch
  }
}

/** Index of the first sample after a moment. */
function firstAfter(samples: readonly Sample[], atMs: SimTimeMs): number {
  let low = 0
  let high = samples.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (samples[middle].atMs > atMs) high = middle
    else low = middle + 1
  }
  return low
}
