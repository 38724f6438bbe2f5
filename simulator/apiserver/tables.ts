/** Tables of objects as `Accept: ...;as=Table` gets them. */

import type { KindInfo } from '../api/kinds.ts'
import type { RequestQuery, Table } from '../api/request.ts'
import { tableFor } from '../api/tables/table.ts'
import type { KubeObject } from '../api/types.ts'
import type { ServerClock } from './ports.ts'

/** The Table of some objects of one kind now. Rows carry what the query asks for of their objects: their metadata by default. */
export function toTable(kind: KindInfo, objects: readonly KubeObject[], clock: ServerClock, resourceVersion: number, { includeObject }: RequestQuery = {}): Table {
  const table = tableFor(kind, objects, clock.nowMs, { resourceVersion: String(resourceVersion) }, clock.epochMs)
  return includeObject === 'Object' ? { ...table, rows: table.rows.map((row, index) => ({ ...row, object: objects[index] ?? row.object })) } : table
}
