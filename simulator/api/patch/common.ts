/** What the kinds of patches share. */

import { compareText } from '../../kernel/text.ts'
import { formatFloat, GoFloat, goList } from '../go-text.ts'

/** JSON that a patch may change: copies that belong to the caller. */
export type Mutable = null | boolean | number | string | Mutable[] | MutableObject
/** A JSON object that a patch builds. */
export interface MutableObject { [key: string]: Mutable }
/** Why a patch does not apply, in the server's words. */
export interface PatchError { readonly error: string }

/** Stops patching with an error text; it never leaves this folder. */
export class PatchFailure extends Error {}

/** True when a patch could not be made or applied. */
export function isPatchError<T extends object>(result: T | PatchError): result is PatchError {
  return 'error' in result && Object.keys(result).length === 1
}

/** True for an object of JSON. */
export function isObject(value: unknown): value is MutableObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A deep copy of a JSON value. Members that are undefined are left out. */
export function cloneJson(value: unknown): Mutable {
  if (Array.isArray(value)) return value.map(cloneJson)
  if (!isObject(value)) return value as Mutable
  const copy: MutableObject = {}
  for (const key of Object.keys(value)) if (value[key] !== undefined) setMember(copy, key, cloneJson(value[key]))
  return copy
}

/** Sets an own member, also one named `__proto__`. */
export function setMember(object: MutableObject, key: string, value: Mutable): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
  else object[key] = value
}

/** True when an object has a member of its own. */
export function hasMember(object: MutableObject, key: string): boolean {
  return Object.hasOwn(object, key)
}

/** Deep equality of JSON values. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => hasMember(b, key) && deepEqual(a[key], b[key]))
}

/** A value as Go's %v prints it inside of an error text. */
export function goValueText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return goList(value.map(goValueText))
  if (value instanceof GoFloat) return formatFloat(value.value)
  if (isObject(value)) return `map[${Object.keys(value).sort(compareText).map((key) => `${key}:${goValueText(value[key])}`).join(' ')}]`
  return typeof value === 'number' && !Number.isInteger(value) ? formatFloat(value) : String(value)
}

/** The Go type that a decoded JSON value has. */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return '%!s(<nil>)'
  if (Array.isArray(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  return typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : typeof value === 'boolean' ? 'bool' : 'string'
}

/** Runs what may fail and turns a failure into its value. */
export function attempt<T extends object>(run: () => T): T | PatchError {
  try {
    return run()
  } catch (failure) {
    if (failure instanceof PatchFailure) return { error: failure.message }
    throw failure
  }
}
