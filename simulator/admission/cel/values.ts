/** Values of CEL: bigint is int, number is double. Models cel-go/common/types (v0.26). */

/** A failed evaluation, carried as a value: `||` and `&&` may absorb it. */
export class CelError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** An unsigned integer. */
export class CelUint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** A moment, in nanoseconds since 1970. `offset` is the zone that it was written in, in minutes east of UTC. */
export class CelTimestamp {
  readonly nanos: bigint
  readonly offset: number
  constructor(nanos: bigint, offset = 0) {
    this.nanos = nanos
    this.offset = offset
  }
}

/** A span of time in nanoseconds. */
export class CelDuration {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

/** A type as a value. */
export class CelTypeValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A value or none. */
export class CelOptional {
  readonly value: CelValue | undefined
  constructor(value?: CelValue) {
    this.value = value
  }
}

/** A map in the order of its entries. Keys that are equal as numbers are one key. */
export class CelMap {
  readonly entries: Map<string, readonly [key: CelValue, value: CelValue]>
  /** The type of an object that was written as one (`Object.spec{...}`). */
  readonly typeName: string
  constructor(entries: Map<string, readonly [key: CelValue, value: CelValue]> = new Map(), typeName = 'map') {
    this.entries = entries
    this.typeName = typeName
  }

  get(key: CelValue): CelValue | undefined {
    const text = keyOf(key)
    return text === undefined ? undefined : this.entries.get(text)?.[1]
  }

  keys(): CelValue[] {
    return [...this.entries.values()].map(([key]) => key)
  }
}

/** The list that a loop carries: nobody else sees it, so it grows in place. */
export class CarriedList extends Array<CelValue> {}

/** The map that a loop carries. */
export class CarriedMap extends CelMap {}

/** A value of a type of the libraries of Kubernetes. `equals` compares with one of the same type. */
export interface CelOpaque {
  readonly opaque: string
  readonly equals: (other: CelOpaque) => boolean
  /** Bytes of an address or of its range, for the cost of comparing. */
  readonly size?: number
}

export type CelValue = null | boolean | string | bigint | number | Uint8Array | CelUint | CelTimestamp | CelDuration | CelTypeValue | CelOptional | CelMap | CelOpaque | CelError | readonly CelValue[]

export const noSuchOverload = new CelError('no such overload')

/** The key of a map as a text that tells it apart from all others. @returns undefined for what cannot be a key */
export function keyOf(value: CelValue): string | undefined {
  if (typeof value === 'string') return `s${value}`
  if (typeof value === 'bigint') return `n${value}`
  if (value instanceof CelUint) return `n${value.value}`
  if (typeof value === 'number') return Number.isInteger(value) ? `n${BigInt(value)}` : `n${value}`
  return typeof value === 'boolean' ? `b${value}` : undefined
}

/** True for a value of a library, such as a quantity, a URL or an authorizer. */
export function isOpaque(value: CelValue): value is CelOpaque {
  return typeof value === 'object' && value !== null && 'opaque' in value
}

/** True for a CEL list; bytes are none. */
export function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value)
}

const classNames: readonly (readonly [new (value: never) => unknown, string])[] = [[Uint8Array as unknown as new (value: never) => unknown, 'bytes'], [CelUint, 'uint'], [CelTimestamp, 'google.protobuf.Timestamp'], [CelDuration, 'google.protobuf.Duration'], [CelTypeValue, 'type'], [CelOptional, 'optional_type'], [CelError, 'error']]

/** The name of the type of a value. */
export function typeNameOf(value: CelValue): string {
  if (value === null) return 'null_type'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'double'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (isList(value)) return 'list'
  if (value instanceof CelMap) return value.typeName
  if (isOpaque(value)) return value.opaque
  return classNames.find(([type]) => value instanceof type)?.[1] ?? 'dyn'
}

/** A JSON value as CEL sees it: whole numbers are integers, absent members are not there. */
export function toCelValue(value: unknown): CelValue {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(toCelValue)
  if (typeof value !== 'object' || value === null) return null
  const entries = new Map<string, readonly [CelValue, CelValue]>()
  for (const [key, member] of Object.entries(value)) if (member !== undefined) entries.set(`s${key}`, [key, toCelValue(member)])
  return new CelMap(entries)
}

function asNumber(value: CelValue): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value
  return value instanceof CelUint ? value.value : undefined
}

function equalLists(a: readonly CelValue[], b: readonly CelValue[]): boolean {
  return a.length === b.length && a.every((each, index) => equalValues(each, b[index]!))
}

function equalMaps(a: CelMap, b: CelMap): boolean {
  if (a.entries.size !== b.entries.size || a.typeName !== b.typeName) return false
  return [...a.entries].every(([key, [, value]]) => b.entries.has(key) && equalValues(value, b.entries.get(key)![1]))
}

/** Whether two values are equal; values of other types are not. */
export function equalValues(a: CelValue, b: CelValue): boolean {
  const x = asNumber(a)
  const y = asNumber(b)
  if (x !== undefined && y !== undefined) return !Number.isNaN(x) && !Number.isNaN(y) && comparePair<bigint | number>(x, y) === 0
  if (isList(a)) return isList(b) && equalLists(a, b)
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b)
  if (a instanceof CelTimestamp) return b instanceof CelTimestamp && a.nanos === b.nanos
  if (a instanceof CelDuration) return b instanceof CelDuration && a.nanos === b.nanos
  if (a instanceof CelTypeValue) return b instanceof CelTypeValue && a.name === b.name
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, index) => byte === b[index])
  if (a instanceof CelOptional) return b instanceof CelOptional && (a.value === undefined ? b.value === undefined : b.value !== undefined && equalValues(a.value, b.value))
  if (isOpaque(a)) return isOpaque(b) && a.opaque === b.opaque && a.equals(b)
  return a === b
}

function comparePair<T>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < a.length && index < b.length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!
  return a.length - b.length
}

function compareTexts(a: string, b: string): number {
  const x = [...a]
  const y = [...b]
  for (let index = 0; index < x.length && index < y.length; index++) {
    if (x[index] !== y[index]) return x[index]!.codePointAt(0)! - y[index]!.codePointAt(0)!
  }
  return x.length - y.length
}

/** Which of two values is less. @returns an error for those that have no order */
export function compareValues(a: CelValue, b: CelValue): number | CelError {
  const x = asNumber(a)
  const y = asNumber(b)
  if (x !== undefined && y !== undefined) {
    if (Number.isNaN(x) || Number.isNaN(y)) return new CelError('NaN values cannot be ordered')
    return comparePair<bigint | number>(x, y)
  }
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return comparePair(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return comparePair(a.nanos, b.nanos)
  if (a instanceof CelDuration && b instanceof CelDuration) return comparePair(a.nanos, b.nanos)
  return noSuchOverload
}

/** What the size of a value counts: characters, bytes, elements. @returns undefined for values without one */
export function sizeOf(value: CelValue): number | undefined {
  if (typeof value === 'string') return [...value].length
  if (isList(value) || value instanceof Uint8Array) return value.length
  if (value instanceof CelMap) return value.typeName === 'map' ? value.entries.size : undefined
  return isOpaque(value) ? value.size : undefined
}
