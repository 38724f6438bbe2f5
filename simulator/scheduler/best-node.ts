/** The best of some nodes by their totals. */

/** The highest total, where it comes first, and how often it comes. */
export interface Best { readonly total: number; readonly at: number; readonly count: number }

/** The highest of the first `length` totals, the place where it is first, and how many share it. `length` must be at least 1. */
export function bestOf(totals: Float64Array, length: number): Best {
  let total = totals[0]
  let at = 0
  let count = 1
  for (let i = 1; i < length; i++) {
    if (totals[i] > total) {
      total = totals[i]
      at = i
      count = 1
    } else if (totals[i] === total) count++
  }
  return { total, at, count }
}

/** Where the highest total comes for the time after `rank` others. */
export function nthBest(totals: Float64Array, { total, at }: Best, rank: number): number {
  let left = rank
  let i = at
  while (left > 0) if (totals[++i] === total) left--
  return i
}
