/** Applies strategic merge patches. Models apimachinery/pkg/util/strategicpatch mergeMap and below (v1.35). */

import type { JsonObject } from '../../kernel/json.ts'
import { attempt, cloneJson, deepEqual, goTypeName, goValueText, hasMember, isObject, PatchFailure, setMember } from './common.ts'
import type { Mutable, MutableObject, PatchError } from './common.ts'
import { deletePrefix, directive, findByKey, holdsObjects, mergeKeyOf, orderPrefix, partition, patchErrors, retainKeys, weave, withoutRepeats } from './lists.ts'
import { fieldMeta, listMeta } from './meta.ts'
import type { PatchType } from './meta.ts'

/** `applies` is false when two patches are merged into one: directives and nulls then stay in the result. */
interface MergeOptions { readonly applies: boolean }

/** Takes out all that carries a directive; undefined when the value itself does. */
function withoutDirectives(value: Mutable): Mutable | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined)
  if (!isObject(value)) return value
  if (hasMember(value, directive)) return undefined
  const result: MutableObject = {}
  for (const key of Object.keys(value)) {
    const inner = withoutDirectives(value[key]!)
    if (inner !== undefined) setMember(result, key, inner)
  }
  return result
}

function discardNulls(value: Mutable): Mutable {
  if (Array.isArray(value)) return value.map(discardNulls)
  if (!isObject(value)) return value
  const result: MutableObject = {}
  for (const key of Object.keys(value)) if (value[key] !== null) setMember(result, key, discardNulls(value[key]!))
  return result
}

function put(target: MutableObject, key: string, value: Mutable, options: MergeOptions): void {
  const cleaned = withoutDirectives(options.applies ? discardNulls(value) : value)
  if (cleaned === undefined) delete target[key]
  else setMember(target, key, cleaned)
}

function keyBehind(text: string, prefix: string): string {
  const slash = text.indexOf('/')
  if (slash < 0 || text.slice(0, slash) !== prefix) throw prefix === deletePrefix ? patchErrors.badDeletion() : patchErrors.badOrder()
  return text.slice(slash + 1)
}

function applyRetainKeys(original: MutableObject, patch: MutableObject, options: MergeOptions): void {
  if (!hasMember(patch, retainKeys)) return
  const kept = patch[retainKeys]!
  delete patch[retainKeys]
  if (!options.applies) {
    if (!hasMember(original, retainKeys)) original[retainKeys] = kept
    else if (!deepEqual(original[retainKeys], kept))
      throw new PatchFailure(`${goValueText(original[retainKeys])} and ${goValueText(kept)} are not deep equal: this may happen when calculating the 3-way diff patch`)
    return
  }
  if (!Array.isArray(kept)) throw patchErrors.badRetainKeys()
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue
    if (!kept.includes(key)) throw patchErrors.badRetainKeys()
  }
  for (const key of Object.keys(original)) if (!kept.includes(key)) delete original[key]
}

function asList(value: Mutable | undefined): Mutable[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw patchErrors.badType('[]interface {}', value)
  return value
}

/** The patch list must follow the order that it asks for. */
function checkOrder(patchList: readonly Mutable[], order: readonly Mutable[], mergeKey: string): void {
  if (patchList.length === 0 || order.length === 0) return
  const keyOf = (element: Mutable): Mutable => (mergeKey === '' ? element : mergeKeyOf(element, mergeKey))
  const elements = patchList.filter((element) => !(isObject(element) && hasMember(element, directive)))
  let done = 0
  for (const wanted of order) if (done < elements.length && keyOf(elements[done]!) === keyOf(wanted)) done++
  if (done < elements.length) throw new PatchFailure(`The order in patch list:\n${goValueText(patchList)}\n doesn't match ${orderPrefix} list:\n${goValueText(order)}\n`)
}

/** Lists whose order the patch states are merged first, and then brought into that order. */
function mergeOrderedLists(original: MutableObject, patch: MutableObject, type: PatchType, options: MergeOptions): void {
  for (const orderKey of Object.keys(patch).filter((key) => key.startsWith(orderPrefix))) {
    const given = patch[orderKey]!
    if (!options.applies) {
      if (!hasMember(original, orderKey)) original[orderKey] = given
      else if (!deepEqual(original[orderKey], given)) throw patchErrors.badOrder()
    }
    delete patch[orderKey]
    mergeOrderedList(original, patch, keyBehind(orderKey, orderPrefix), asList(given), type, options)
  }
}

function mergeOrderedList(original: MutableObject, patch: MutableObject, key: string, order: Mutable[], type: PatchType, options: MergeOptions): void {
  const originalList = hasMember(original, key) ? asList(original[key]) : undefined
  const patchList = hasMember(patch, key) ? asList(patch[key]) : undefined
  const meta = listMeta(type, key)
  checkOrder(patchList ?? [], order, meta.mergeKey)
  let merged: Mutable[]
  if (originalList === undefined && patchList === undefined) return
  if (patchList === undefined) merged = originalList!
  else if (originalList === undefined) merged = withoutDirectives(patchList) as Mutable[]
  else merged = mergeLists(originalList, patchList, meta.type, { strategy: meta.strategy, mergeKey: meta.mergeKey, isDeletion: false }, options)
  const [patchItems, serverItems] = partition(merged, order, meta.mergeKey)
  const isMap = holdsObjects(originalList ?? [], patchList ?? [])
  setMember(original, key, weave(patchItems, serverItems, order, originalList ?? [], meta.mergeKey, isMap))
  delete patch[key]
}

interface ListRules { readonly strategy: string; readonly mergeKey: string; readonly isDeletion: boolean }

function mergeLists(original: Mutable[], patch: Mutable[], type: PatchType, rules: ListRules, options: MergeOptions): Mutable[] {
  if (rules.strategy !== 'merge' && !rules.isDeletion) return patch
  if (original.length === 0 && patch.length === 0) return original
  const isMap = holdsObjects(original, patch)
  let merged: Mutable[]
  let before = original
  let additions = patch
  if (!isMap) {
    if (options.applies && rules.isDeletion) return original.filter((item) => !patch.includes(item))
    merged = withoutRepeats([...original, ...patch])
  } else {
    if (rules.mergeKey === '') throw new PatchFailure(`cannot merge lists without merge key for ${type.kind}`)
    ;[before, additions] = applyElementDirectives(original, patch, rules.mergeKey)
    merged = mergeElements([...before], additions, rules.mergeKey, type, options)
    // Upstream works in the array of the original list, and orders by what is then left in it.
    if (!isReplacedBy(patch)) for (let index = 0; index < Math.min(original.length, merged.length); index++) original[index] = merged[index]!
  }
  const [patchItems, serverItems] = partition(merged, additions, rules.mergeKey)
  return weave(patchItems, serverItems, additions, before, rules.mergeKey, isMap)
}

function isReplacedBy(patch: readonly Mutable[]): boolean {
  return patch.some((element) => isObject(element) && element[directive] === 'replace')
}

/** Deletes in place as Go does: what follows moves up, and the last elements of the array stay behind it. */
function applyElementDirectives(original: Mutable[], patch: Mutable[], mergeKey: string): [Mutable[], Mutable[]] {
  let length = original.length
  const plain: Mutable[] = []
  for (const element of patch) {
    const object = element as MutableObject
    if (!hasMember(object, directive)) plain.push(element)
    else if (object[directive] === 'delete') {
      const value = mergeKeyOf(object, mergeKey)
      for (let at = findByKey(original.slice(0, length), mergeKey, value); at >= 0; at = findByKey(original.slice(0, length), mergeKey, value)) {
        original.copyWithin(at, at + 1, length)
        length--
      }
    } else if (object[directive] === 'merge') throw new PatchFailure('merging lists cannot yet be specified in the patch')
    else if (object[directive] !== 'replace') throw patchErrors.badDirective(object[directive]!, object)
  }
  return isReplacedBy(patch) ? [plain, []] : [original.slice(0, length), plain]
}

function mergeElements(original: Mutable[], patch: readonly Mutable[], mergeKey: string, type: PatchType, options: MergeOptions): Mutable[] {
  for (const element of patch) {
    const at = findByKey(original, mergeKey, mergeKeyOf(element, mergeKey))
    if (at < 0) original.push(element)
    else original[at] = mergeMaps(original[at] as MutableObject, element as MutableObject, type, options)
  }
  return original
}

function mergeMember(original: MutableObject, patchKey: string, value: Mutable, type: PatchType, options: MergeOptions): void {
  const isDeletion = patchKey.startsWith(deletePrefix)
  if (isDeletion && !options.applies) {
    original[patchKey] = value
    return
  }
  const key = isDeletion ? keyBehind(patchKey, deletePrefix) : patchKey
  if (value === null) {
    delete original[key]
    if (options.applies) return
  }
  const current = hasMember(original, key) ? original[key]! : undefined
  if (current === undefined || goTypeName(current) !== goTypeName(value)) {
    if (!isDeletion) put(original, key, value, options)
  } else if (isObject(current)) {
    const meta = fieldMeta(type, key)
    setMember(original, key, meta.strategy === 'replace' ? value : mergeMaps(current, value as MutableObject, meta.type, options))
  } else if (Array.isArray(current)) {
    const meta = listMeta(type, key)
    setMember(original, key, mergeLists(current, value as Mutable[], meta.type, { strategy: meta.strategy, mergeKey: meta.mergeKey, isDeletion }, options))
  } else {
    setMember(original, key, value)
  }
}

/** Merges a patch into an object; both belong to the caller and are changed. */
export function mergeMaps(original: MutableObject, patch: MutableObject, type: PatchType, options: MergeOptions): MutableObject {
  if (hasMember(patch, directive)) {
    const value = patch[directive]!
    if (value === 'replace') {
      delete patch[directive]
      return patch
    }
    if (value === 'delete') return {}
    throw patchErrors.badDirective(value, patch)
  }
  applyRetainKeys(original, patch, options)
  mergeOrderedLists(original, patch, type, options)
  for (const key of Object.keys(patch)) mergeMember(original, key, patch[key]!, type, options)
  return original
}

/**
 * Applies a strategic merge patch.
 * @param type of the object, from `patchTypeOf`
 * @returns a new object; the input is not changed
 */
export function applyStrategicMergePatch(original: JsonObject, patch: JsonObject, type: PatchType): { result: MutableObject } | PatchError {
  return attempt(() => ({ result: mergeMaps(cloneJson(original) as MutableObject, cloneJson(patch) as MutableObject, type, { applies: true }) }))
}
