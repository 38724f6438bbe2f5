/** --sort-by. Models k8s.io/kubectl/pkg/cmd/get sorter (v1.35). */

import { sortByPath } from '../../api/jsonpath/printers.ts'
import type { Table } from '../../api/request.ts'
import type { KubeObject } from '../../api/types.ts'
import { fail } from '../failures.ts'

/** The rows in order of a field of their objects; undefined when no object has the field. */
export function sortTableRows(table: Table, path: string): Table | undefined {
  if (table.rows.length === 0) return table
  const order = sortByPath(table.rows.map((row) => row.object), path)
  if ('error' in order) return undefined
  return { ...table, rows: order.flatMap((index) => table.rows[index] ?? []) }
}

/** Objects in order of a field. */
export function sortObjects(objects: readonly KubeObject[], path: string): readonly KubeObject[] {
  if (objects.length === 0) return objects
  const order = sortByPath(objects, path)
  if ('error' in order) throw fail(order.error)
  return order.flatMap((index) => objects[index] ?? [])
}
