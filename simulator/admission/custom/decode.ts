/**
 * Decodes custom resources: what the schema does not know is dropped and told of, what it has a default for is filled in.
 * Models apiextensions-apiserver/pkg/apiserver/schema/pruning and .../defaulting (v1.35).
 */

import { goQuote } from '../../api/go-text.ts'
import type { StructuralSchema } from '../../api/structural-schema.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { decodeObject } from '../schema/decode.ts'
import type { Decoded, Mutable } from '../schema/decode.ts'
import { typeByKey } from '../schema/schema.ts'

type Values = { [name: string]: Json }

/** The schema of a member, or undefined where the member is unknown. */
function memberSchema(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const property = schema.properties?.[name]
  if (property !== undefined) return property
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties
  return schema.additionalProperties === true || schema['x-kubernetes-preserve-unknown-fields'] === true ? { 'x-kubernetes-preserve-unknown-fields': true } : undefined
}

/** Metadata of a resource inside of another: what no metadata have is dropped. */
function embeddedMeta(value: Json, path: string, unknown: string[]): Json {
  const { object, strictErrors } = decodeObject(value, typeByKey('meta/v1.ObjectMeta')!)
  if (object === undefined) return value
  unknown.push(...strictErrors.flatMap((complaint) => (/^unknown field "(.*)"$/.exec(complaint) === null ? [] : [`${path}.${/"(.*)"/.exec(complaint)![1]!}`])))
  return object as unknown as Json
}

/** The value without what its schema does not know; `unknown` gets the paths. Members come in the order of their names. */
function prune(value: Json, schema: StructuralSchema, path: string, unknown: string[]): Json {
  if (Array.isArray(value)) return value.map((item: Json, index) => prune(item, schema.items ?? { 'x-kubernetes-preserve-unknown-fields': true }, `${path}[${index}]`, unknown))
  if (!isJsonObject(value)) return value
  const kept: Values = {}
  for (const name of Object.keys(value).sort(compareText)) {
    const member = value[name]
    if (member === undefined) continue
    const memberPath = path === '' ? name : `${path}.${name}`
    const known = memberSchema(schema, name)
    if (name === 'metadata' && schema['x-kubernetes-embedded-resource'] === true) kept[name] = embeddedMeta(member, memberPath, unknown)
    else if (known === undefined) unknown.push(memberPath)
    else kept[name] = prune(member, known, memberPath, unknown)
  }
  return kept
}

/** The value without what its schema does not know. */
export function pruned(value: Json, schema: StructuralSchema): Json {
  return prune(value, schema, '', [])
}

/** Paths of what a schema does not know of a value. */
export function unknownFields(value: Json, schema: StructuralSchema): string[] {
  const unknown: string[] = []
  prune(value, schema, '', unknown)
  return unknown
}

/** Nulls where null is not allowed and no default takes their place count as absent. */
function withoutNulls(value: Json, schema: StructuralSchema | undefined): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withoutNulls(item, schema?.items))
  if (!isJsonObject(value)) return value
  const { properties = {}, additionalProperties } = schema ?? {}
  const kept: Values = {}
  for (const name of Object.keys(value)) {
    const member = value[name]
    const known = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
    const isDropped = member === null && known !== undefined && known.nullable !== true && known.default === undefined
    if (member !== undefined && !isDropped) kept[name] = withoutNulls(member, known)
  }
  return kept
}

/** The value with the defaults of its schema: for members that are absent, or null where null is not allowed. */
export function withDefaults(value: Json, schema: StructuralSchema): Json {
  if (Array.isArray(value)) return schema.items === undefined ? value : value.map((item: Json) => withDefaults(item, schema.items!))
  if (!isJsonObject(value)) return value
  const filled: Values = {}
  const names = [...new Set([...Object.keys(value), ...Object.keys(schema.properties ?? {})])].sort(compareText)
  for (const name of names) {
    const property = memberSchema(schema, name)
    const given = value[name]
    const isMissing = given === undefined || (given === null && property?.nullable !== true && property?.default !== undefined)
    const member = isMissing ? property?.default : given
    if (member !== undefined) filled[name] = property === undefined ? member : withDefaults(member, property)
  }
  return filled
}

/** Decodes a body by the schema of its kind. Its metadata are those of every object. */
export function decodeCustom(value: Json, schema: StructuralSchema): Decoded {
  const { metadata = {}, apiVersion, kind, ...rest } = JSON.parse(JSON.stringify(value ?? {})) as JsonObject
  const decodedMeta = decodeObject(metadata, typeByKey('meta/v1.ObjectMeta')!)
  if (decodedMeta.object === undefined) return decodedMeta
  const unknown: string[] = []
  const { metadata: _metadata, apiVersion: _apiVersion, kind: _kind, ...properties } = schema.properties ?? {}
  const body = { ...schema, properties }
  const filled = withDefaults(withoutNulls(prune(rest, body, '', unknown), body), body) as Mutable
  const strictErrors = [...decodedMeta.strictErrors.map((complaint) => complaint.replace('"', '"metadata.')), ...unknown.map((path) => `unknown field ${goQuote(path)}`)]
  return { object: { ...(apiVersion === undefined ? {} : { apiVersion }), ...(kind === undefined ? {} : { kind }), metadata: decodedMeta.object, ...filled }, strictErrors }
}
