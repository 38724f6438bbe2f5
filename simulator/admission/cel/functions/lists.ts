/** Lists and sets. Models apiserver/pkg/cel/library/lists.go (v1.35) and cel-go/ext lists and sets (v0.26). */

import type { CelValue } from '../values.ts'
import { CelDuration, CelError, CelOptional, CelUint, compareValues, equalValues, isList, keyOf } from '../values.ts'
import type { CelFunction, CelFunctions } from './function.ts'
import { operatorFunctions } from './operators.ts'

type List = readonly CelValue[]

function ofList(run: (list: List, rest: List) => CelValue | undefined): CelFunction {
  return ([list, ...rest]) => (isList(list!) ? run(list, rest) : undefined)
}

function ofTwo(run: (a: List, b: List) => CelValue): CelFunction {
  return ([a, b]) => (isList(a!) && isList(b!) ? run(a, b) : undefined)
}

/** True for lists of values that have an order: the others have no such function. */
function isOrdered(list: List): boolean {
  return list.length === 0 || !(compareValues(list[0]!, list[0]!) instanceof CelError)
}

/** The element that goes before all others; the error of those that have no order. */
function extreme(name: string, isBetter: (order: number) => boolean): CelFunction {
  return ofList((list) => {
    if (!isOrdered(list)) return undefined
    let best = list[0]
    if (best === undefined) return new CelError(`${name} called on empty list`)
    for (const item of list) {
      const order = compareValues(item, best)
      if (order instanceof CelError) return order
      if (isBetter(order)) best = item
    }
    return best
  })
}

function zeroOf(value: CelValue | undefined): CelValue {
  if (value instanceof CelDuration) return new CelDuration(0n)
  if (value instanceof CelUint) return new CelUint(0n)
  return typeof value === 'number' ? 0 : 0n
}

function sum(list: List): CelValue | undefined {
  if (list.length > 0 && !(list[0] instanceof CelDuration || list[0] instanceof CelUint || ['bigint', 'number'].includes(typeof list[0]))) return undefined
  let total = zeroOf(list[0])
  for (const item of list) {
    const next = operatorFunctions['_+_']!([total, item])!
    if (next instanceof CelError) return next
    total = next
  }
  return total
}

function isSorted(list: List): CelValue | undefined {
  if (!isOrdered(list)) return undefined
  for (let index = 1; index < list.length; index++) {
    const order = compareValues(list[index - 1]!, list[index]!)
    if (order instanceof CelError) return order
    if (order > 0) return false
  }
  return true
}

function distinct(list: List): List {
  const kept: CelValue[] = []
  const others: CelValue[] = []
  const keys = new Set<string>()
  for (const item of list) {
    const key = keyOf(item)
    if (key === undefined ? others.some((other) => equalValues(other, item)) : keys.has(key)) continue
    if (key === undefined) others.push(item)
    else keys.add(key)
    kept.push(item)
  }
  return kept
}

/** The items in the order of their keys. */
function sortBy(list: List, keys: List): CelValue {
  if (list.length !== keys.length) return new CelError(`@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.length} and ${keys.length} elements respectively`)
  if (!isOrdered(keys)) return new CelError('list elements must be comparable')
  for (const key of keys) if (compareValues(keys[0]!, key) instanceof CelError) return new CelError('list elements must have the same type')
  const order = keys.map((_key, index) => index).sort((a, b) => (compareValues(keys[a]!, keys[b]!) as number) || a - b)
  return order.map((index) => list[index]!)
}

function flatten(list: List, depth: number): List {
  return list.flatMap((item) => (isList(item) && depth > 0 ? flatten(item, depth - 1) : [item]))
}

function slice(list: List, from: number, to: number): CelValue {
  if (from < 0 || to < 0) return new CelError(`cannot slice(${from}, ${to}), negative indexes not supported`)
  if (from > to) return new CelError(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`)
  if (to > list.length) return new CelError(`cannot slice(${from}, ${to}), list is length ${list.length}`)
  return list.slice(from, to)
}

function holdsAll(a: List, b: List): boolean {
  return b.every((item) => a.some((other) => equalValues(item, other)))
}

function range(count: CelValue | undefined): CelValue | undefined {
  return typeof count === 'bigint' ? Array.from({ length: Math.min(Number(count), 1_000_000) }, (_each, index) => BigInt(index)) : undefined
}

export const listFunctions: CelFunctions = {
  isSorted: ofList(isSorted),
  sum: ofList(sum),
  min: extreme('min', (order) => order < 0),
  max: extreme('max', (order) => order > 0),
  indexOf: ofList((list, [value]) => BigInt(list.findIndex((item) => equalValues(item, value!)))),
  lastIndexOf: ofList((list, [value]) => BigInt(list.findLastIndex((item) => equalValues(item, value!)))),
  distinct: ofList(distinct),
  reverse: ofList((list) => list.toReversed()),
  sort: ofList((list) => sortBy(list, list)),
  '@sortByAssociatedKeys': ofTwo(sortBy),
  flatten: ofList((list, [depth = 1n]) => (typeof depth !== 'bigint' ? undefined : depth < 0n ? new CelError('level must be non-negative') : flatten(list, Number(depth)))),
  slice: ofList((list, [from, to]) => (typeof from === 'bigint' && typeof to === 'bigint' ? slice(list, Number(from), Number(to)) : undefined)),
  'lists.range': ([count]) => range(count),
  first: ofList((list) => new CelOptional(list[0])),
  last: ofList((list) => new CelOptional(list.at(-1))),
  'sets.contains': ofTwo(holdsAll),
  'sets.intersects': ofTwo((a, b) => a.some((item) => b.some((other) => equalValues(item, other)))),
  'sets.equivalent': ofTwo((a, b) => holdsAll(a, b) && holdsAll(b, a)),
}
