/** Sizes and costs that an expression may come to, from the least to the most. Models cel-go/checker SizeEstimate and CostEstimate (v0.26). */

/** Counts end here: Go's largest uint64, as near as a number gets. */
export const countMax = 2 ** 64

/** How large a value may be, or what an expression may cost. */
export interface Estimate { readonly min: number; readonly max: number }

/** An estimate of one number. */
export function fixed(count: number): Estimate {
  return { min: count, max: count }
}

/** A size of which nothing is known. */
export const unknownSize: Estimate = { min: 0, max: countMax }
/** No cost, no size. */
export const nothing: Estimate = fixed(0)

function addCounts(a: number, b: number): number {
  return Math.min(a + b, countMax)
}

/** The product of two counts; it ends at the largest one. */
export function multiplyCounts(a: number, b: number): number {
  return Math.min(a * b, countMax)
}

function scaleCount(count: number, factor: number): number {
  return Math.min(Math.ceil(count * factor), countMax)
}

/** The sum of estimates. */
export function add(...estimates: readonly Estimate[]): Estimate {
  return estimates.reduce((sum, each) => ({ min: addCounts(sum.min, each.min), max: addCounts(sum.max, each.max) }), nothing)
}

/** The product of two estimates. */
export function multiply(a: Estimate, b: Estimate): Estimate {
  return { min: multiplyCounts(a.min, b.min), max: multiplyCounts(a.max, b.max) }
}

/** An estimate times a factor, rounded up. */
export function scale(estimate: Estimate, factor: number): Estimate {
  return { min: scaleCount(estimate.min, factor), max: scaleCount(estimate.max, factor) }
}

/** What covers both. */
export function union(a: Estimate, b: Estimate): Estimate {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}
