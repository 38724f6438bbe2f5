/** What functions of CEL are to the interpreter. */

import type { CelValue } from '../values.ts'

/** @returns undefined for values that it does not take */
export type CelFunction = (args: readonly CelValue[]) => CelValue | undefined
export type CelFunctions = { readonly [name: string]: CelFunction }

/** Whether an argument, or all but the first, are texts. */
export function isText(value: CelValue | undefined): value is string {
  return typeof value === 'string'
}
