/** Comparing a recorded answer with ours, as JSON values. */

import type { CaseResult, JsonValue, Row } from './runner.ts'

function isZero(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** Deep equality of JSON values; key order means nothing. With `absentIsZero`, a missing member equals a zero value. */
export function jsonEqual(a: unknown, b: unknown, absentIsZero = false): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return absentIsZero && isZero(a) && isZero(b) && (a === undefined || b === undefined || a === null || b === null)
  if (Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index], absentIsZero))
  const left = a as { [key: string]: unknown }
  const right = b as { [key: string]: unknown }
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (left[key] === undefined && right[key] === undefined) continue
    if (absentIsZero && (left[key] === undefined || right[key] === undefined) && isZero(left[key]) && isZero(right[key])) continue
    if (!absentIsZero && (left[key] === undefined || right[key] === undefined)) return false
    if (!jsonEqual(left[key], right[key], absentIsZero)) return false
  }
  return true
}

/** The verdict on a row whose `expect` must equal our answer. A missing member counts as a zero value. */
export function verdict(row: Row, actual: unknown, expected: unknown = row['expect']): CaseResult {
  const name = String(row['name'])
  if (jsonEqual(expected, actual, true)) return { name, ok: true }
  return { name, ok: false, expected, actual }
}

/** A member of a row as an object. */
export function objectOf(value: JsonValue | undefined): { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}

/** A member of a row as a text; '' when it is not there. */
export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
