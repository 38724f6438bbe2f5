/** Numbers or percentages of a total. Models apimachinery/pkg/util/intstr (v1.35). */

import { goQuote } from '../api/go-text.ts'
import type { IntOrString } from '../api/types.ts'

/** A whole number, or why there is none. */
export type ScaledValue = { readonly value: number } | { readonly error: string }

/**
 * The number that a value stands for.
 * @param total what a percentage is of
 * @param roundUp rounds a percentage up instead of down
 * @returns the number, or the error in Go's words
 */
export function scaledIntOrPercent(given: IntOrString | undefined, total: number, roundUp: boolean): ScaledValue {
  if (given === undefined) return { error: 'nil value for IntOrString' }
  if (typeof given === 'number') return { value: given }
  if (!given.endsWith('%')) return { error: 'invalid value for IntOrString: invalid type: string is not a percentage' }
  const digits = given.slice(0, -1)
  if (!/^[+-]?[0-9]+$/.test(digits)) return { error: `invalid value for IntOrString: invalid value ${goQuote(given)}: strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax` }
  const share = (Number(digits) * total) / 100
  return { value: roundUp ? Math.ceil(share) : Math.floor(share) }
}
