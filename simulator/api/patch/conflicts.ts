/** Changes that two sides made to the same fields, as `kubectl apply --overwrite=false` looks for them. Models strategicpatch.MergingMapsHaveConflicts (v1.35). */

import type { JsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { deepEqual, goValueText, hasMember, isObject, PatchFailure } from './common.ts'
import type { Mutable, MutableObject } from './common.ts'
import { directive, retainKeys } from './lists.ts'
import { fieldMeta } from './meta.ts'
import type { PatchType } from './meta.ts'
import { createTwoWayMergePatch } from './strategic-diff.ts'

interface Place { readonly type: PatchType | undefined; readonly strategy: string; readonly mergeKey: string }

const nowhere: Place = { type: undefined, strategy: '', mergeKey: '' }

function placeOf(type: PatchType | undefined, key: string, value: Mutable): Place {
  if (type?.kind !== 'struct' || typeof value !== 'object' || value === null) return nowhere
  try {
    const meta = fieldMeta(type, key)
    return { type: meta.type.kind === 'slice' ? meta.type.element : meta.type, strategy: meta.strategy, mergeKey: meta.mergeKey }
  } catch (failure) {
    if (failure instanceof PatchFailure) return nowhere
    throw failure
  }
}

function mapsConflict(left: MutableObject, right: MutableObject, type: PatchType | undefined): boolean {
  const keys = Object.keys(left).filter((key) => key !== directive && key !== retainKeys && hasMember(right, key))
  return keys.some((key) => valuesConflict(left[key]!, right[key]!, placeOf(type, key, left[key]!)))
}

function sorted(list: readonly Mutable[]): Mutable[] {
  const isPlain = list.every((item) => typeof item !== 'object' || item === null)
  if (!isPlain) return [...list]
  return list.filter((item, index) => list.indexOf(item) === index).sort((a, b) => compareText(goValueText(a), goValueText(b)))
}

function listsConflict(left: readonly Mutable[], right: readonly Mutable[], { type, strategy, mergeKey }: Place): boolean {
  if (strategy === 'merge') {
    const others = right.filter(isObject)
    return left.filter(isObject).some((item) => others.some((other) => goValueText(item[mergeKey]) === goValueText(other[mergeKey]) && valuesConflict(item, other, { type, strategy: '', mergeKey: '' })))
  }
  if (left.length !== right.length) return true
  const [a, b] = [sorted(left), sorted(right)]
  return a.some((item, index) => index < b.length && valuesConflict(item, b[index]!, { ...nowhere, type }))
}

function valuesConflict(left: Mutable, right: Mutable, place: Place): boolean {
  if (Array.isArray(left)) return !Array.isArray(right) || listsConflict(left, right, place)
  if (!isObject(left)) return !deepEqual(left, right)
  if (!isObject(right)) return true
  if (hasMember(left, directive) || hasMember(right, directive)) if (left[directive] !== right[directive]) return true
  return place.strategy !== 'replace' && mapsConflict(left, right, place.type)
}

/**
 * What changed from the last applied manifest to the live object, when the patch changes the same fields in another way.
 * @returns undefined when nothing collides
 */
export function findConflict(patch: JsonObject, original: JsonObject, current: JsonObject, type: PatchType): MutableObject | undefined {
  const changes = createTwoWayMergePatch(original, current, type)
  if (!('result' in changes)) return undefined
  const result = changes.result as MutableObject
  return mapsConflict(patch as unknown as MutableObject, result, type) ? result : undefined
}
