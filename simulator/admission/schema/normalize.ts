/**
 * Gives an object the form that the server stores and shows: fields in Go's order, empty ones left out where Go's
 * tags say so, and zero values written where they do not.
 */

import { compareText } from '../../kernel/text.ts'
import type { Mutable } from './decode.ts'
import type { FieldSchema, FieldType, TypeSchema } from './schema.ts'
import { typeByKey } from './schema.ts'

function zeroScalar(type: FieldType & { kind: 'scalar' }): unknown {
  switch (type.scalar) {
    case 'string': return ''
    case 'bool': return false
    case 'int32': case 'int64': case 'float64': case 'IntOrString': return 0
    case 'Quantity': return '0'
    case 'Duration': return '0s'
    default: return null
  }
}

/** What Go writes for a field that nobody set. */
function zeroValue(type: FieldType): unknown {
  if (type.isPointer || type.kind === 'list' || type.kind === 'map') return null
  return type.kind === 'scalar' ? zeroScalar(type) : normalizeStruct({}, typeByKey(type.typeKey)!)
}

/** Go types with a JSON form of their own are structs, which `omitempty` never leaves out. */
const structScalars: ReadonlySet<string> = new Set(['Time', 'MicroTime', 'Quantity', 'IntOrString', 'Duration', 'Raw'])

/** What `omitempty` leaves out: false, 0, "", empty lists and maps; never a struct, never what a pointer holds. */
function isEmpty(value: unknown, type: FieldType): boolean {
  const isUnset = value === undefined || value === null
  if (type.isPointer) return isUnset
  if (type.kind === 'struct') return false
  if (isUnset) return type.kind !== 'scalar' || !structScalars.has(type.scalar)
  if (type.kind === 'list') return (value as readonly unknown[]).length === 0
  if (type.kind === 'map') return isEmptyMap(value)
  return (value === false || value === 0 || value === '') && !structScalars.has(type.scalar)
}

function isEmptyMap(value: object): boolean {
  for (const key in value) if (Object.hasOwn(value, key)) return false
  return true
}

/** Most maps have their keys in order already: a decoder writes them so. */
function sortedKeys(value: Mutable): string[] {
  const keys = Object.keys(value)
  for (let i = 1; i < keys.length; i++) if (compareText(keys[i - 1], keys[i]) > 0) return keys.sort(compareText)
  return keys
}

function normalizeMap(value: Mutable, of: FieldType): Mutable {
  const map: Mutable = {}
  for (const key of sortedKeys(value)) {
    const item = normalizeValue(value[key], of)
    if (key === '__proto__') Object.defineProperty(map, key, { value: item, enumerable: true, configurable: true, writable: true })
    else map[key] = item
  }
  return map
}

function normalizeValue(value: unknown, type: FieldType): unknown {
  if (value === undefined || value === null) return zeroValue(type)
  switch (type.kind) {
    case 'scalar': return value
    case 'list': if ((value as readonly unknown[]).length === 0) return null
      return type.of.kind === 'scalar' ? (value as readonly unknown[]).slice() : (value as readonly unknown[]).map((item) => normalizeValue(item, type.of))
    case 'map': return normalizeMap(value as Mutable, type.of)
    case 'struct': return normalizeStruct(value as Mutable, typeByKey(type.typeKey)!)
  }
}

function isOmitted(value: unknown, field: FieldSchema): boolean {
  if (field.omitZero && (value === undefined || value === null)) return true
  return field.omitEmpty && isEmpty(value, field.type)
}

function normalizeStruct(object: Mutable, schema: TypeSchema): Mutable {
  const normal: Mutable = {}
  for (const field of schema.fields) {
    const value = object[field.name]
    if (!isOmitted(value, field)) normal[field.name] = normalizeValue(value, field.type)
  }
  return normal
}

/** A new object in the server's form, which shares no list or map with the given one. That must come from decoding and is not changed. */
export function normalizeObject(object: Mutable, schema: TypeSchema): Mutable {
  return normalizeStruct(object, schema)
}
