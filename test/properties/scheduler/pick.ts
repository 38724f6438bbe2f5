/** Small words for arbitraries of API objects. */

import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'

/** One of the values; shrinks to the first. */
export function oneOf<T>(...values: T[]): Arbitrary<T> {
  return fc.constantFrom(...values)
}

/** Present in so many percent of the cases, else undefined; shrinks to undefined. */
export function sometimes<T>(percent: number, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> {
  return fc.oneof({ withCrossShrink: true }, { weight: 100 - percent, arbitrary: fc.constant(undefined) }, { weight: percent, arbitrary })
}

/** So many of them, at most. */
export function upTo<T>(max: number, arbitrary: Arbitrary<T>, min = 0): Arbitrary<T[]> {
  return fc.array(arbitrary, { minLength: min, maxLength: max, size: 'max' })
}

/** The object without the fields that are undefined or empty lists and maps that the API would not keep. */
export function clean<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clean) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [k, clean(v)])) as T
}

/** Undefined in place of an empty list. */
export function orNone<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}
