/**
 * Exponentials and logarithms that give the same bits on every machine.
 * Engines may differ in the last bit of Math.exp and Math.log; these use only IEEE basic operations.
 */

const ln2 = 0.6931471805599453

/** e to the power x, by argument reduction and a Taylor series; relative error below 1e-14 for |x| < 700. */
export function exp(x: number): number {
  if (x > 709) return Infinity
  if (x < -745) return 0
  const k = Math.round(x / ln2)
  const r = x - k * ln2
  let term = 1
  let sum = 1
  for (let n = 1; n <= 18; n++) {
    term = (term * r) / n
    sum += term
  }
  return sum * 2 ** k
}

/** Natural logarithm of x > 0, by the atanh series on the mantissa. */
export function log(x: number): number {
  if (x <= 0) return x === 0 ? -Infinity : NaN
  let mantissa = x
  let k = 0
  while (mantissa > 1.5) {
    mantissa /= 2
    k++
  }
  while (mantissa < 0.75) {
    mantissa *= 2
    k--
  }
  const y = (mantissa - 1) / (mantissa + 1)
  const y2 = y * y
  let term = y
  let sum = 0
  for (let n = 1; n < 40; n += 2) {
    sum += term / n
    term *= y2
  }
  return 2 * sum + k * ln2
}

/** x to the power y for x > 0. */
export function pow(x: number, y: number): number {
  return Number.isInteger(y) && Math.abs(y) < 64 ? powInteger(x, y) : exp(y * log(x))
}

function powInteger(x: number, n: number): number {
  let result = 1
  for (let i = 0; i < Math.abs(n); i++) result *= x
  return n < 0 ? 1 / result : result
}
