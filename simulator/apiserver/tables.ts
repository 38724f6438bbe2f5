/** Tables of objects as `Accept: ...;as=Table` gets them. */

import type { KindInfo } from '../api/kinds.ts'
import type { Table } from '../api/request.ts'
import type { KubeObject } from '../api/types.ts'
import type { SimTimeMs } from '../kernel/event-queue.ts'

/** The Table of some objects of one kind at a moment. */
export function toTable(kind: KindInfo, objects: readonly KubeObject[], _nowMs: SimTimeMs, resourceVersion: number): Table {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: String(resourceVersion) },
    columnDefinitions: [{ name: 'Name', type: 'string', format: 'name', description: `Name of the ${kind.kind}.`, priority: 0 }],
    rows: objects.map((object) => ({ cells: [object.metadata.name ?? ''], object })),
  }
}
