/**
 * Makes an object of its type from a map, as strategic patches and server-side apply do without writing JSON: other
 * texts for what does not fit, whole numbers that are too large wrap around.
 * Models apimachinery/pkg/runtime/converter.go FromUnstructured (v0.35).
 */

import { decodeBytes, encodeBytes } from '../../api/base64.ts'
import { goQuote } from '../../api/go-text.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import type { Decoded, Mutable } from './decode.ts'
import { decodeOwnForm, setOwn, zeroElement } from './decode.ts'
import { base64Error } from './literals.ts'
import type { FieldType, ScalarKind, TypeSchema } from './schema.ts'
import { typeByKey } from './schema.ts'

class ConversionStop extends Error {}

const ownForms: ReadonlySet<ScalarKind> = new Set<ScalarKind>(['Quantity', 'IntOrString', 'Time', 'MicroTime', 'Duration', 'Raw'])

/** What Go calls the value: the kind of its reflection. */
function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'slice'
  if (typeof value === 'object') return 'map'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return Number.isInteger(value) && Math.abs(value as number) < 2 ** 63 ? 'int64' : 'float64'
}

function stop(message: string): never {
  throw new ConversionStop(message)
}

/** The kind that Go has for the type: named texts and numbers are texts and numbers. */
function goKind(scalar: ScalarKind): string {
  return scalar
}

function wrapped(value: number, scalar: ScalarKind): number {
  return scalar === 'int32' ? Number(BigInt.asIntN(32, BigInt(value))) : Number(BigInt.asIntN(64, BigInt(value)))
}

function convertNumber(value: Json, type: FieldType & { kind: 'scalar' }): number {
  const { scalar, goName } = type
  if (typeof value !== 'number') return stop(`unrecognized type: ${goKind(scalar)}`)
  if (scalar === 'float64') return value
  return Number.isInteger(value) ? wrapped(value, scalar) : stop(`cannot convert float64 to ${goName}`)
}

function convertBytes(value: Json): string {
  if (typeof value === 'string') {
    const error = base64Error(value)
    return error === undefined ? encodeBytes(decodeBytes(value.replace(/[\r\n]/g, '')) ?? []) : stop(`error decoding from json: ${error}`)
  }
  if (!Array.isArray(value)) return stop(`cannot restore slice from ${kindOf(value)}`)
  return encodeBytes(value.map((item: Json) => (typeof item === 'number' ? item & 255 : item === null ? 0 : stop('unrecognized type: uint8'))))
}

function convertScalar(value: Json, type: FieldType & { kind: 'scalar' }): unknown {
  if (value === null) return undefined
  const { scalar, goName } = type
  if (ownForms.has(scalar)) {
    const decoded = decodeOwnForm(value, type)
    return 'error' in decoded ? stop(decoded.error) : decoded.value
  }
  if (scalar === 'bytes') return convertBytes(value)
  if (scalar === 'bool') return typeof value === 'boolean' ? value : stop('unrecognized type: bool')
  if (scalar !== 'string') return convertNumber(value, type)
  if (typeof value === 'string') return value
  return kindOf(value) === 'int64' ? stop(`cannot convert int64 to ${goName}`) : stop('unrecognized type: string')
}

/** Collects unknown fields on the way. */
class Conversion {
  readonly unknown: string[] = []

  value(value: Json, type: FieldType, path: string): unknown {
    switch (type.kind) {
      case 'scalar': return convertScalar(value, type)
      case 'list': return this.#list(value, type, path)
      case 'map': return this.#map(value, type, path)
      case 'struct': return this.struct(value, typeByKey(type.typeKey)!, path)
    }
  }

  #list(value: Json, type: FieldType & { kind: 'list' }, path: string): unknown {
    if (value === null) return undefined
    if (!Array.isArray(value)) return stop(`cannot restore slice from ${kindOf(value)}`)
    return value.map((item: Json, index) => this.value(item, type.of, `${path}[${index}]`) ?? zeroElement(type.of))
  }

  #map(value: Json, type: FieldType & { kind: 'map' }, path: string): unknown {
    if (value === null) return undefined
    if (!isJsonObject(value)) return stop(`cannot restore map from ${kindOf(value)}`)
    const map: Mutable = {}
    for (const key of Object.keys(value).sort(compareText)) {
      if (value[key] !== undefined) setOwn(map, key, this.value(value[key], type.of, `${path}.${key}`) ?? zeroElement(type.of))
    }
    return map
  }

  /** Fields in Go's order: what is wrong with the first of them is told. */
  struct(value: Json, schema: TypeSchema, path: string): Mutable | undefined {
    if (value === null) return undefined
    if (!isJsonObject(value)) return stop(`cannot restore struct from: ${kindOf(value)}`)
    const given: JsonObject = value
    const object: Mutable = {}
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`)
    for (const { name, type } of schema.fields) {
      if (!Object.hasOwn(given, name) || given[name] === undefined) continue
      const converted = this.value(given[name], type, at(name))
      if (converted !== undefined) object[name] = converted
    }
    for (const name of Object.keys(given)) if (given[name] !== undefined && !schema.byName.has(name)) this.unknown.push(`unknown field ${goQuote(at(name))}`)
    return object
  }
}

/** Converts a map; the result is as that of decoding JSON. */
export function convertObject(value: Json, schema: TypeSchema): Decoded {
  const conversion = new Conversion()
  try {
    const object = conversion.struct(value, schema, '')
    return { object: object ?? {}, strictErrors: conversion.unknown.sort(compareText) }
  } catch (error) {
    if (error instanceof ConversionStop) return { strictErrors: [], error: error.message }
    throw error
  }
}
