/**
 * Angles and hyperbolic functions that give the same bits on every machine: only IEEE basic operations and square roots.
 * Relative error below 1e-13 for arguments of everyday size.
 */

import { exp, log } from './math.ts'

const halfPi = Math.PI / 2
/** pi/2 in parts: the first two have few bits, so that small multiples of them are exact. */
const halfPiParts = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21] as const

/** A sum of Taylor terms: each is the one before times -x2 / ((n+1)(n+2)). */
function series(first: number, from: number, x2: number): number {
  let term = first
  let sum = first
  for (let n = from; n < from + 24; n += 2) {
    term = (-term * x2) / ((n + 1) * (n + 2))
    sum += term
  }
  return sum
}

function quarters(x: number): { readonly turn: number; readonly rest: number } {
  const k = Math.round(x / halfPi)
  return { turn: ((k % 4) + 4) % 4, rest: x - k * halfPiParts[0] - k * halfPiParts[1] - k * halfPiParts[2] }
}

/** The sine of an angle in radians; NaN for an infinite one. Very large angles lose digits, as only two parts of pi/2 are known. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return NaN
  const { turn, rest } = quarters(x)
  const value = turn % 2 === 0 ? series(rest, 1, rest * rest) : series(1, 0, rest * rest)
  return turn >= 2 ? -value : value
}

/** The cosine of an angle in radians; else as `sin`. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return NaN
  const { turn, rest } = quarters(x)
  const value = turn % 2 === 0 ? series(1, 0, rest * rest) : series(rest, 1, rest * rest)
  return turn === 1 || turn === 2 ? -value : value
}

/** The tangent of an angle in radians; very large, not infinite, at the poles. */
export function tan(x: number): number {
  return sin(x) / cos(x)
}

/** The angle in radians, from -pi/2 to pi/2, infinite arguments included. */
export function atan(x: number): number {
  if (Number.isNaN(x)) return NaN
  if (Math.abs(x) > 1) return (x > 0 ? halfPi : -halfPi) - atan(1 / x)
  // Two halvings of the angle make the series short.
  let y = x
  for (let i = 0; i < 2; i++) y /= 1 + Math.sqrt(1 + y * y)
  let term = y
  let sum = 0
  for (let n = 1; n < 60; n += 2) {
    sum += term / n
    term *= -y * y
  }
  return 4 * sum
}

/** The angle of the point (x, y). */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN
  const sign = y < 0 || Object.is(y, -0) ? -1 : 1
  if (y === 0) return x > 0 || Object.is(x, 0) ? y : sign * Math.PI
  if (x === 0) return sign * halfPi
  if (!Number.isFinite(x)) return sign * (Number.isFinite(y) ? (x > 0 ? 0 : Math.PI) : x > 0 ? Math.PI / 4 : (3 * Math.PI) / 4)
  const angle = atan(y / x)
  return x > 0 ? angle : angle + sign * Math.PI
}

/** The angle in radians, from -pi/2 to pi/2; NaN beyond -1 and 1. */
export function asin(x: number): number {
  if (!(Math.abs(x) <= 1)) return NaN
  return Math.abs(x) === 1 ? x * halfPi : atan(x / Math.sqrt((1 - x) * (1 + x)))
}

/** The angle in radians, from 0 to pi; NaN beyond -1 and 1. */
export function acos(x: number): number {
  return x === 1 ? 0 : halfPi - asin(x)
}

/** The hyperbolic sine; near zero by its series, as the difference of two powers would lose digits. */
export function sinh(x: number): number {
  if (Math.abs(x) >= 0.5) return (exp(x) - exp(-x)) / 2
  let term = x
  let sum = x
  for (let n = 1; n < 20; n += 2) {
    term *= (x * x) / ((n + 1) * (n + 2))
    sum += term
  }
  return sum
}

/** The hyperbolic cosine; infinite where a power of e is. */
export function cosh(x: number): number {
  return (exp(x) + exp(-x)) / 2
}

/** The hyperbolic tangent; exactly -1 or 1 where no digit would differ. */
export function tanh(x: number): number {
  return Math.abs(x) > 22 ? Math.sign(x) : sinh(x) / cosh(x)
}

/** The inverse of `sinh`, defined everywhere; infinities stay. */
export function asinh(x: number): number {
  if (!Number.isFinite(x)) return x
  const positive = Math.abs(x)
  // Near zero the logarithm would lose digits.
  const value = positive < 1e-4 ? positive - (positive * positive * positive) / 6 : log(positive + Math.sqrt(positive * positive + 1))
  return x < 0 ? -value : value
}

/** The inverse of `cosh` that is not negative; NaN below 1. */
export function acosh(x: number): number {
  if (!(x >= 1)) return NaN
  return x === Infinity ? Infinity : log(x + Math.sqrt(x * x - 1))
}

/** The inverse of `tanh`; infinite at -1 and 1, NaN beyond. */
export function atanh(x: number): number {
  if (!(Math.abs(x) <= 1)) return NaN
  if (Math.abs(x) === 1) return x * Infinity
  return Math.abs(x) < 1e-4 ? x + (x * x * x) / 3 : log((1 + x) / (1 - x)) / 2
}
