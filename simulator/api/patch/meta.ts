/** How the fields of the API's types merge: strategies and merge keys. Data from the tags of k8s.io/api (v1.35). */

import { goQuote } from '../go-text.ts'
import { PatchFailure } from './common.ts'
import table from './types.json' with { type: 'json' }

/** A type of the API, or what else a field can be. */
export type PatchType = { readonly kind: 'struct'; readonly name: string } | { readonly kind: 'map' | 'string' } | { readonly kind: 'slice'; readonly element: PatchType }

/** How a field merges. `retainKeys` asks for the list of keys that stay. */
export interface FieldMeta { readonly type: PatchType; readonly strategy: string; readonly retainKeys: boolean; readonly mergeKey: string }

const kindTable: { readonly [kind: string]: string } = table.kinds
const typeTable = table.types as unknown as { readonly [name: string]: { readonly [field: string]: string } }

/** The type of a kind; undefined for kinds that have none here, such as custom resources: they take merge patches only. */
export function patchTypeOf(apiVersion: string, kind: string): PatchType | undefined {
  const key = `${apiVersion} ${kind}`
  return Object.hasOwn(kindTable, key) ? { kind: 'struct', name: kindTable[key]! } : undefined
}

function readType(text: string): PatchType {
  if (text.startsWith('[]')) return { kind: 'slice', element: readType(text.slice(2)) }
  if (text === '' || text === 'map') return { kind: text === '' ? 'string' : 'map' }
  return { kind: 'struct', name: text }
}

/** The field of a type that a member of an object belongs to. */
export function fieldMeta(type: PatchType, field: string): FieldMeta {
  if (type.kind !== 'struct') throw new PatchFailure(`merging an object in json but data type is not struct, instead is: ${type.kind}`)
  const fields = typeTable[type.name] ?? {}
  const row = Object.hasOwn(fields, field) ? fields[field] : undefined
  if (row === undefined) throw new PatchFailure(`unable to find api field in struct ${type.name.slice(type.name.lastIndexOf('.') + 1)} for the json field ${goQuote(field)}`)
  const [typeText = '', strategies = '', mergeKey = ''] = row.split('|')
  const list = strategies.split(',').filter((strategy) => strategy !== '')
  return { type: readType(typeText), strategy: list.find((strategy) => strategy !== 'retainKeys') ?? '', retainKeys: list.includes('retainKeys'), mergeKey }
}

/** The same for a list: the type is that of its elements. */
export function listMeta(type: PatchType, field: string): FieldMeta {
  const meta = fieldMeta(type, field)
  if (meta.type.kind !== 'slice') throw new PatchFailure(`expected slice or array type, but got: ${type.kind}`)
  return { ...meta, type: meta.type.element }
}
