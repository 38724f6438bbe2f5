/** Custom resources as CEL sees them: types and values by their schema. Models apiserver/pkg/cel/common/schemas.go, values.go and escaping.go (v1.35). */

import { decodeBytes } from '../../api/base64.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import type { Json } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { parseDuration, parseTimestamp } from './time-text.ts'
import type { CelType } from './types.ts'
import { boolType, bytesType, doubleType, durationType, dynType, intType, listType, mapType, objectType, stringType, timestampType } from './types.ts'
import type { CelValue } from './values.ts'
import { CelDuration, CelMap, toCelValue } from './values.ts'

const reserved: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'])
const escapes: { readonly [text: string]: string } = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' }

/** The name of a property in expressions. @returns undefined for one that has none */
export function escapeName(name: string): string | undefined {
  if (!/^[A-Za-z_./-][\w./-]*$/.test(name)) return undefined
  return reserved.has(name) ? `__${name}__` : name.replace(/__|[-./]/g, (part) => escapes[part]!)
}

const named: StructuralSchema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } }
/** What every object has, whatever its schema says. */
const objectProperties: { readonly [name: string]: StructuralSchema } = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: named }

/** The properties of values of a schema; whole objects have more than it says. */
export function propertiesOf({ properties = {} }: StructuralSchema, isRoot: boolean): { readonly [name: string]: StructuralSchema } {
  return isRoot ? { ...properties, ...objectProperties } : properties
}

function isEmbedded(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

const formats: { readonly [format: string]: CelType } = { byte: bytesType, duration: durationType, date: timestampType, 'date-time': timestampType }
const scalars: { readonly [type: string]: CelType } = { boolean: boolType, number: doubleType, integer: intType }

/** The type of values of a schema. @returns undefined where expressions see nothing */
export function schemaType(schema: StructuralSchema, isRoot = isEmbedded(schema)): CelType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return dynType
  const type = isRoot ? 'object' : schema.type
  if (type === 'string') return formats[schema.format ?? ''] ?? stringType
  if (type === 'array') {
    const items = schema.items === undefined ? undefined : schemaType(schema.items)
    return items === undefined ? undefined : listType(items)
  }
  if (type !== 'object') return scalars[type ?? '']
  if (isJsonObject(schema.additionalProperties as Json | undefined)) {
    const values = schemaType(schema.additionalProperties as StructuralSchema)
    return values === undefined ? undefined : mapType(stringType, values)
  }
  const fields = new Map<string, CelType>()
  for (const [name, property] of Object.entries(propertiesOf(schema, isRoot))) {
    const escaped = escapeName(name)
    const fieldType = schemaType(property)
    if (escaped !== undefined && fieldType !== undefined) fields.set(escaped, fieldType)
  }
  return objectType('object', fields)
}

function fromText(text: string, format: string | undefined): CelValue {
  if (format === 'byte') return Uint8Array.from(decodeBytes(text) ?? [])
  if (format === 'duration') return new CelDuration(parseDuration(text) ?? 0n)
  if (format === 'date') return parseTimestamp(`${text}T00:00:00Z`) ?? text
  return format === 'date-time' ? (parseTimestamp(text) ?? text) : text
}

/** A value of a schema. */
export function schemaValue(value: Json, schema: StructuralSchema, isRoot = isEmbedded(schema)): CelValue {
  if (schema['x-kubernetes-int-or-string'] === true) return toCelValue(value)
  if (typeof value === 'string') return fromText(value, schema.format)
  if (typeof value === 'number') return schema.type === 'number' ? value : toCelValue(value)
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => schemaValue(item, schema.items ?? {}))
  if (!isJsonObject(value)) return toCelValue(value)
  const additional = isJsonObject(schema.additionalProperties as Json | undefined) ? (schema.additionalProperties as StructuralSchema) : undefined
  const properties = propertiesOf(schema, isRoot)
  const entries = new Map<string, readonly [CelValue, CelValue]>()
  for (const [name, member] of Object.entries(value)) {
    const memberSchema = additional ?? properties[name]
    const key = additional === undefined ? escapeName(name) : name
    if (memberSchema !== undefined && key !== undefined && member !== undefined) entries.set(`s${key}`, [key, schemaValue(member, memberSchema)])
  }
  return new CelMap(entries)
}
