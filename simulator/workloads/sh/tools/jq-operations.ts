/** jq's operators and paths as functions of values. */

import type { JqObject, JqValue } from './jq-values.ts'
import { compareValues, describe, isArray, isObject, JqError, sortedKeys, typeName } from './jq-values.ts'

/** Longest text or array that an operator may make. */
const sizeMax = 4_000_000

/** `.[key]`. @throws JqError */
export function getIndex(value: JqValue, key: JqValue): JqValue {
  if (isObject(value) && typeof key === 'string') return value.get(key) ?? null
  if (isArray(value) && typeof key === 'number') {
    const at = Math.floor(key)
    return value[at < 0 ? value.length + at : at] ?? null
  }
  if (value === null && (typeof key === 'string' || typeof key === 'number' || key === null)) return null
  if (isObject(key)) return getSlice(value, key.get('start') ?? null, key.get('end') ?? null)
  if (isArray(value) && isArray(key)) return indicesOf(value, key)
  if (typeof key === 'string' && !isObject(value)) throw new JqError(`Cannot index ${typeName(value)} with "${key}"`)
  throw new JqError(`Cannot index ${typeName(value)} with ${typeName(key)}`)
}

function clampIndex(key: JqValue, length: number, missing: number, round: (n: number) => number): number {
  if (key === null) return missing
  if (typeof key !== 'number') throw new JqError('Start and end indices of an array slice must be numbers')
  const at = round(key)
  return Math.max(0, Math.min(at < 0 ? length + at : at, length))
}

/** `.[from:to]`. @throws JqError */
export function getSlice(value: JqValue, from: JqValue, to: JqValue): JqValue {
  if (value === null) return null
  if (typeof value !== 'string' && !isArray(value)) throw new JqError(`Cannot index ${typeName(value)} with object`)
  const all = typeof value === 'string' ? [...value] : value
  const start = clampIndex(from, all.length, 0, Math.floor)
  const end = clampIndex(to, all.length, all.length, Math.ceil)
  const piece = all.slice(start, Math.max(end, start))
  return typeof value === 'string' ? piece.join('') : piece
}

/** Keys and members of an array or object. @throws JqError */
export function valuesOf(value: JqValue): Iterable<readonly [JqValue, JqValue]> {
  if (isArray(value)) return value.map((item, i) => [i, item] as const)
  if (isObject(value)) return value.entries()
  throw new JqError(`Cannot iterate over ${describe(value)}`)
}

/** A copy with another value at a path. @throws JqError */
export function setPath(value: JqValue, path: readonly JqValue[], next: JqValue): JqValue {
  if (path.length === 0) return next
  const [key, ...rest] = path
  if (typeof key === 'string') {
    if (value !== null && !isObject(value)) throw new JqError(`Cannot index ${typeName(value)} with "${key}"`)
    const copy = new Map(value ?? [])
    copy.set(key, setPath(copy.get(key) ?? null, rest, next))
    return copy
  }
  if (typeof key === 'number') {
    if (value !== null && !isArray(value)) throw new JqError(`Cannot index ${typeName(value)} with number`)
    const copy = [...(value ?? [])]
    const at = key < 0 ? copy.length + key : key
    if (at < 0) throw new JqError('Out of bounds negative array index')
    if (at > sizeMax) throw new JqError('Array index too large')
    while (copy.length < at) copy.push(null)
    copy[at] = setPath(copy[at] ?? null, rest, next)
    return copy
  }
  if (isObject(key)) {
    const array = value ?? []
    if (!isArray(array)) throw new JqError(`Cannot update field at object index of ${typeName(value)}`)
    const start = clampIndex(key.get('start') ?? null, array.length, 0, Math.floor)
    const end = Math.max(clampIndex(key.get('end') ?? null, array.length, array.length, Math.ceil), start)
    const piece = setPath(array.slice(start, end), rest, next)
    if (!isArray(piece)) throw new JqError('A slice of an array can only be assigned another array')
    return [...array.slice(0, start), ...piece, ...array.slice(end)]
  }
  throw new JqError(`Invalid path component ${describe(key)}`)
}

/** A copy without the values at paths. */
export function deletePaths(value: JqValue, paths: readonly (readonly JqValue[])[]): JqValue {
  const sorted = [...paths].sort((a, b) => compareValues(b, a))
  return sorted.reduce((at, path) => deletePath(at, path), value)
}

function deletePath(value: JqValue, path: readonly JqValue[]): JqValue {
  if (path.length === 0) return null
  if (value === null) return null
  const [key, ...rest] = path
  if (typeof key === 'string') {
    if (!isObject(value)) throw new JqError(`Cannot delete field at object index of ${typeName(value)}`)
    const copy = new Map(value)
    if (rest.length === 0) copy.delete(key)
    else if (copy.has(key)) copy.set(key, deletePath(copy.get(key) ?? null, rest))
    return copy
  }
  if (!isArray(value)) throw new JqError(`Cannot delete field at array index of ${typeName(value)}`)
  if (isObject(key)) return setPath(value, [key], [])
  if (typeof key !== 'number') throw new JqError(`Cannot delete field at ${typeName(key)} index of array`)
  const at = key < 0 ? value.length + key : key
  if (rest.length === 0) return value.filter((_item, i) => i !== at)
  return value.map((item, i) => (i === at ? deletePath(item, rest) : item))
}

/** Operators on two values. @throws JqError */
export function binaryOperation(op: string, a: JqValue, b: JqValue): JqValue {
  switch (op) {
    case '==': return compareValues(a, b) === 0
    case '!=': return compareValues(a, b) !== 0
    case '<': return compareValues(a, b) < 0
    case '<=': return compareValues(a, b) <= 0
    case '>': return compareValues(a, b) > 0
    case '>=': return compareValues(a, b) >= 0
    case '+': return addValues(a, b)
    case '-': return subtract(a, b)
    case '*': return multiply(a, b)
    case '/': return divide(a, b)
    default: {
      if (typeof a !== 'number' || typeof b !== 'number') throw new JqError(`${describe(a)} and ${describe(b)} cannot be divided (remainder)`)
      const divisor = Math.trunc(Math.abs(b))
      if (divisor === 0) throw new JqError(`${describe(a)} and ${describe(b)} cannot be divided (remainder) because the divisor is zero`)
      return Math.trunc(a) % divisor
    }
  }
}

/** The sum of two values. @throws JqError */
export function addValues(a: JqValue, b: JqValue): JqValue {
  if (a === null) return b
  if (b === null) return a
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length + b.length > sizeMax) throw new JqError('String is too long')
    return a + b
  }
  if (isArray(a) && isArray(b)) return [...a, ...b]
  if (isObject(a) && isObject(b)) return new Map([...a, ...b])
  throw new JqError(`${describe(a)} and ${describe(b)} cannot be added`)
}

function subtract(a: JqValue, b: JqValue): JqValue {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (isArray(a) && isArray(b)) return a.filter((item) => !b.some((other) => compareValues(item, other) === 0))
  throw new JqError(`${describe(a)} and ${describe(b)} cannot be subtracted`)
}

function multiply(a: JqValue, b: JqValue): JqValue {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  if (typeof a === 'string' && typeof b === 'number') {
    if (b <= 0) return null
    if (a.length * b > sizeMax) throw new JqError('Repeat string result too long')
    return a.repeat(Math.max(1, Math.floor(b)))
  }
  if (typeof a === 'number' && typeof b === 'string') return multiply(b, a)
  if (isObject(a) && isObject(b)) return mergeDeep(a, b)
  throw new JqError(`${describe(a)} and ${describe(b)} cannot be multiplied`)
}

function mergeDeep(a: JqObject, b: JqObject): JqObject {
  const merged = new Map(a)
  for (const [key, value] of b) {
    const old = merged.get(key)
    merged.set(key, old !== undefined && isObject(old) && isObject(value) ? mergeDeep(old, value) : value)
  }
  return merged
}

function divide(a: JqValue, b: JqValue): JqValue {
  if (typeof a === 'number' && typeof b === 'number') {
    if (b === 0) throw new JqError(`${describe(a)} and ${describe(b)} cannot be divided because the divisor is zero`)
    return a / b
  }
  if (typeof a === 'string' && typeof b === 'string') return a === '' ? [] : a.split(b)
  throw new JqError(`${describe(a)} and ${describe(b)} cannot be divided`)
}

/** Places of a part in a text or array. */
export function indicesOf(value: JqValue, part: JqValue): JqValue {
  const found: number[] = []
  if (value === null) return null
  if (typeof value === 'string' && typeof part === 'string') {
    if (part === '') return null
    for (let at = value.indexOf(part); at >= 0; at = value.indexOf(part, at + 1)) found.push(at)
    return found
  }
  if (!isArray(value)) throw new JqError(`Cannot determine indices of ${describe(part)} in ${describe(value)}`)
  if (!isArray(part)) return value.flatMap((item, i) => (compareValues(item, part) === 0 ? [i] : []))
  if (part.length === 0) return null
  for (let i = 0; i + part.length <= value.length; i++) if (part.every((item, j) => compareValues(value[i + j], item) === 0)) found.push(i)
  return found
}

/** True when `b` is contained in `a`. @throws JqError */
export function containsValue(a: JqValue, b: JqValue): boolean {
  if (isObject(a) && isObject(b)) return sortedKeys(b).every((key) => a.has(key) && containsValue(a.get(key) ?? null, b.get(key) ?? null))
  if (isArray(a) && isArray(b)) return b.every((item) => a.some((other) => typeName(other) === typeName(item) && containsValue(other, item)))
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b)
  if (typeName(a) === typeName(b)) return compareValues(a, b) === 0
  throw new JqError(`${describe(a)} and ${describe(b)} cannot have their containment checked`)
}

/** The value at a path. @throws JqError */
export function pathValue(value: JqValue, path: readonly JqValue[]): JqValue {
  let at = value
  for (const key of path) at = isObject(key) ? getSlice(at, key.get('start') ?? null, key.get('end') ?? null) : getIndex(at, key)
  return at
}

/** `getpath`: null as soon as something is missing. */
export function safePath(value: JqValue, path: readonly JqValue[]): JqValue {
  let at = value
  for (const key of path) {
    if (at === null) return null
    at = getIndex(at, key)
  }
  return at
}
