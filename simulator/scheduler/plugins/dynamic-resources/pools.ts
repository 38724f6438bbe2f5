/** Devices that a node can use, by pool. Models dynamic-resource-allocation/structured GatherPools (v1.35). */

import { compileNodeSelector, matchesAnyTerm } from '../../../api/node-selector.ts'
import type { Node } from '../../../api/types.ts'
import { compareText } from '../../../kernel/text.ts'
import type { ResourceSlice } from './types.ts'

export interface Pool {
  readonly driver: string
  readonly name: string
  slices: ResourceSlice[]
  /** Not all slices of the generation are there yet, or a device is named twice. */
  isIncomplete: boolean
  isInvalid: boolean
}

function isForNode({ spec }: ResourceSlice, node: Node): boolean {
  if ((spec.nodeName ?? '') !== '') return spec.nodeName === node.metadata.name
  if (spec.allNodes === true) return true
  return spec.nodeSelector !== undefined && matchesAnyTerm(compileNodeSelector(spec.nodeSelector), node)
}

function addSlice(pools: Map<string, Pool>, slice: ResourceSlice): void {
  const { driver, pool: { name, generation } } = slice.spec
  const key = `${driver}/${name}`
  const pool = pools.get(key)
  if (pool === undefined) {
    pools.set(key, { driver, name, slices: [slice], isIncomplete: false, isInvalid: false })
    return
  }
  const known = pool.slices[0].spec.pool.generation
  if (generation < known) return
  if (generation > known) pool.slices = []
  pool.slices.push(slice)
}

function hasDuplicates({ slices }: Pool): boolean {
  const names = slices.flatMap((slice) => (slice.spec.devices ?? []).map((device) => device.name))
  return new Set(names).size < names.length
}

/** Counts slices of a pool on all nodes; undefined when there is a newer generation elsewhere. */
function sliceCount(all: readonly ResourceSlice[], { driver, name, slices }: Pool): number | undefined {
  const { generation } = slices[0].spec.pool
  const ofPool = all.filter(({ spec }) => spec.driver === driver && spec.pool.name === name)
  if (ofPool.some(({ spec }) => spec.pool.generation > generation)) return undefined
  return ofPool.filter(({ spec }) => spec.pool.generation === generation).length
}

/** The pools with devices for a node, sorted by name so that replays agree; upstream leaves their order open. */
export function poolsOfNode(all: readonly ResourceSlice[], node: Node): Pool[] {
  const pools = new Map<string, Pool>()
  for (const slice of all) if (slice.spec.perDeviceNodeSelection === undefined && isForNode(slice, node)) addSlice(pools, slice)
  const usable: Pool[] = []
  for (const pool of pools.values()) {
    const wanted = pool.slices[0].spec.pool.resourceSliceCount
    const count = pool.slices.length === wanted ? wanted : sliceCount(all, pool)
    if (count === undefined) continue
    usable.push({ ...pool, isIncomplete: count !== wanted, isInvalid: hasDuplicates(pool) })
  }
  return usable.sort((a, b) => compareText(a.driver, b.driver) || compareText(a.name, b.name))
}
