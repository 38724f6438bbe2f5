/** Makes strategic merge patches: two-way for `edit` and `scale`, three-way for `apply`. Models strategicpatch diffMaps (v1.35). */

import type { JsonObject } from '../../kernel/json.ts'
import { attempt, cloneJson, deepEqual, goTypeName, goValueText, hasMember, isObject, PatchFailure, setMember } from './common.ts'
import type { Mutable, MutableObject, PatchError } from './common.ts'
import { asObject, deletePrefix, directive, holdsObjects, inOrderOf, mergeKeyOf, orderPrefix, retainKeys, sortByKey, sortScalars, withoutRepeats } from './lists.ts'
import { fieldMeta, listMeta } from './meta.ts'
import type { FieldMeta, PatchType } from './meta.ts'
import { mergeMaps } from './strategic-merge.ts'

interface DiffOptions { readonly ignoreChanges: boolean; readonly ignoreDeletions: boolean; readonly retainKeys: boolean }

/** Looks a field up; where both sides are equal, an unknown field does not matter. */
function lookUp(find: () => FieldMeta, isEqual: boolean): FieldMeta | undefined {
  try {
    return find()
  } catch (failure) {
    if (failure instanceof PatchFailure && isEqual) return undefined
    throw failure
  }
}

function diffMember(key: string, original: Mutable, modified: Mutable, patch: MutableObject, type: PatchType, options: DiffOptions): void {
  if (key === directive) {
    if (typeof original !== 'string' || typeof modified !== 'string') throw new PatchFailure(`invalid value for special key: ${directive}`)
    if (original !== modified) patch[directive] = modified
  } else if (goTypeName(original) !== goTypeName(modified)) {
    if (!options.ignoreChanges) setMember(patch, key, modified)
  } else if (isObject(original)) {
    const meta = lookUp(() => fieldMeta(type, key), deepEqual(original, modified))
    if (meta === undefined) return
    if (meta.strategy === 'replace') {
      if (!options.ignoreChanges) setMember(patch, key, modified)
      return
    }
    const inner = diffMaps(original, modified as MutableObject, meta.type, { ...options, retainKeys: meta.retainKeys })
    if (Object.keys(inner).length > 0) setMember(patch, key, inner)
  } else if (Array.isArray(original)) {
    const meta = lookUp(() => listMeta(type, key), deepEqual(original, modified))
    if (meta !== undefined) diffListMember(key, original, modified as Mutable[], patch, meta, options)
  } else if (!options.ignoreChanges && original !== modified) {
    setMember(patch, key, modified)
  }
}

function diffListMember(key: string, original: Mutable[], modified: Mutable[], patch: MutableObject, meta: FieldMeta, options: DiffOptions): void {
  if (meta.strategy !== 'merge') {
    if (!options.ignoreChanges && !deepEqual(original, modified)) setMember(patch, key, modified)
    return
  }
  const { additions, deletions, order } = diffLists(original, modified, meta, { ...options, retainKeys: meta.retainKeys })
  if (additions.length > 0) setMember(patch, key, additions)
  if (deletions.length > 0) patch[`${deletePrefix}/${key}`] = deletions
  if (order.length > 0) patch[`${orderPrefix}/${key}`] = order
}

interface ListDiff { readonly additions: Mutable[]; readonly deletions: Mutable[]; readonly order: Mutable[] }

function diffLists(original: Mutable[], modified: Mutable[], meta: FieldMeta, options: DiffOptions): ListDiff {
  const nothing: ListDiff = { additions: [], deletions: [], order: [] }
  if (original.length === 0) return modified.length === 0 || options.ignoreChanges ? nothing : { ...nothing, additions: modified }
  if (!holdsObjects(original, modified)) return diffScalars(original, modified, options)
  const { changed, deleted } = diffObjects(original, modified, meta, options)
  const isSameOrder = original.length === modified.length && original.every((element, index) => mergeKeyOf(element, meta.mergeKey) === mergeKeyOf(modified[index]!, meta.mergeKey))
  const additions = [...inOrderOf(changed, modified, meta.mergeKey, true), ...deleted]
  const needsOrder = (!options.ignoreChanges && (additions.length > 0 || !isSameOrder)) || (!options.ignoreDeletions && additions.length > 0)
  return { additions, deletions: [], order: needsOrder ? modified.map((element) => ({ [meta.mergeKey]: asObject(element)[meta.mergeKey] ?? null })) : [] }
}

/** Lists of scalars; both are compared in the order of their texts. */
function diffScalars(original: Mutable[], modified: Mutable[], options: DiffOptions): ListDiff {
  const left = sortScalars(original)
  const right = sortScalars([...modified])
  const additions: Mutable[] = []
  const deletions: Mutable[] = []
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const a = i < left.length ? goValueText(left[i]) : undefined
    const b = j < right.length ? goValueText(right[j]) : undefined
    if (a === b) {
      i++
      j++
    } else if (a === undefined || (b !== undefined && a > b)) {
      if (!options.ignoreChanges) additions.push(right[j]!)
      j++
    } else {
      if (!options.ignoreDeletions) deletions.push(left[i]!)
      i++
    }
  }
  const distinct = withoutRepeats(deletions)
  const needsOrder = (!options.ignoreDeletions && distinct.length > 0) || (!options.ignoreChanges && !deepEqual(original, modified))
  return { additions: inOrderOf(additions, modified, '', false), deletions: distinct, order: needsOrder ? modified : [] }
}

/** Lists of objects, paired by the text of their merge key. */
function diffObjects(original: Mutable[], modified: Mutable[], meta: FieldMeta, options: DiffOptions): { changed: Mutable[]; deleted: Mutable[] } {
  const left = sortByKey(original, meta.mergeKey)
  const right = sortByKey(modified, meta.mergeKey)
  const changed: Mutable[] = []
  const deleted: Mutable[] = []
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    const a = i < left.length ? goValueText(mergeKeyOf(left[i]!, meta.mergeKey)) : undefined
    const b = j < right.length ? goValueText(mergeKeyOf(right[j]!, meta.mergeKey)) : undefined
    if (a !== undefined && a === b) {
      const patch = diffMaps(asObject(left[i]!), asObject(right[j]!), meta.type, options)
      if (Object.keys(patch).length > 0) changed.push({ ...patch, [meta.mergeKey]: asObject(right[j]!)[meta.mergeKey]! })
      i++
      j++
    } else if (a === undefined || (b !== undefined && a > b)) {
      if (!options.ignoreChanges) changed.push(right[j]!)
      j++
    } else {
      if (!options.ignoreDeletions) deleted.push({ [meta.mergeKey]: asObject(left[i]!)[meta.mergeKey]!, [directive]: 'delete' })
      i++
    }
  }
  return { changed, deleted }
}

function diffMaps(original: MutableObject, modified: MutableObject, type: PatchType, options: DiffOptions): MutableObject {
  const patch: MutableObject = {}
  const kept: Mutable[] = []
  for (const key of Object.keys(modified)) {
    if (options.retainKeys && modified[key] !== null) kept.push(key)
    if (hasMember(original, key)) diffMember(key, original[key]!, modified[key]!, patch, type, options)
    else if (!options.ignoreChanges) setMember(patch, key, modified[key]!)
  }
  if (!options.ignoreDeletions) for (const key of Object.keys(original)) if (!hasMember(modified, key)) setMember(patch, key, null)
  const dropsKey = Object.keys(original).some((key) => original[key] !== null && !hasMember(modified, key))
  if (kept.length > 0 && (Object.keys(patch).length > 0 || dropsKey)) patch[retainKeys] = sortScalars(kept)
  return patch
}

function copies(...objects: JsonObject[]): MutableObject[] {
  return objects.map((object) => cloneJson(object) as MutableObject)
}

/** The patch that turns one object into another. */
export function createTwoWayMergePatch(original: JsonObject, modified: JsonObject, type: PatchType): { result: MutableObject } | PatchError {
  return attempt(() => {
    const [left, right] = copies(original, modified)
    return { result: diffMaps(left!, right!, type, { ignoreChanges: false, ignoreDeletions: false, retainKeys: false }) }
  })
}

/**
 * The patch of `kubectl apply`: changes from the live object to the new manifest, deletions from the last manifest to the new one.
 * @param original the manifest of the last apply, {} when there was none
 * @param modified the manifest of this apply, with its annotation
 * @param current the live object
 */
export function createThreeWayMergePatch(original: JsonObject, modified: JsonObject, current: JsonObject, type: PatchType): { result: MutableObject } | PatchError {
  return attempt(() => {
    const [live, wanted] = copies(current, modified)
    const delta = diffMaps(live!, wanted!, type, { ignoreChanges: false, ignoreDeletions: true, retainKeys: false })
    const [last, next] = copies(original, modified)
    const deletions = diffMaps(last!, next!, type, { ignoreChanges: true, ignoreDeletions: false, retainKeys: false })
    return { result: mergeMaps(deletions, delta, type, { applies: false }) }
  })
}
