/**
 * How the fields of a kind are merged: which lists are sets or keyed, which maps and structs belong to one manager whole.
 * The facts are written by admission/schema/generate/merge from the OpenAPI definitions of k8s.io/kubernetes v1.35.4.
 */

import facts from '../schema/merge-facts.json' with { type: 'json' }
import { typeByKey, typeOf } from '../schema/schema.ts'
import type { FieldType, ScalarKind } from '../schema/schema.ts'
import type { CustomKind, StructuralSchema } from '../../api/structural-schema.ts'

/** A key of a list of maps, and its value where an item leaves it out. */
export interface ListKey { readonly name: string; readonly default?: string | number }

/** What a value is to server-side apply. `any` is told by the value itself: maps by key, lists and scalars as a whole. */
export type MergeType =
  | { readonly kind: 'scalar'; readonly expects: 'string' | 'numeric' | 'boolean' | 'untyped' }
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly relation: 'atomic' | 'set' | 'keyed'; readonly keys: readonly ListKey[]; readonly of: MergeType }
  | { readonly kind: 'map'; readonly isAtomic: boolean; readonly of: MergeType }
  | { readonly kind: 'struct'; readonly isAtomic: boolean; readonly typeKey: string }
  | { readonly kind: 'custom'; readonly isAtomic: boolean; readonly fields: { readonly [name: string]: MergeType | undefined }; readonly keepsUnknown: boolean }

const expectations: { readonly [scalar in ScalarKind]: 'string' | 'numeric' | 'boolean' | 'untyped' } = {
  string: 'string', bool: 'boolean', int32: 'numeric', int64: 'numeric', float64: 'numeric', bytes: 'string', Time: 'untyped', MicroTime: 'untyped', Quantity: 'untyped', IntOrString: 'untyped', Duration: 'string', Raw: 'untyped',
}

const atomicTypes: ReadonlySet<string> = new Set(facts.atomic)
const fieldFacts: { readonly [typeKey: string]: { readonly [field: string]: string | undefined } | undefined } = facts.fields

/** The merge type of a kind; `any` for one without a schema. */
export function mergeTypeOf(apiVersion: string, kind: string, custom?: CustomKind): MergeType {
  if (custom !== undefined) return ofCustomKind(custom)
  const type = typeOf(apiVersion, kind)
  return type === undefined ? { kind: 'any' } : { kind: 'struct', isAtomic: false, typeKey: type.key }
}

/** The type of a field of a struct or an entry of a map; undefined when the struct has no such field. */
export function fieldType(type: MergeType, name: string): MergeType | undefined {
  if (type.kind === 'map') return type.of
  if (type.kind === 'custom') return type.fields[name] ?? (type.keepsUnknown ? { kind: 'any' } : undefined)
  if (type.kind !== 'struct') return { kind: 'any' }
  const field = typeByKey(type.typeKey)?.byName.get(name)
  return field === undefined ? undefined : fromFieldType(field.type, fieldFacts[type.typeKey]?.[name])
}

/** Whether a name is a declared field, not an entry of a map. */
export function isStructField(type: MergeType, name: string): boolean {
  if (type.kind === 'custom') return type.fields[name] !== undefined
  return type.kind === 'struct' && typeByKey(type.typeKey)?.byName.has(name) === true
}

function fromFieldType(type: FieldType, fact?: string): MergeType {
  switch (type.kind) {
    case 'scalar':
      return type.scalar === 'Raw' ? { kind: 'any' } : { kind: 'scalar', expects: expectations[type.scalar] }
    case 'struct':
      return { kind: 'struct', isAtomic: fact === 'atomic' || atomicTypes.has(type.typeKey), typeKey: type.typeKey }
    case 'map':
      return { kind: 'map', isAtomic: fact === 'atomic', of: fromFieldType(type.of) }
    case 'list':
      return { kind: 'list', relation: fact === undefined || fact === 'atomic' ? 'atomic' : fact === 'set' ? 'set' : 'keyed', keys: fact === undefined ? [] : keysOf(fact, type.of), of: fromFieldType(type.of) }
  }
}

function keysOf(fact: string, of: FieldType): ListKey[] {
  if (fact === 'set' || fact === 'atomic') return []
  return fact.split(',').map((text) => {
    const [name, preset] = text.split('=') as [string, string | undefined]
    const value = preset ?? zeroOf(of, name)
    return value === undefined ? { name } : { name, default: value }
  })
}

/** The zero value of a key that is always written: it is the default of a key that is left out. */
function zeroOf(of: FieldType, name: string): string | number | undefined {
  const field = of.kind === 'struct' ? typeByKey(of.typeKey)?.byName.get(name) : undefined
  if (field === undefined || field.omitEmpty || field.type.isPointer || field.type.kind !== 'scalar') return undefined
  return field.type.scalar === 'string' ? '' : field.type.scalar.startsWith('int') ? 0 : undefined
}

const scalarTypes: { readonly [type: string]: 'string' | 'numeric' | 'boolean' | undefined } = { string: 'string', integer: 'numeric', number: 'numeric', boolean: 'boolean' }

/** The merge type of a custom kind: metadata are those of every object, all else is told by its schema. Models kube-openapi/pkg/schemaconv. */
function ofCustomKind({ schema }: CustomKind): MergeType {
  const text: MergeType = { kind: 'scalar', expects: 'string' }
  const body = ofStructural(schema)
  const fields = { ...(body.kind === 'custom' ? body.fields : {}), apiVersion: text, kind: text, metadata: { kind: 'struct', isAtomic: false, typeKey: 'meta/v1.ObjectMeta' } as const }
  return { kind: 'custom', isAtomic: false, fields, keepsUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true }
}

function ofStructural(schema: StructuralSchema): MergeType {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'scalar', expects: 'untyped' }
  const { type = '', properties, additionalProperties, items } = schema
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic'
  const expects = scalarTypes[type]
  if (expects !== undefined) return { kind: 'scalar', expects }
  if (type === 'array') return listOf(schema, items === undefined ? { kind: 'any' } : ofStructural(items))
  if (properties !== undefined) return { kind: 'custom', isAtomic, fields: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, ofStructural(member)])), keepsUnknown }
  if (typeof additionalProperties === 'object') return { kind: 'map', isAtomic, of: ofStructural(additionalProperties) }
  return type === 'object' ? { kind: 'map', isAtomic, of: { kind: 'any' } } : { kind: 'any' }
}

function listOf(schema: StructuralSchema, of: MergeType): MergeType {
  const listType = schema['x-kubernetes-list-type']
  if (listType === 'set') return { kind: 'list', relation: 'set', keys: [], of }
  if (listType !== 'map') return { kind: 'list', relation: 'atomic', keys: [], of }
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((name) => {
    const preset = schema.items?.properties?.[name]?.default
    return typeof preset === 'string' ? { name, default: preset } : { name }
  })
  return { kind: 'list', relation: 'keyed', keys, of }
}
