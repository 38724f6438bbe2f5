/**
 * Strict decoding: a JSON value becomes an object of its type, or Go's JSON error. Null lists and maps vanish, unknown
 * fields are dropped and remembered, quantities get their canonical text.
 * Models sigs.k8s.io/json (the fork of encoding/json that apimachinery v0.35 uses).
 */

import type { Json, JsonObject } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { encodeBytes } from '../../api/base64.ts'
import { canonicalQuantity } from '../../api/quantity.ts'
import { goQuote } from '../../api/go-text.ts'
import type { BigNumbers } from '../../api/yaml/documents.ts'
import { goDuration, parseGoDuration } from '../../api/time.ts'
import { base64Error, parseRfc3339 } from './literals.ts'
import type { FieldSchema, FieldType, ScalarKind, TypeSchema } from './schema.ts'
import { plainZero, typeByKey } from './schema.ts'

/** A decoded object, ours to change until it is stored. */
export type Mutable = { [key: string]: unknown }

/** What decoding gave: an object with the complaints of strict mode, or the error that hides all others. */
export interface Decoded {
  readonly object?: Mutable
  /** Such as `unknown field "spec.replica"`; at most 100, in the order of the document. */
  readonly strictErrors: readonly string[]
  /** A wrong type or a malformed value; there is no object then. */
  readonly error?: string
}

const strictErrorsMax = 100

/** Looks a type up by its key. */
export type TypeFinder = (key: string) => TypeSchema | undefined

/** A value that its own type could not read: decoding stops there, and the error wins over those before. */
class UnmarshalStop extends Error {}

/** How a value is decoded. */
export interface DecodeOptions {
  /** Types beside those of the API, for documents that are no API objects. */
  readonly find?: TypeFinder
  /** Complaints come in the order of the document, not in that of sorted keys. */
  readonly inOrder?: boolean
  /** Zero values of plain fields are written or left out as the store has them, so that nothing seems to change. */
  readonly isStoredForm?: boolean
  /** Whole numbers that lost digits. */
  readonly bigNumbers?: BigNumbers
}

const noBigNumbers: BigNumbers = new Map()

interface DecodeState {
  readonly strict: string[]
  readonly seenStrict: Set<string>
  /** Go names on the way to the current field, and the struct that holds it. */
  readonly goPath: string[]
  readonly find: TypeFinder
  readonly bigNumbers: BigNumbers
  readonly isSorted: boolean
  readonly isStoredForm: boolean
  structName: string
  typeError: string | undefined
}

function jsonTypeName(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'object' ? 'object' : typeof value
}

function typeErrorText(state: DecodeState, valueName: string, goName: string): string {
  const target = state.goPath.length === 0 ? 'Go value' : `Go struct field ${state.structName}.${state.goPath.join('.')}`
  return `json: cannot unmarshal ${valueName} into ${target} of type ${goName}`
}

function saveTypeError(state: DecodeState, valueName: string, goName: string): undefined {
  state.typeError ??= typeErrorText(state, valueName, goName)
  return undefined
}

function saveStrict(state: DecodeState, message: string): void {
  if (state.strict.length >= strictErrorsMax || state.seenStrict.has(message)) return
  state.seenStrict.add(message)
  state.strict.push(message)
}

function stop(message: string): never {
  throw new UnmarshalStop(message)
}

/** A number as it was written. */
function numberText(state: DecodeState, value: number): string {
  return state.bigNumbers.get(value)?.toString() ?? (Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value))
}

/** The inner value of a type that reads its JSON itself: what plain decoding of the inner type would say. */
function innerTypeError(state: DecodeState, value: Json, goName: string): never {
  const name = typeof value === 'number' && goName === 'int32' ? `number ${numberText(state, value)}` : jsonTypeName(value)
  return stop(typeErrorText(state, name, goName))
}

function decodeQuantity(state: DecodeState, value: Json): string {
  if (value === null) return '0'
  const given = typeof value === 'string' ? value : typeof value === 'number' ? state.bigNumbers.get(value)?.toString() ?? value : JSON.stringify(value)
  const canonical = canonicalQuantity(given)
  return typeof canonical === 'string' ? canonical : stop(canonical.error)
}

function decodeIntOrString(state: DecodeState, value: Json): number | string {
  if (typeof value === 'string') return value
  if (value === null) return 0
  const isInt32 = typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2147483648 && value !== 2147483648
  return isInt32 ? value : innerTypeError(state, value, 'int32')
}

function decodeTime(state: DecodeState, value: Json, scalar: 'Time' | 'MicroTime'): string | null {
  if (value === null) return null
  if (typeof value !== 'string') return innerTypeError(state, value, 'string')
  const parsed = parseRfc3339(value, scalar === 'MicroTime')
  return 'text' in parsed ? parsed.text : stop(parsed.error)
}

function decodeDuration(state: DecodeState, value: Json): string {
  if (typeof value !== 'string') return value === null ? '0s' : innerTypeError(state, value, 'string')
  const parsed = parseGoDuration(value)
  return typeof parsed === 'number' ? goDuration(parsed) : stop(parsed.error)
}

function decodeBytes(state: DecodeState, value: Json, goName: string): string | undefined {
  if (Array.isArray(value)) return decodeByteList(state, value)
  if (typeof value !== 'string') return saveTypeError(state, jsonTypeName(value), goName)
  const error = base64Error(value)
  if (error === undefined) return value.replace(/[\r\n]/g, '')
  state.typeError ??= error
  return undefined
}

/** Bytes may be a list of numbers too. */
function decodeByteList(state: DecodeState, values: readonly Json[]): string {
  const bytes = values.map((value) => {
    if (value === null) return 0
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255) return value
    saveTypeError(state, typeof value === 'number' ? `number ${numberText(state, value)}` : jsonTypeName(value), 'uint8')
    return 0
  })
  return encodeBytes(bytes)
}

function isInt64(value: bigint): boolean {
  return value >= -(2n ** 63n) && value < 2n ** 63n
}

function decodeNumber(state: DecodeState, value: Json, scalar: ScalarKind, goName: string): number | undefined {
  if (typeof value !== 'number') return saveTypeError(state, jsonTypeName(value), goName)
  if (scalar === 'float64') return value
  const fits = Number.isInteger(value) && (scalar === 'int32' ? value >= -2147483648 && value <= 2147483647 : Number.isSafeInteger(value) || isInt64(state.bigNumbers.get(value) ?? BigInt(value)))
  return fits ? value : saveTypeError(state, `number ${numberText(state, value)}`, goName)
}

/** Types that read their JSON themselves come first: for them null is a value too. */
function decodeScalar(state: DecodeState, value: Json, type: FieldType & { kind: 'scalar' }): unknown {
  if (value === null && type.isPointer) return undefined
  switch (type.scalar) {
    case 'Quantity': return decodeQuantity(state, value)
    case 'IntOrString': return decodeIntOrString(state, value)
    case 'Time': case 'MicroTime': return decodeTime(state, value, type.scalar) ?? undefined
    case 'Duration': return decodeDuration(state, value)
    case 'Raw': return value ?? undefined
    default: break
  }
  if (value === null) return undefined
  switch (type.scalar) {
    case 'string': return typeof value === 'string' ? value : saveTypeError(state, jsonTypeName(value), type.goName)
    case 'bool': return typeof value === 'boolean' ? value : saveTypeError(state, jsonTypeName(value), type.goName)
    case 'bytes': return decodeBytes(state, value, type.goName)
    default: return decodeNumber(state, value, type.scalar, type.goName)
  }
}

/** Reads a value whose type reads its JSON itself, on its own: a quantity, a time ... */
export function decodeOwnForm(value: Json, type: FieldType & { kind: 'scalar' }): { readonly value: unknown } | { readonly error: string } {
  const state: DecodeState = { strict: [], seenStrict: new Set(), goPath: [], find: typeByKey, bigNumbers: noBigNumbers, isSorted: true, isStoredForm: false, structName: '', typeError: undefined }
  try {
    return { value: decodeScalar(state, value, type) }
  } catch (error) {
    if (error instanceof UnmarshalStop) return { error: error.message }
    throw error
  }
}

/** What a missing element of a list or map is: Go's zero value. */
export function zeroElement(type: FieldType): unknown {
  if (type.kind === 'struct') return type.isPointer ? null : {}
  if (type.kind !== 'scalar' || type.isPointer) return null
  if (type.scalar === 'bool') return false
  return type.scalar === 'string' || type.scalar === 'bytes' ? '' : type.scalar.startsWith('int') || type.scalar === 'float64' ? 0 : null
}

function decodeList(state: DecodeState, value: Json, type: FieldType & { kind: 'list' }, path: string): unknown {
  if (value === null) return undefined
  if (!Array.isArray(value)) return saveTypeError(state, jsonTypeName(value), type.goName)
  return value.map((element: Json, index) => decodeValue(state, element, type.of, `${path}[${index}]`) ?? zeroElement(type.of))
}

function keysOf(isSorted: boolean, value: JsonObject): readonly string[] {
  // Typed callers may leave members undefined, which JSON does not have.
  const keys = Object.keys(value)
  if (!isSorted) return keys.filter((key) => value[key] !== undefined)
  for (let i = 0; i < keys.length; i++) {
    if (value[keys[i]] === undefined || (i > 0 && compareText(keys[i - 1], keys[i]) > 0)) return keys.filter((key) => value[key] !== undefined).sort(compareText)
  }
  return keys
}

/** Sets a key of user input; `__proto__` becomes a plain key and never a prototype. */
export function setOwn(target: Mutable, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

function decodeMap(state: DecodeState, value: Json, type: FieldType & { kind: 'map' }, path: string): unknown {
  if (value === null) return undefined
  if (!isJsonObject(value)) return saveTypeError(state, jsonTypeName(value), type.goName)
  const map: Mutable = {}
  for (const key of keysOf(true, value)) setOwn(map, key, decodeValue(state, value[key]!, type.of, `${path}.${key}`) ?? zeroElement(type.of))
  return map
}

function decodeField(state: DecodeState, value: Json, field: FieldSchema, owner: TypeSchema, path: string): unknown {
  const { structName } = state
  const depth = state.goPath.length
  state.goPath.push(...field.via, field.name)
  state.structName = owner.goName
  const decoded = decodeValue(state, value, field.type, path)
  state.goPath.length = depth
  state.structName = structName
  return decoded
}

function decodeStruct(state: DecodeState, value: Json, schema: TypeSchema, goName: string, path: string): Mutable | undefined {
  if (value === null) return undefined
  if (!isJsonObject(value)) return saveTypeError(state, jsonTypeName(value), goName)
  const object: Mutable = {}
  for (const key of keysOf(state.isSorted, value)) {
    const field = schema.byName.get(key)
    const fieldPath = path === '' ? key : `${path}.${key}`
    if (field === undefined) saveStrict(state, `unknown field ${goQuote(fieldPath)}`)
    else {
      const decoded = decodeField(state, value[key]!, field, schema, fieldPath)
      if (decoded !== undefined && !(state.isStoredForm && field.omitEmpty && decoded === plainZero(field.type))) object[key] = decoded
    }
  }
  if (state.isStoredForm) for (const [name, zero] of schema.written) object[name] ??= zero
  return object
}

function decodeValue(state: DecodeState, value: Json, type: FieldType, path: string): unknown {
  switch (type.kind) {
    case 'scalar': return decodeScalar(state, value, type)
    case 'list': return decodeList(state, value, type, path)
    case 'map': return decodeMap(state, value, type, path)
    case 'struct': return decodeStruct(state, value, state.find(type.typeKey)!, type.goName, path)
  }
}

/**
 * Decodes a JSON value. Complaints come in the order of sorted keys: clients and the server itself write JSON so.
 */
export function decodeObject(value: Json, schema: TypeSchema, { find = typeByKey, bigNumbers = noBigNumbers, inOrder = false, isStoredForm = false }: DecodeOptions = {}): Decoded {
  const state: DecodeState = { strict: [], seenStrict: new Set(), goPath: [], find, bigNumbers, isSorted: !inOrder, isStoredForm, structName: '', typeError: undefined }
  try {
    const object = decodeStruct(state, value, schema, schema.goName, '')
    if (state.typeError !== undefined) return { strictErrors: [], error: state.typeError }
    return { object: object ?? {}, strictErrors: state.strict }
  } catch (error) {
    if (error instanceof UnmarshalStop) return { strictErrors: [], error: error.message }
    throw error
  }
}
