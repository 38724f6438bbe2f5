/** Tables of objects as `Accept: ...;as=Table` gets them. */

import type { KindInfo } from '../api/kinds.ts'
import type { Table } from '../api/request.ts'
import { tableFor } from '../api/tables/table.ts'
import type { KubeObject } from '../api/types.ts'
import type { ServerClock } from './ports.ts'

/** The Table of some objects of one kind now. */
export function toTable(kind: KindInfo, objects: readonly KubeObject[], clock: ServerClock, resourceVersion: number): Table {
  return tableFor(kind, objects, clock.nowMs, { resourceVersion: String(resourceVersion) }, clock.epochMs)
}
