/** Real functions of awk and jq, the same on every machine. */

import { exp, log, pow } from '../../../kernel/math.ts'

const tau = 6.283185307179586

/** x to the power y; for a negative x only with a whole y. */
export function power(x: number, y: number): number {
  if (x === 0) return y === 0 ? 1 : y > 0 ? 0 : Infinity
  if (x < 0 && !Number.isInteger(y)) return NaN
  if (x < 0) return (y % 2 === 0 ? 1 : -1) * power(-x, y)
  return pow(x, y)
}

export const exponential = exp
export const logarithm = log

/** Sine of an angle in radians, by its series after reduction to one turn. */
export function sine(x: number): number {
  const r = x - Math.round(x / tau) * tau
  let term = r
  let sum = 0
  for (let n = 1; n < 30; n += 2) {
    sum += term
    term *= (-r * r) / ((n + 1) * (n + 2))
  }
  return sum
}

/** Cosine of an angle in radians. */
export function cosine(x: number): number {
  return sine(x + tau / 4)
}
