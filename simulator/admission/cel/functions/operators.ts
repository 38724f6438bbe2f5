/** Operators. Models cel-go/common/stdlib (v0.26). */

import type { CelValue } from '../values.ts'
import { CarriedList, CarriedMap, CelDuration, CelError, CelMap, CelOptional, CelTimestamp, CelUint, compareValues, equalValues, isList, noSuchOverload, sizeOf } from '../values.ts'
import type { CelFunction, CelFunctions } from './function.ts'

const intOverflow = new CelError('integer overflow')
const uintOverflow = new CelError('unsigned integer overflow')
const maxTimestamp = 253402300799999999999n
const minTimestamp = -62135596800000000000n

/** An int, or the error of one that is too large. */
export function toInt(value: bigint): CelValue {
  return value === BigInt.asIntN(64, value) ? value : intOverflow
}

/** An unsigned int, or the error of one that is out of range. */
export function toUint(value: bigint): CelValue {
  return value >= 0n && value < 1n << 64n ? new CelUint(value) : uintOverflow
}

function toDuration(nanos: bigint): CelValue {
  return nanos === BigInt.asIntN(64, nanos) ? new CelDuration(nanos) : intOverflow
}

function toTimestamp(nanos: bigint, offset: number): CelValue {
  return nanos >= minTimestamp && nanos <= maxTimestamp ? new CelTimestamp(nanos, offset) : new CelError('timestamp overflow')
}

/** Values without an operator name it; the others only say that these two do not go together. */
function noOperator(name: string, a: CelValue | undefined): CelError {
  const isBare = a === null || a instanceof CelMap || (isList(a!) && name !== '_+_') || (typeof a === 'boolean' && /^_[-+*/%]_$/.test(name))
  return isBare ? new CelError(`no such overload: ${name}`) : noSuchOverload
}

function arithmetic(name: string, ints: (a: bigint, b: bigint) => bigint | CelError, doubles: ((a: number, b: number) => number) | undefined, others?: (a: CelValue, b: CelValue) => CelValue | undefined): CelFunction {
  return ([a, b]) => {
    if (typeof a === 'bigint' && typeof b === 'bigint') {
      const result = ints(a, b)
      return result instanceof CelError ? result : toInt(result)
    }
    if (a instanceof CelUint && b instanceof CelUint) {
      const result = ints(a.value, b.value)
      return result instanceof CelError ? result : toUint(result)
    }
    if (typeof a === 'number' && typeof b === 'number' && doubles !== undefined) return doubles(a, b)
    return others?.(a!, b!) ?? noOperator(name, a)
  }
}

function addOthers(a: CelValue, b: CelValue): CelValue | undefined {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (a instanceof CarriedList && isList(b)) {
    for (const item of b) a.push(item)
    return a
  }
  if (isList(a) && isList(b)) return [...a, ...b]
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Uint8Array.from([...a, ...b])
  if (a instanceof CelDuration && b instanceof CelDuration) return toDuration(a.nanos + b.nanos)
  if (a instanceof CelTimestamp && b instanceof CelDuration) return toTimestamp(a.nanos + b.nanos, a.offset)
  if (a instanceof CelDuration && b instanceof CelTimestamp) return toTimestamp(a.nanos + b.nanos, b.offset)
  return undefined
}

function subtractOthers(a: CelValue, b: CelValue): CelValue | undefined {
  if (a instanceof CelDuration && b instanceof CelDuration) return toDuration(a.nanos - b.nanos)
  if (a instanceof CelTimestamp && b instanceof CelDuration) return toTimestamp(a.nanos - b.nanos, a.offset)
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return toDuration(a.nanos - b.nanos)
  return undefined
}

function comparison(name: string, holds: (order: number) => boolean): CelFunction {
  return ([a, b]) => {
    const order = compareValues(a!, b!)
    if (order instanceof CelError) return order === noSuchOverload ? noOperator(name, a) : order
    return holds(order)
  }
}

function contains([value, container]: readonly CelValue[]): CelValue {
  if (isList(container!)) return container.some((item) => equalValues(item, value!))
  if (container instanceof CelMap) return container.get(value!) !== undefined
  return noSuchOverload
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true
  if (value instanceof CelUint) return value.value === 0n
  if (value instanceof CelDuration) return value.nanos === 0n
  return sizeOf(value) === 0
}

export const operatorFunctions: CelFunctions = {
  '_+_': arithmetic('_+_', (a, b) => a + b, (a, b) => a + b, addOthers),
  '_-_': arithmetic('_-_', (a, b) => a - b, (a, b) => a - b, subtractOthers),
  '_*_': arithmetic('_*_', (a, b) => a * b, (a, b) => a * b),
  '_/_': arithmetic('_/_', (a, b) => (b === 0n ? new CelError('division by zero') : a / b), (a, b) => a / b),
  '_%_': arithmetic('_%_', (a, b) => (b === 0n ? new CelError('modulus by zero') : a % b), undefined),
  '-_': ([a]) => (typeof a === 'bigint' ? toInt(-a) : typeof a === 'number' ? -a : noOperator('-_', a)),
  '!_': ([a]) => (typeof a === 'boolean' ? !a : noSuchOverload),
  '@not_strictly_false': ([a]) => a !== false,
  '_==_': ([a, b]) => equalValues(a!, b!),
  '_!=_': ([a, b]) => !equalValues(a!, b!),
  '_<_': comparison('_<_', (order) => order < 0),
  '_<=_': comparison('_<=_', (order) => order <= 0),
  '_>_': comparison('_>_', (order) => order > 0),
  '_>=_': comparison('_>=_', (order) => order >= 0),
  '@in': contains,
  size([value]) {
    const size = sizeOf(value!)
    return size === undefined ? new CelError('no such overload: size') : BigInt(size)
  },
  'cel.@mapInsert'([map, ...rest]) {
    if (!(map instanceof CelMap)) return undefined
    const added = rest.length === 2 ? new CelMap().entries.set(keyText(rest[0]!), [rest[0]!, rest[1]!]) : rest[0] instanceof CelMap ? rest[0].entries : undefined
    if (added === undefined) return undefined
    for (const [key, [shown]] of added) if (map.entries.has(key)) return new CelError(`insert failed: key ${String(shown instanceof CelUint ? shown.value : shown)} already exists`)
    if (!(map instanceof CarriedMap)) return new CelMap(new Map([...map.entries, ...added]))
    for (const [key, entry] of added) map.entries.set(key, entry)
    return map
  },
  'optional.of': ([value]) => new CelOptional(value),
  'optional.ofNonZeroValue': ([value]) => (isZero(value!) ? new CelOptional() : new CelOptional(value)),
  'optional.none': () => new CelOptional(),
  value: ([optional]) => (optional instanceof CelOptional ? (optional.value === undefined ? new CelError('optional.none() dereference') : optional.value) : undefined),
  hasValue: ([optional]) => (optional instanceof CelOptional ? optional.value !== undefined : undefined),
  'optional.unwrap': ([list]) => (isList(list!) ? list.flatMap((item) => (item instanceof CelOptional && item.value !== undefined ? [item.value] : [])) : undefined),
  unwrapOpt: ([list]) => (isList(list!) ? list.flatMap((item) => (item instanceof CelOptional && item.value !== undefined ? [item.value] : [])) : undefined),
}

function keyText(value: CelValue): string {
  return typeof value === 'string' ? `s${value}` : typeof value === 'boolean' ? `b${value}` : `n${String(value instanceof CelUint ? value.value : value)}`
}
