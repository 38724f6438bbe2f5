/** Values at paths of objects, and their comparison. */

import { compareQuantities, isQuantityError, parseQuantity } from '../../simulator/api/quantity.ts'
import type { Comparison, Scalar } from './check.ts'

/**
 * Values at a dotted path. `[n]` takes an element, `[*]` all, `[key=value]` those with a field of that text;
 * a part in double quotes may hold dots: metadata.labels."app.kubernetes.io/name".
 * @returns all values found, undefined ones left out
 */
export function valuesAt(root: unknown, path: string): unknown[] {
  let values: unknown[] = [root]
  for (const part of partsOf(path)) {
    values = values.flatMap((value) => step(value, part)).filter((value) => value !== undefined && value !== null)
  }
  return values
}

function partsOf(path: string): string[] {
  return path.match(/\[[^\]]*\]|"[^"]*"|[^.[\]"]+/g) ?? []
}

function step(value: unknown, part: string): unknown[] {
  if (part.startsWith('[')) return pick(value, part.slice(1, -1))
  const name = part.startsWith('"') ? part.slice(1, -1) : part
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
  return [(value as { [key: string]: unknown })[name]]
}

function pick(value: unknown, selector: string): unknown[] {
  const items = Array.isArray(value) ? value : typeof value === 'object' && value !== null ? Object.values(value) : []
  if (selector === '*') return items
  const equals = selector.indexOf('=')
  if (equals < 0) {
    const item = items[Number(selector)]
    return item === undefined ? [] : [item]
  }
  const field = selector.slice(0, equals)
  const wanted = selector.slice(equals + 1)
  return items.filter((item) => valuesAt(item, field).some((found) => String(found) === wanted))
}

/** How a value is shown to a learner. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  if (typeof value === 'string') return value === '' ? '""' : value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(showValue).join(', ')
  if (typeof value === 'object') {
    const entries = Object.entries(value as { [key: string]: unknown })
    return entries.length === 0 ? 'none' : entries.map(([key, item]) => `${key}=${showValue(item)}`).join(', ')
  }
  return typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : String(value)
}

/** Whether a found value passes a comparison. `startValue` is the one of T+00:00. */
export function passes(found: unknown, comparison: Comparison, startValue?: unknown): boolean {
  const { op, value } = comparison
  switch (op) {
    case 'exists':
      return found !== undefined && found !== null
    case 'missing':
      return found === undefined || found === null
    case 'unchangedSinceStart':
      return JSON.stringify(found) === JSON.stringify(startValue)
    case 'in':
      return Array.isArray(value) && value.some((item: Scalar) => compareValues(found, item) === 0)
    case 'contains':
      return Array.isArray(found) ? found.some((item) => compareValues(item, value as Scalar) === 0) : String(found ?? '').includes(String(value))
    case 'matches':
      return new RegExp(String(value)).test(String(found ?? ''))
    default:
      return passesOrder(found, op, value as Scalar)
  }
}

function passesOrder(found: unknown, op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte', value: Scalar): boolean {
  const order = compareValues(found, value)
  if (op === 'ne') return order !== 0
  if (order === undefined) return false
  if (op === 'eq') return order === 0
  if (op === 'lt') return order < 0
  if (op === 'lte') return order <= 0
  return op === 'gt' ? order > 0 : order >= 0
}

/** Negative, 0 or positive; undefined when the two cannot be compared. */
function compareValues(found: unknown, wanted: Scalar): number | undefined {
  if (found === undefined || found === null) return undefined
  if (typeof found === 'boolean' || typeof wanted === 'boolean') return String(found) === String(wanted) ? 0 : 1
  if (typeof found === 'number' && typeof wanted === 'number') return found - wanted
  const left = String(found)
  const right = String(wanted)
  if (left === right) return 0
  if (isQuantity(left) && isQuantity(right)) return compareQuantities(left, right)
  return left < right ? -1 : 1
}

function isQuantity(text: string): boolean {
  return /^[+-]?[0-9.]/.test(text) && !isQuantityError(parseQuantity(text))
}
