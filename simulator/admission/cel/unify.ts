/** Which type may stand where another is wanted. Models cel-go/checker/types.go (v0.26). */

import type { CelType } from './types.ts'
import { dynType, sameType } from './types.ts'

/** What type parameters stand for. */
export type Mapping = Map<string, CelType>

function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error'
}

/** The type with its parameters replaced. @param toDyn parameters that stand for nothing become `dyn` */
export function substitute(mapping: Mapping, type: CelType, toDyn: boolean): CelType {
  if (type.kind === 'param') {
    const known = mapping.get(type.name)
    if (known !== undefined) return substitute(mapping, known, toDyn)
    return toDyn ? dynType : type
  }
  if (type.params.length === 0) return type
  return { ...type, params: type.params.map((param) => substitute(mapping, param, toDyn)) }
}

function isLessSpecific(a: CelType, b: CelType): boolean {
  if (a.kind === 'dyn' || a.kind === 'param') return true
  if (b.kind === 'dyn' || b.kind === 'param') return false
  if (a.kind !== b.kind) return false
  if (a.kind === 'type') return true
  if (a.params.length === 0) return sameType(a, b)
  return a.name === b.name && a.params.length === b.params.length && a.params.every((param, index) => isLessSpecific(param, b.params[index]!))
}

/** The wider one of two types. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isLessSpecific(a, b) ? a : b
}

function isFree(mapping: Mapping, param: CelType, within: CelType): boolean {
  if (sameType(param, within)) return false
  if (within.kind === 'param') {
    const known = mapping.get(within.name)
    return known === undefined || isFree(mapping, param, known)
  }
  return within.params.every((each) => isFree(mapping, param, each))
}

/** Lets a parameter stand for a type. */
function bind(mapping: Mapping, type: CelType, param: CelType): { readonly valid: boolean; readonly known: boolean } {
  if (sameType(type, param)) return { valid: true, known: true }
  const known = mapping.get(param.name)
  if (known !== undefined) {
    if (sameType(type, known)) return { valid: true, known: true }
    if (!unify(mapping, type, known)) return { valid: false, known: true }
    const wider = mostGeneral(type, known)
    if (isFree(mapping, param, wider)) mapping.set(param.name, wider)
    return { valid: true, known: true }
  }
  if (!isFree(mapping, param, type)) return { valid: false, known: false }
  mapping.set(param.name, type)
  return { valid: true, known: false }
}

function isNullable(type: CelType): boolean {
  return type.kind === 'opaque' || type.kind === 'object' || ['null_type', 'google.protobuf.Timestamp', 'google.protobuf.Duration'].includes(type.name)
}

function unify(mapping: Mapping, a: CelType, b: CelType): boolean {
  if (b.kind === 'param') {
    const { valid, known } = bind(mapping, a, b)
    if (valid) return true
    if (known) return false
  }
  if (a.kind === 'param') return bind(mapping, b, a).valid
  if (isDynOrError(a) || isDynOrError(b)) return true
  if (a.name === 'null_type') return isNullable(b)
  if (b.name === 'null_type') return isNullable(a)
  if (a.kind === 'type') return b.kind === 'type'
  return a.kind === b.kind && a.name === b.name && unifyAll(mapping, a.params, b.params)
}

function unifyAll(mapping: Mapping, a: readonly CelType[], b: readonly CelType[]): boolean {
  return a.length === b.length && a.every((each, index) => unify(mapping, each, b[index]!))
}

/** Whether values of one type fit where the other is wanted. @returns the mapping after that, or undefined */
export function isAssignable(mapping: Mapping, a: CelType, b: CelType): Mapping | undefined {
  const copy = new Map(mapping)
  return unify(copy, a, b) ? copy : undefined
}

/** The same for lists of types, as those of arguments. */
export function isAssignableList(mapping: Mapping, a: readonly CelType[], b: readonly CelType[]): Mapping | undefined {
  const copy = new Map(mapping)
  return unifyAll(copy, a, b) ? copy : undefined
}
