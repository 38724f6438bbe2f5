/** Columns of numbers with one row per node slot. */

import type { Node, StringMap } from '../api/types.ts'

/** What few nodes have; plugins that look at nothing else need not be asked about the others. */
export const nodeTraits = { isCordoned: 1, hasHardTaint: 2, hasSoftTaint: 4, hasImages: 8 } as const

/** The traits of a node, as bits. */
export function traitsOf({ spec, status }: Node): number {
  let traits = spec?.unschedulable === true ? nodeTraits.isCordoned : 0
  for (const { effect } of spec?.taints ?? []) traits |= effect === 'PreferNoSchedule' ? nodeTraits.hasSoftTaint : nodeTraits.hasHardTaint
  return (status?.images?.length ?? 0) > 0 ? traits | nodeTraits.hasImages : traits
}

/** A resource: what each node offers and what its pods take. Units as in pod-requests.ts. */
export interface ResourceColumn {
  readonly name: string
  allocatable: Float64Array
  requested: Float64Array
}

/** The value of one label per node, as a small number; -1 where the node has no such label. */
export interface TopologyColumn {
  readonly key: string
  valueIds: Int32Array
  readonly idOf: Map<string, number>
  readonly names: string[]
}

/** A column of zeros: allocatable and requested amounts of a resource per slot, millicores for CPU, whole units else. */
export function makeResourceColumn(name: string, capacity: number): ResourceColumn {
  return { name, allocatable: new Float64Array(capacity), requested: new Float64Array(capacity) }
}

/** A column for a node label: the id of its value per slot, -1 for a node without it. No value is known yet. */
export function makeTopologyColumn(key: string, capacity: number): TopologyColumn {
  return { key, valueIds: new Int32Array(capacity).fill(-1), idOf: new Map(), names: [] }
}

/** A longer copy of a column. */
export function grownFloats(old: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacity)
  grown.set(old)
  return grown
}

/** A longer copy of a column; new rows hold `fill`. */
export function grownInts(old: Int32Array, capacity: number, fill = 0): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacity)
  if (fill !== 0) grown.fill(fill)
  grown.set(old)
  return grown
}

/** Reads the label of one node into its row. */
export function setTopologyRow(column: TopologyColumn, row: number, labels: StringMap | undefined): void {
  const value = labels?.[column.key]
  if (value === undefined) {
    column.valueIds[row] = -1
    return
  }
  let id = column.idOf.get(value)
  if (id === undefined) {
    id = column.names.length
    column.idOf.set(value, id)
    column.names.push(value)
  }
  column.valueIds[row] = id
}
