/** What the rows of all kinds share: cells, ages and short texts. Models kubernetes/pkg/printers/internalversion (v1.35). */

import { compareText } from '../../kernel/text.ts'
import { formatQuantity, isQuantityError, parseQuantity } from '../quantity.ts'
import { ageOf, humanDuration, parseTimestamp } from '../time.ts'
import type { Container, KubeObject, StringMap } from '../types.ts'

/** A cell of a table. */
export type Cell = string | number | boolean | null

/** When a table is made. `epochMs` is T+00:00 in milliseconds since 1970. */
export interface TableTime { readonly nowMs: number; readonly epochMs: number }

/** The cells of one object, in the order of the columns. */
export type RowMaker = (object: KubeObject, at: TableTime) => Cell[]

/** A member of an object that may not be there; tables read many fields that types do not declare. */
export type Fields = { readonly [field: string]: unknown }

/** An object's part as fields; {} when it is not there. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** A list of objects; [] when it is not there. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : []
}

/** A text; '' when it is not there. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A number; 0 when it is not there. */
export function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** The first text that is not empty. */
export function firstText(...values: unknown[]): string {
  return values.map(text).find((value) => value !== '') ?? ''
}

/** The AGE of an object. */
export function age(object: KubeObject, { nowMs, epochMs }: TableTime): string {
  return ageOf(object.metadata.creationTimestamp, nowMs, epochMs)
}

/** How long ago a time was. */
export function since(timestamp: unknown, { nowMs, epochMs }: TableTime): string {
  return ageOf(typeof timestamp === 'string' ? timestamp : undefined, nowMs, epochMs)
}

/** The time between two timestamps; until now without the second. */
export function between(start: unknown, end: unknown, { nowMs, epochMs }: TableTime): string {
  const startMs = parseTimestamp(text(start), epochMs)
  if (startMs === undefined) return ''
  return humanDuration((parseTimestamp(text(end), epochMs) ?? nowMs) - startMs)
}

/** The name of an object. */
export function nameOf(object: KubeObject): string {
  return object.metadata.name ?? ''
}

/** Labels as `a=b,c=d`; `<none>` without any. */
export function formatLabels(labels: unknown): string {
  const map = fieldsOf(labels) as StringMap
  const pairs = Object.keys(map).sort(compareText).map((key) => `${key}=${map[key]}`)
  return pairs.length === 0 ? '<none>' : pairs.join(',')
}

/** Names and images of containers. */
export function containerCells(containers: unknown): [string, string] {
  const list = listOf(containers) as unknown as Container[]
  return [list.map((container) => container.name).join(','), list.map((container) => container.image ?? '').join(',')]
}

/** Entries of a list up to a number, and how many there are more. */
export function listWithMore(entries: readonly string[], shownMax: number, empty: string): string {
  const shown = entries.slice(0, shownMax).join(',')
  if (entries.length > shownMax) return `${shown} + ${entries.length - shownMax} more...`
  return shown === '' ? empty : shown
}

/** A quantity as the API prints it; '0' when it is not there. */
export function quantity(value: unknown): string {
  if (value === undefined || value === null) return '0'
  const parsed = parseQuantity(text(value))
  return isQuantityError(parsed) ? text(value) : formatQuantity(parsed)
}

/** The status of the condition of a type; undefined when there is none. */
export function conditionStatus(conditions: unknown, type: string): string | undefined {
  const condition = listOf(conditions).find((each) => each['type'] === type)
  return condition === undefined ? undefined : text(condition['status'])
}
