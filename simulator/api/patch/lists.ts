/** Lists in strategic merge patches: finding, ordering and sorting elements. Models apimachinery/pkg/util/strategicpatch (v1.35). */

import { compareText } from '../../kernel/text.ts'
import { goTypeName, goValueText, hasMember, isObject, PatchFailure } from './common.ts'
import type { Mutable, MutableObject } from './common.ts'

/** The member that holds a directive: replace, delete or merge. */
export const directive = '$patch'
/** Members that name what to take from a list of scalars. */
export const deletePrefix = '$deleteFromPrimitiveList'
/** Members that give the order of a list. */
export const orderPrefix = '$setElementOrder'
/** The member that names the only keys to keep. */
export const retainKeys = '$retainKeys'

/** Texts for patches that do not fit. */
export const patchErrors = {
  noMergeKey: (map: Mutable, key: string) => new PatchFailure(`map: ${goValueText(map)} does not contain declared merge key: ${key}`),
  badType: (expected: string, actual: Mutable) => new PatchFailure(`expected a ${expected}, but received a ${goTypeName(actual)}`),
  badDirective: (value: Mutable, map: Mutable) => new PatchFailure(`unknown patch type: ${goValueText(value)} in map: ${goValueText(map)}`),
  badOrder: () => new PatchFailure('invalid patch format of setElementOrder list'),
  badDeletion: () => new PatchFailure('invalid patch format of primitive list'),
  badRetainKeys: () => new PatchFailure('invalid patch format of retainKeys'),
} as const

/** The element as an object; anything else is an error. */
export function asObject(value: Mutable): MutableObject {
  if (!isObject(value)) throw patchErrors.badType('map[string]interface {}', value)
  return value
}

/** The merge key's value of an element; an element without it is an error. */
export function mergeKeyOf(element: Mutable, key: string): Mutable {
  const object = asObject(element)
  if (!hasMember(object, key)) throw patchErrors.noMergeKey(object, key)
  return object[key]!
}

/** True for lists of objects, false for lists of scalars; mixed and empty lists are errors. */
export function holdsObjects(...lists: Mutable[][]): boolean {
  const elements = lists.flat()
  if (elements.length === 0) throw new PatchFailure('no elements in any of the given slices')
  const type = goTypeName(elements[0])
  if (type === '[]interface {}') throw new PatchFailure('lists of lists are not supported')
  if (elements.some((element) => goTypeName(element) !== type)) throw new PatchFailure(`list element types are not identical: ${goValueText(lists)}`)
  return type === 'map[string]interface {}'
}

/** Where an element stands in a list by its merge key (or itself); -1 when it does not. */
function indexIn(list: readonly Mutable[], element: Mutable, key: string, isMap: boolean): number {
  const valueOf = (each: Mutable): Mutable | undefined => (isMap ? (isObject(each) ? each[key] : null) : each)
  const wanted = valueOf(element)
  return list.findIndex((each) => valueOf(each) === wanted)
}

/** Upstream's order function says yes when one of the two is not listed; so the insertion sort must be upstream's, too. */
function insertionSort(list: Mutable[], isLess: (a: Mutable, b: Mutable) => boolean): void {
  for (let end = 1; end < list.length; end++) {
    for (let at = end; at > 0 && isLess(list[at]!, list[at - 1]!); at--) [list[at], list[at - 1]] = [list[at - 1]!, list[at]!]
  }
}

/** Brings elements into the order of another list; deletions go to the end. */
export function inOrderOf(elements: readonly Mutable[], order: readonly Mutable[], key: string, isMap: boolean): Mutable[] {
  let kept = [...elements]
  let deleted: Mutable[] = []
  if (isMap) {
    for (const element of [...elements, ...order]) mergeKeyOf(element, key)
    deleted = kept.filter((element) => asObject(element)[directive] === 'delete')
    kept = kept.filter((element) => asObject(element)[directive] !== 'delete')
  }
  insertionSort(kept, (a, b) => {
    const first = indexIn(order, a, key, isMap)
    const second = first < 0 ? -1 : indexIn(order, b, key, isMap)
    return second < 0 || first < second
  })
  return [...kept, ...deleted]
}

/** Weaves elements that only the server has into those of the patch, keeping both orders. */
export function weave(patchItems: readonly Mutable[], serverItems: readonly Mutable[], patchOrder: readonly Mutable[], serverOrder: readonly Mutable[], key: string, isMap: boolean): Mutable[] {
  const right = inOrderOf(patchItems, patchOrder, key, isMap)
  const left = inOrderOf(serverItems, serverOrder, key, isMap)
  const woven: Mutable[] = []
  while (left.length > 0 && right.length > 0) {
    const first = indexIn(serverOrder, left[0]!, key, isMap)
    const second = indexIn(serverOrder, right[0]!, key, isMap)
    woven.push(first >= 0 && second >= 0 && first < second ? left.shift()! : right.shift()!)
  }
  return [...woven, ...left, ...right]
}

/** Parts a list into elements that another list names and those that it does not. */
export function partition(list: readonly Mutable[], by: readonly Mutable[], key: string): [Mutable[], Mutable[]] {
  const isNamed = (element: Mutable): boolean => (key === '' ? by.includes(element) : findByKey(by, key, mergeKeyOf(element, key)) >= 0)
  return [list.filter(isNamed), list.filter((element) => !isNamed(element))]
}

/** The index of the object whose merge key has a value; -1 when there is none. */
export function findByKey(list: readonly Mutable[], key: string, value: Mutable): number {
  return list.findIndex((element, index) => {
    if (!isObject(element)) throw new PatchFailure(`value for key ${index} is not a map`)
    return hasMember(element, key) && element[key] === value
  })
}

/** Orders scalars as their texts, in place. */
export function sortScalars(list: Mutable[]): Mutable[] {
  return list.sort((a, b) => compareText(goValueText(a), goValueText(b)))
}

/** Removes repeats the way upstream does: the last element takes the place of a repeat. */
export function withoutRepeats(list: readonly Mutable[]): Mutable[] {
  const result = [...list]
  for (let first = 0; first < result.length; first++) {
    for (let second = first + 1; second < result.length; second++) {
      if (result[first] !== result[second]) continue
      const last = result.pop()!
      if (second < result.length) result[second] = last
      second--
    }
  }
  return result
}

/** Objects in the order of the texts of their merge keys. */
export function sortByKey(list: readonly Mutable[], key: string): Mutable[] {
  return list.toSorted((a, b) => compareText(goValueText(asObject(a)[key]), goValueText(asObject(b)[key])))
}
