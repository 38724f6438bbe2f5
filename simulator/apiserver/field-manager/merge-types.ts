/**
 * How the fields of a kind are merged: which lists are sets or keyed, which maps and structs belong to one manager whole.
 * The facts are written by admission/schema/generate/merge from the OpenAPI definitions of k8s.io/kubernetes v1.35.4.
 */

import facts from '../../admission/schema/merge-facts.json' with { type: 'json' }
import { typeByKey, typeOf } from '../../admission/schema/schema.ts'
import type { FieldType, ScalarKind } from '../../admission/schema/schema.ts'

/** A key of a list of maps, and its value where an item leaves it out. */
export interface ListKey { readonly name: string; readonly default?: string }

/** What a value is to server-side apply. `any` is told by the value itself: maps by key, lists and scalars as a whole. */
export type MergeType =
  | { readonly kind: 'scalar'; readonly expects: 'string' | 'numeric' | 'boolean' | 'untyped' }
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly relation: 'atomic' | 'set' | 'keyed'; readonly keys: readonly ListKey[]; readonly of: MergeType }
  | { readonly kind: 'map'; readonly isAtomic: boolean; readonly of: MergeType }
  | { readonly kind: 'struct'; readonly isAtomic: boolean; readonly typeKey: string }

const expectations: { readonly [scalar in ScalarKind]: 'string' | 'numeric' | 'boolean' | 'untyped' } = {
  string: 'string', bool: 'boolean', int32: 'numeric', int64: 'numeric', float64: 'numeric', bytes: 'string', Time: 'untyped', MicroTime: 'untyped', Quantity: 'untyped', IntOrString: 'untyped', Duration: 'string', Raw: 'untyped',
}

const atomicTypes: ReadonlySet<string> = new Set(facts.atomic)
const fieldFacts: { readonly [typeKey: string]: { readonly [field: string]: string | undefined } | undefined } = facts.fields

/** The merge type of a kind; `any` for one without a schema, such as a custom resource. */
export function mergeTypeOf(apiVersion: string, kind: string): MergeType {
  const type = typeOf(apiVersion, kind)
  return type === undefined ? { kind: 'any' } : { kind: 'struct', isAtomic: false, typeKey: type.key }
}

/** The type of a field of a struct or an entry of a map; undefined when the struct has no such field. */
export function fieldType(type: MergeType, name: string): MergeType | undefined {
  if (type.kind === 'map') return type.of
  if (type.kind !== 'struct') return { kind: 'any' }
  const field = typeByKey(type.typeKey)?.byName.get(name)
  return field === undefined ? undefined : fromFieldType(field.type, fieldFacts[type.typeKey]?.[name])
}

/** Whether a name is a declared field, not an entry of a map. */
export function isStructField(type: MergeType, name: string): boolean {
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
      return { kind: 'list', relation: fact === undefined || fact === 'atomic' ? 'atomic' : fact === 'set' ? 'set' : 'keyed', keys: fact === undefined ? [] : keysOf(fact), of: fromFieldType(type.of) }
  }
}

function keysOf(fact: string): ListKey[] {
  if (fact === 'set' || fact === 'atomic') return []
  return fact.split(',').map((text) => {
    const [name, preset] = text.split('=')
    return preset === undefined ? { name } : { name, default: preset }
  })
}
