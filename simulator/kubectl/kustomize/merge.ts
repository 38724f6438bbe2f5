/** Strategic merge as kustomize does it: what a patch names comes first in a list. Models kyaml/yaml/merge2 (0.20.1). */

import { cloneJson, hasMember, isObject, PatchFailure, setMember } from '../../api/patch/common.ts'
import type { Mutable, MutableObject } from '../../api/patch/common.ts'
import { fieldMeta, patchTypeOf } from '../../api/patch/meta.ts'
import type { PatchType } from '../../api/patch/meta.ts'
import { KustomizeFailure } from './ids.ts'
import { isEmptyObject, text } from './resource.ts'

const directive = '$patch'

/** Lists that the API keys by more than one field. */
const widerKeys: { readonly [field: string]: readonly string[] } = {
  'core/v1.Container ports': ['containerPort', 'protocol'], 'core/v1.EphemeralContainer ports': ['containerPort', 'protocol'],
  'core/v1.ServiceSpec ports': ['port', 'protocol'], 'core/v1.PodSpec topologySpreadConstraints': ['topologyKey', 'whenUnsatisfiable'],
}

/** How a list merges: by keys, as a set of plain values, or (undefined) not at all. */
interface Field { readonly type: PatchType | undefined; readonly keys: readonly string[] | undefined }

function fieldOf(type: PatchType | undefined, name: string): Field {
  if (type?.kind !== 'struct') return { type: undefined, keys: undefined }
  try {
    const meta = fieldMeta(type, name)
    const element = meta.type.kind === 'slice' ? meta.type.element : meta.type
    if (meta.strategy !== 'merge') return { type: element, keys: undefined }
    return { type: element, keys: widerKeys[`${type.name} ${name}`] ?? (meta.mergeKey === '' ? [] : [meta.mergeKey]) }
  } catch (failure) {
    if (failure instanceof PatchFailure) return { type: undefined, keys: undefined }
    throw failure
  }
}

type Strategy = 'merge' | 'replace' | 'delete'

function readStrategy(value: Mutable | undefined): Strategy {
  if (value === 'merge' || value === 'replace' || value === 'delete') return value
  throw new KustomizeFailure(`unknown patch strategy '${text(value)}'`)
}

/** Takes the directive out of a map of the patch. */
function strategyOfMap(patch: MutableObject): Strategy {
  if (!hasMember(patch, directive)) return 'merge'
  const strategy = readStrategy(patch[directive])
  delete patch[directive]
  return strategy
}

/** A list's directive is an element with nothing else in it. */
function strategyOfList(patch: Mutable[]): Strategy {
  const index = patch.findIndex((item) => isObject(item) && hasMember(item, directive) && Object.keys(item).length === 1)
  if (index < 0) return 'merge'
  const strategy = readStrategy((patch[index] as MutableObject)[directive])
  patch.splice(index, 1)
  return strategy
}

function keyText(item: Mutable, key: string): string {
  const value = isObject(item) && hasMember(item, key) ? item[key] : undefined
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

/** Two elements are one when a key agrees and none differs; a key that one of them lacks is filled in. */
function isSameElement(a: Mutable, b: Mutable, keys: readonly string[]): boolean {
  let hasCommon = false
  for (const key of keys) {
    const [left, right] = [keyText(a, key), keyText(b, key)]
    if (left !== '' && left === right) hasCommon = true
    else if (left !== right && left !== '' && right !== '') return false
  }
  return hasCommon
}

function mergeKeyed(destination: Mutable[], patch: readonly Mutable[], keys: readonly string[], type: PatchType | undefined): Mutable[] {
  // An element of the patch without its key empties the list, as it does in kustomize.
  if (keys.length === 1 && patch.some((item) => keyText(item, keys[0]!) === '')) return []
  const rest = [...destination]
  const first: Mutable[] = []
  for (const item of patch) {
    const index = rest.findIndex((candidate) => isSameElement(candidate, item, keys))
    const older = index < 0 ? undefined : rest.splice(index, 1)[0]
    const merged = mergeValue(older, item, { type, keys: undefined })
    if (merged !== undefined && !isEmptyObject(merged)) first.push(merged)
  }
  return [...first, ...rest]
}

function mergeList(destination: Mutable | undefined, patch: Mutable[], field: Field): Mutable | undefined {
  if (field.keys === undefined) return patch
  const strategy = strategyOfList(patch)
  if (strategy === 'delete') return undefined
  const older = strategy === 'replace' || !Array.isArray(destination) ? [] : destination
  if (field.keys.length === 0) return [...patch, ...older.filter((item) => !patch.includes(item))]
  return mergeKeyed(older, patch, field.keys, field.type)
}

function mergeMap(destination: Mutable | undefined, patch: MutableObject, type: PatchType | undefined): MutableObject | undefined {
  const strategy = strategyOfMap(patch)
  if (strategy === 'delete') return undefined
  const target: MutableObject = strategy === 'replace' || !isObject(destination) ? {} : destination
  for (const key of Object.keys(patch)) {
    const merged = mergeValue(hasMember(target, key) ? target[key] : undefined, patch[key]!, fieldOf(type, key))
    if (merged === undefined) delete target[key]
    else setMember(target, key, merged)
  }
  return target
}

function mergeValue(destination: Mutable | undefined, patch: Mutable, field: Field): Mutable | undefined {
  if (patch === null) return undefined
  const isWrong = destination !== undefined && destination !== null && (Array.isArray(patch) !== Array.isArray(destination) || isObject(patch) !== isObject(destination))
  if (isWrong) throw new KustomizeFailure(`wrong node kind: expected ${nodeKind(destination)} but got ${nodeKind(patch)}: node contents:\n${typeof patch === 'object' ? '' : `${String(patch)}\n`}`)
  if (Array.isArray(patch)) return mergeList(destination, patch, field)
  return isObject(patch) ? mergeMap(destination, patch, field.type) : patch
}

function nodeKind(value: Mutable): string {
  if (Array.isArray(value)) return 'SequenceNode'
  return isObject(value) ? 'MappingNode' : 'ScalarNode'
}

/** Merges a patch into an object, which is changed. @returns undefined when the patch deletes it */
export function strategicMerge(object: MutableObject, patch: MutableObject): MutableObject | undefined {
  const type = patchTypeOf(text(object['apiVersion']), text(object['kind']))
  return mergeMap(object, cloneJson(patch) as MutableObject, type)
}
