/** Values of awk. */

/** Text of input that compares as a number when it looks like one. */
export interface Field {
  readonly text: string
}
/** A value of awk. */
export type Value = number | string | Field | undefined
/** An array of awk. */
export type Cells = Map<string, Value>

/** A program that cannot go on. */
export class AwkError extends Error {
  override readonly name = 'AwkError'
}
/** Why a statement does not go on to the next one. */
export type Jump = 'next' | 'break' | 'continue' | 'return' | 'exit' | undefined

/** Input that counts as a number. */
export const numberLike = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/

/** The number at the start of a value. */
export function toNumber(value: Value): number {
  if (typeof value === 'number') return value
  if (value === undefined) return 0
  const text = typeof value === 'string' ? value : value.text
  return Number(/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/.exec(text)?.[0] ?? 0)
}
