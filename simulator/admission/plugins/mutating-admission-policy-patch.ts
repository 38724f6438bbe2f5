/** What one mutation of a policy makes of an object. Models apiserver/pkg/admission/plugin/policy/mutating/patch and pkg/cel/mutation (v1.35). */

import type { Failure } from '../../api/errors.ts'
import { apiErrors } from '../../api/errors.ts'
import { goQuote, sortKeys } from '../../api/go-text.ts'
import type { KindInfo } from '../../api/kinds.ts'
import { applyJsonPatch } from '../../api/patch/json-patch.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { isJsonObject } from '../../kernel/json.ts'
import type { CelValue } from '../cel/values.ts'
import { CelMap, CelUint, isList } from '../cel/values.ts'
import { decodeCustom } from '../custom/decode.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import type { MergeType } from '../merge/merge-types.ts'
import { fieldType, mergeTypeOf } from '../merge/merge-types.ts'
import { mergeValues, typeErrors } from '../merge/typed-values.ts'
import type { Mutable } from '../schema/decode.ts'
import { decodeObject } from '../schema/decode.ts'
import { normalizeObject } from '../schema/normalize.ts'
import { typeOf } from '../schema/schema.ts'

/** The changed object; what the failure policy decides about; or a refusal that it does not. */
export type Patched = { readonly object: JsonObject } | { readonly error: string } | { readonly failure: Failure }

/** A CEL value as JSON; undefined for one that has no such form. */
function toJson(value: CelValue | undefined): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof CelUint) return Number(value.value)
  if (value !== undefined && isList(value)) return value.map((each) => toJson(each) ?? null)
  if (!(value instanceof CelMap)) return undefined
  return Object.fromEntries([...value.entries.values()].map(([key, member]) => [String(key), toJson(member) ?? null]))
}

function isObjectValue(value: CelValue): value is CelMap {
  return value instanceof CelMap && value.typeName !== 'map'
}

/** Objects are named by their place (`Object.spec.template`): those that are not where their name says. */
function misplaced(value: CelValue, path: string): string[] {
  if (isList(value)) return value.flatMap((each) => misplaced(each, path))
  if (!(value instanceof CelMap)) return []
  const members = [...value.entries.values()]
  if (!isObjectValue(value)) return members.flatMap(([, member]) => misplaced(member, path))
  const own = value.typeName === path ? [] : [`unexpected type name ${goQuote(value.typeName)}, expected ${goQuote(path)}, which matches field name path from root Object type`]
  return [...own, ...members.flatMap(([name, member]) => misplaced(member, `${path}.${String(name)}`))]
}

function typeMismatch(value: CelValue): string | undefined {
  const errors = isObjectValue(value) ? misplaced(value, value.typeName) : []
  return errors.length === 0 ? undefined : `type mismatch: ${errors.join('\n')}`
}

/** Parts of a change that would replace what they do not name: lists, maps and structs that are one value. */
function atomicParts(value: Json | undefined, type: MergeType, path = ''): string[] {
  if (Array.isArray(value) && type.kind === 'list') {
    return [...(type.relation === 'atomic' ? [path] : []), ...(value as readonly Json[]).flatMap((item, index) => atomicParts(item, type.of, `${path}[${index}]`))]
  }
  if (!isJsonObject(value) || (type.kind !== 'map' && type.kind !== 'struct' && type.kind !== 'custom')) return []
  const own = type.isAtomic ? [path] : []
  if (type.kind === 'map') return own
  return [...own, ...Object.keys(value).flatMap((name) => atomicParts(value[name], fieldType(type, name) ?? { kind: 'any' }, `${path}.${name}`))]
}

/** Items of keyed lists without any key: their keys are empty texts, which is the default that their schema names. */
function withKeys(value: Json, type: MergeType): Json {
  if (Array.isArray(value)) {
    if (type.kind !== 'list') return value
    const { keys, of } = type
    const items = (value as readonly Json[]).map((item) => withKeys(item, of))
    return items.map((item) => (isJsonObject(item) && keys.length > 0 && keys.every(({ name, default: preset }) => item[name] === undefined && preset === undefined) ? { ...item, [keys[0]!.name]: '' } : item))
  }
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, member === undefined ? member : withKeys(member, fieldType(type, name) ?? { kind: 'any' })])) as JsonObject
}

/** The object as it is written: what a path of a patch can find. */
function writtenObject({ custom }: KindInfo, object: AdmittedObject): JsonObject {
  const { apiVersion, kind } = object
  const schema = custom === undefined ? typeOf(apiVersion, kind) : undefined
  const body = schema === undefined ? object : normalizeObject(object as Mutable, schema)
  return JSON.parse(JSON.stringify({ ...body, apiVersion, kind })) as JsonObject
}

/** Lays an apply configuration over an object. */
export function applyToObject(kind: KindInfo, object: AdmittedObject, value: CelValue): Patched {
  const mismatch = typeMismatch(value)
  if (mismatch !== undefined) return { error: mismatch }
  const { apiVersion } = object
  const type = mergeTypeOf(apiVersion, object.kind, kind.custom)
  const patch = { ...(withKeys(toJson(value) ?? {}, type) as JsonObject), apiVersion, kind: object.kind }
  const errors = typeErrors(patch, type)
  const told = errors.length === 1 ? errors[0] : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n')
  if (errors.length > 0) return { error: `error applying patch: failed to convert patch object to typed object: ${told}` }
  const atomic = atomicParts(patch, type)
  if (atomic.length > 0) return { error: `error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(', ')}` }
  return decoded(kind, object, mergeValues(writtenObject(kind, object), patch, type) as JsonObject)
}

/** An operation of a JSON patch, or what is wrong with its value. */
function operationOf(value: CelMap): JsonObject | { readonly wrong: string } {
  const from = value.get('from')
  const given = value.get('value')
  const mismatch = given === undefined ? undefined : typeMismatch(given)
  if (mismatch !== undefined) return { wrong: mismatch }
  const operation: { [member: string]: Json } = { op: String(value.get('op') ?? ''), path: String(value.get('path') ?? '') }
  if (typeof from === 'string' && from !== '') operation['from'] = from
  if (given !== undefined) operation['value'] = toJson(given) ?? null
  return operation
}

/** Applies a list of operations; a failed `test` leaves the object as it is. */
export function patchObject(kind: KindInfo, object: AdmittedObject, value: CelValue): Patched {
  const before = writtenObject(kind, object)
  const operations: JsonObject[] = []
  for (const each of isList(value) ? value : []) {
    const operation = operationOf(each as CelMap)
    if (typeof operation['wrong'] === 'string') return { error: operation['wrong'] }
    operations.push(operation as JsonObject)
  }
  const patched = applyJsonPatch(before, operations)
  if ('error' in patched) return patched.error.endsWith(': test failed') ? { object: before } : { error: `JSON Patch: ${patched.error}` }
  return decoded(kind, object, patched.result as JsonObject, true)
}

/** The object as its type reads it. */
function decoded(kind: KindInfo, before: AdmittedObject, body: JsonObject, isStrict = false): Patched {
  const schema = typeOf(before.apiVersion, before.kind)
  const { object, error, strictErrors } = kind.custom !== undefined ? decodeCustom(body, kind.custom.schema) : schema === undefined ? { object: body, strictErrors: [], error: undefined } : decodeObject(sortKeys(body) as Json, schema)
  if (error !== undefined) return { failure: apiErrors.internal(error) }
  if (isStrict && strictErrors.length > 0) return { failure: apiErrors.internal(`strict decoding error: ${strictErrors.join(', ')}`) }
  return { object: object as JsonObject }
}
