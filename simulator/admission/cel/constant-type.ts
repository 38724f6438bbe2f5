/** Types of literals. */

import type { CelType } from './types.ts'
import { boolType, bytesType, doubleType, intType, nullType, stringType, uintType } from './types.ts'
import type { CelValue } from './values.ts'
import { typeNameOf } from './values.ts'

const byName: ReadonlyMap<string, CelType> = new Map([boolType, bytesType, doubleType, intType, nullType, stringType, uintType].map((type) => [type.name, type]))

/** The type of a literal. */
export function typeOfConstant(value: CelValue): CelType {
  return byName.get(typeNameOf(value)) ?? nullType
}
