/** Sums and comparisons of resource lists. Models apiserver/pkg/quota/v1 and component-helpers/resource (v1.35). */

import { addQuantities, compareQuantities, formatQuantity, mustParseQuantity, subQuantities } from './quantity.ts'
import type { ResourceList } from './types.ts'

/** a + b; a resource that only one has is taken over in its canonical text. */
export function addResourceLists(a: ResourceList, b: ResourceList): ResourceList {
  const sum: ResourceList = { ...a }
  for (const resource of Object.keys(b)) {
    const other: unknown = sum[resource]
    sum[resource] = typeof other !== 'string' ? formatQuantity(mustParseQuantity(b[resource]!)) : addQuantities(other, b[resource]!)
  }
  return sum
}

/** The sum of any number of lists. */
export function sumResourceLists(lists: Iterable<ResourceList | undefined>): ResourceList {
  let sum: ResourceList = {}
  for (const list of lists) if (list !== undefined) sum = addResourceLists(sum, list)
  return sum
}

/** a - b; a resource that only b has becomes negative. */
export function subtractResourceLists(a: ResourceList, b: ResourceList): ResourceList {
  const difference: ResourceList = { ...a }
  for (const resource of Object.keys(b)) difference[resource] = subQuantities(Object.hasOwn(difference, resource) ? difference[resource]! : '0', b[resource]!)
  return difference
}

/** Per resource the greater of both. */
export function maxResourceLists(a: ResourceList, b: ResourceList): ResourceList {
  const max: ResourceList = { ...a }
  for (const resource of Object.keys(b)) {
    const other: unknown = max[resource]
    if (typeof other !== 'string' || compareQuantities(b[resource]!, other) > 0) max[resource] = b[resource]!
  }
  return max
}

/** True when both have the same resources with equal values. */
export function equalResourceLists(a: ResourceList, b: ResourceList): boolean {
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => b[key] !== undefined && compareQuantities(a[key]!, b[key]) === 0)
}
