/** JSON merge patches: applying, and making them two-way and three-way. Models json-patch v4 and apimachinery/pkg/util/jsonmergepatch (v1.35). */

import type { Json, JsonObject } from '../../kernel/json.ts'
import { toYaml } from '../yaml/emit.ts'
import { attempt, cloneJson, deepEqual, goTypeName, goValueText, hasMember, isObject, PatchFailure, setMember } from './common.ts'
import type { Mutable, MutableObject, PatchError } from './common.ts'

/** Without members that are null; items of lists stay, also null ones. */
function pruned(value: Mutable): Mutable {
  if (Array.isArray(value)) return value.map(pruned)
  if (!isObject(value)) return value
  const result: MutableObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) setMember(result, key, pruned(value[key]!))
  return result
}

/** With `keepsNulls` two patches become one, and a null stays in it. */
function mergeInto(target: MutableObject, patch: MutableObject, keepsNulls: boolean): MutableObject {
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    const current = hasMember(target, key) ? target[key]! : null
    if (value === null) {
      if (keepsNulls) setMember(target, key, null)
      else delete target[key]
    } else if (current === null) setMember(target, key, keepsNulls ? value : pruned(value))
    else if (isObject(current) && isObject(value)) mergeInto(current, value, keepsNulls)
    else setMember(target, key, isObject(current) ? value : pruned(value))
  }
  return target
}

/** Applies a JSON merge patch. @returns a new value; the input is not changed */
export function applyJsonMergePatch(original: JsonObject, patch: Json): { result: Mutable } | PatchError {
  const copy = cloneJson(patch)
  if (isObject(copy)) return { result: mergeInto(cloneJson(original) as MutableObject, copy, false) }
  return Array.isArray(copy) ? { result: pruned(copy) } : { error: 'Invalid JSON Patch' }
}

function diff(original: MutableObject, modified: MutableObject): MutableObject {
  const patch: MutableObject = {}
  for (const key of Object.keys(modified)) {
    const before = original[key]
    const after = modified[key]!
    if (!hasMember(original, key) || goTypeName(before).replace('float64', 'int64') !== goTypeName(after).replace('float64', 'int64')) setMember(patch, key, after)
    else if (isObject(before) && isObject(after)) {
      const inner = diff(before, after)
      if (Object.keys(inner).length > 0) setMember(patch, key, inner)
    } else if (!deepEqual(before, after)) setMember(patch, key, after)
  }
  for (const key of Object.keys(original)) if (!hasMember(modified, key)) setMember(patch, key, null)
  return patch
}

/** The JSON merge patch that turns one object into another. */
export function createJsonMergePatch(original: JsonObject, modified: JsonObject): MutableObject {
  return diff(cloneJson(original) as MutableObject, cloneJson(modified) as MutableObject)
}

function onlyDeletions(patch: MutableObject): MutableObject {
  const result: MutableObject = {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    if (value === null) setMember(result, key, null)
    else if (isObject(value)) {
      const inner = onlyDeletions(value)
      if (Object.keys(inner).length > 0) setMember(result, key, inner)
    }
  }
  return result
}

function onlyChanges(patch: MutableObject): MutableObject {
  const result: MutableObject = {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]!
    if (isObject(value)) {
      const inner = onlyChanges(value)
      if (Object.keys(value).length === 0 || Object.keys(inner).length > 0) setMember(result, key, inner)
    } else if (value !== null) setMember(result, key, value)
  }
  return result
}

function conflicts(left: Mutable, right: Mutable): boolean {
  if (isObject(left)) return !isObject(right) || Object.keys(left).some((key) => hasMember(right, key) && conflicts(left[key]!, right[key]!))
  if (Array.isArray(left)) return !Array.isArray(right) || left.length !== right.length || left.some((item, index) => conflicts(item, right[index]!))
  return !deepEqual(left, right)
}

/**
 * The patch of `kubectl apply` for kinds without merge keys.
 * A change of apiVersion, kind or name is an error.
 */
export function createThreeWayJsonMergePatch(original: JsonObject, modified: JsonObject, current: JsonObject): { result: MutableObject } | PatchError {
  return attempt(() => {
    const changes = onlyChanges(createJsonMergePatch(current, modified))
    const deletions = onlyDeletions(createJsonMergePatch(original, modified))
    if (conflicts(changes, deletions)) throw new PatchFailure(`patch:\n${toYaml(changes)}\nconflicts with changes made from original to current:\n${toYaml(deletions)}\n`)
    const result = mergeInto(deletions, changes, false)
    const metadata = result['metadata']
    if (hasMember(result, 'apiVersion') || hasMember(result, 'kind') || (isObject(metadata) && hasMember(metadata, 'name'))) throw new PatchFailure(`precondition failed for: ${goValueText(result)}`)
    return { result }
  })
}
