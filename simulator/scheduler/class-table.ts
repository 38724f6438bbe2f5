/**
 * What is known about each node for one class of pods: the verdict of the node-local filters and the raw scores of the
 * node-local score plugins. A row is good as long as the node's generation is the one it was made for; so after one
 * binding one row is made again.
 */

import type { ClusterCache } from './cluster-cache.ts'
import type { CompiledProfile } from './compiled-profile.ts'
import type { Cycle } from './framework.ts'
import type { PluginStatus } from './status.ts'
import { withPlugin } from './status.ts'

/** Statuses by number; 0 is success. */
export class StatusTable {
  private readonly idOf = new Map<string, number>()
  private readonly statuses: PluginStatus[] = [{ code: 'success', reasons: [] }]

  get(id: number): PluginStatus { return this.statuses[id] }

  intern(status: PluginStatus, plugin: string): number {
    if (status.code === 'success') return 0
    const key = `${plugin}\n${status.code}\n${status.reasons.join('\n')}`
    let id = this.idOf.get(key)
    if (id === undefined) {
      id = this.statuses.length
      this.idOf.set(key, id)
      this.statuses.push(withPlugin(status, plugin))
    }
    return id
  }
}

export class ClassTable {
  /** Node generation for which `verdicts` holds; 0 for none. */
  generations: Int32Array
  verdicts: Int32Array
  /** Node generation for which the scores hold. */
  scoredAt: Int32Array
  /** Raw scores of each score plugin. */
  raws: Int32Array[]

  constructor(capacity: number, rawCount: number) {
    this.generations = new Int32Array(capacity)
    this.verdicts = new Int32Array(capacity)
    this.scoredAt = new Int32Array(capacity)
    this.raws = Array.from({ length: rawCount }, () => new Int32Array(capacity))
  }

  /** Runs the node-local filters on a node and keeps the answer. */
  judge(cycle: Cycle, profile: CompiledProfile, statuses: StatusTable, index: number): number {
    const { cache } = cycle
    this.generations[index] = cache.generations[index]
    const verdict = localVerdict(cycle, profile, statuses, index)
    this.verdicts[index] = verdict
    return verdict
  }
}

/** The first rejection by a node-local filter, as a status number. */
export function localVerdict(cycle: Cycle, profile: CompiledProfile, statuses: StatusTable, index: number): number {
  const slot = cycle.cache.getSlot(index)
  for (const { plugin } of profile.localFilters) {
    const status = plugin.filter(cycle, slot, undefined)
    if (status.code !== 'success') return statuses.intern(status, plugin.name)
  }
  return 0
}

const tablesMax = 96

/** The tables of the classes that were scheduled last. */
export class ClassTables {
  private readonly tables = new Map<number, ClassTable>()
  private lastId = -1
  private last: ClassTable | undefined

  of(classId: number, cache: ClusterCache, rawCount: number): ClassTable {
    if (classId === this.lastId && this.last !== undefined && this.last.verdicts.length === cache.slotCapacity) return this.last
    let table = this.tables.get(classId)
    if (table !== undefined) this.tables.delete(classId)
    if (table === undefined || table.verdicts.length !== cache.slotCapacity) table = this.make(cache, rawCount)
    this.tables.set(classId, table)
    this.lastId = classId
    this.last = table
    return table
  }

  /** The table that was not used for the longest time makes room. */
  private make(cache: ClusterCache, rawCount: number): ClassTable {
    if (this.tables.size >= tablesMax) {
      for (const oldest of this.tables.keys()) {
        this.tables.delete(oldest)
        break
      }
    }
    return new ClassTable(cache.slotCapacity, rawCount)
  }
}
