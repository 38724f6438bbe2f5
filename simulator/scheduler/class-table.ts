/**
 * What is known about each node for one class of pods: the verdict of the node-local filters and the raw scores of the
 * node-local score plugins. A row is good as long as the node's generation is the one it was made for; so after one
 * binding one row is made again.
 */

import type { CompiledProfile } from './compiled-profile.ts'
import type { Cycle, ScorePlugin } from './framework.ts'
import type { PluginStatus } from './status.ts'
import { withPlugin } from './status.ts'

/** Statuses by number; 0 is success. */
export class StatusTable {
  private readonly idOf = new Map<string, number>()
  private readonly idOfObject = new WeakMap<PluginStatus, number>()
  private readonly statuses: PluginStatus[] = [{ code: 'success', reasons: [] }]

  get(id: number): PluginStatus { return this.statuses[id] }
  get size(): number { return this.statuses.length }

  /** The number of a status. Plugins that return one object again and again are known by it. */
  intern(status: PluginStatus, plugin: string): number {
    if (status.code === 'success') return 0
    let id = this.idOfObject.get(status)
    if (id === undefined) {
      id = this.internText(status, plugin)
      this.idOfObject.set(status, id)
    }
    return id
  }

  private internText(status: PluginStatus, plugin: string): number {
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

/** A node-local score plugin at work for one class. */
interface LocalScore {
  readonly plugin: ScorePlugin<unknown>
  readonly weight: number
  readonly state: unknown
  /** Raw scores by slot, of plugins that normalize. */
  readonly raws: Int32Array
  /** True once any node had a raw score other than 0. */
  isUneven: boolean
}

export class ClassTable {
  /** Node generation for which a row holds; 0 for none. */
  readonly generations: Int32Array
  readonly verdicts: Int32Array
  /** Weighted sum of the scores that need no normalization. */
  readonly plainTotals: Int32Array
  /** Plugins whose scores are in `plainTotals`. */
  private readonly plain: LocalScore[] = []
  /** Plugins that normalize over the feasible nodes. */
  readonly normalized: LocalScore[] = []
  /** The error of a PreScore, if any. */
  readonly problem: PluginStatus | undefined

  constructor(cycle: Cycle, profile: CompiledProfile) {
    const capacity = cycle.cache.slotCapacity
    this.generations = new Int32Array(capacity)
    this.verdicts = new Int32Array(capacity)
    this.plainTotals = new Int32Array(capacity)
    for (const { plugin, weight } of profile.scores) {
      if (!plugin.isNodeLocal) continue
      const prepared = plugin.preScore?.(cycle, noSlots, 0)
      if (prepared?.status.code === 'skip') continue
      if (prepared !== undefined && prepared.status.code !== 'success') this.problem = prepared.status
      const isPlain = plugin.normalize === undefined
      const score: LocalScore = { plugin, weight, state: prepared?.state, raws: new Int32Array(isPlain ? 0 : capacity), isUneven: false }
      if (isPlain) this.plain.push(score)
      else this.normalized.push(score)
    }
  }

  /** Filters and scores a node and keeps the answers. @returns the verdict as a status number */
  judge(cycle: Cycle, profile: CompiledProfile, statuses: StatusTable, index: number): number {
    this.generations[index] = cycle.cache.generations[index]
    const verdict = localVerdict(cycle, profile, statuses, index)
    this.verdicts[index] = verdict
    if (verdict === 0) this.scoreRow(cycle, index)
    return verdict
  }

  private scoreRow(cycle: Cycle, index: number): void {
    const slot = cycle.cache.getSlot(index)
    let total = 0
    for (const { plugin, weight, state } of this.plain) total += weight * (plugin.score?.(cycle, slot, state) ?? 0)
    this.plainTotals[index] = total
    for (const score of this.normalized) {
      const raw = score.plugin.score?.(cycle, slot, score.state) ?? 0
      score.raws[index] = raw
      if (raw !== 0) score.isUneven = true
    }
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

const noSlots = new Int32Array(0)
const tablesMax = 96

/** The tables of the classes that were scheduled last. */
export class ClassTables {
  private readonly tables = new Map<number, ClassTable>()
  private lastId = -1
  private last: ClassTable | undefined

  of(cycle: Cycle, profile: CompiledProfile): ClassTable {
    const { cache, podClass: { id: classId } } = cycle
    if (classId === this.lastId && this.last !== undefined && this.last.verdicts.length === cache.slotCapacity) return this.last
    let table = this.tables.get(classId)
    if (table !== undefined) this.tables.delete(classId)
    if (table === undefined || table.verdicts.length !== cache.slotCapacity) table = this.make(cycle, profile)
    this.tables.set(classId, table)
    this.lastId = classId
    this.last = table
    return table
  }

  /** The table that was not used for the longest time makes room. */
  private make(cycle: Cycle, profile: CompiledProfile): ClassTable {
    if (this.tables.size >= tablesMax) {
      for (const oldest of this.tables.keys()) {
        this.tables.delete(oldest)
        break
      }
    }
    return new ClassTable(cycle, profile)
  }
}
