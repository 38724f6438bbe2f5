/**
 * What is known about each node for one class of pods: the verdict of the node-local filters and the raw scores of the
 * node-local score plugins. A row is good as long as the node's generation is the one it was made for; so after one
 * binding one row is made again.
 */

import { BlockScan } from './block-scan.ts'
import type { CompiledProfile } from './compiled-profile.ts'
import type { ClusterCache, NodeSlot } from './cluster-cache.ts'
import type { Cycle, FilterPlugin, ScorePlugin } from './framework.ts'
import type { PluginStatus } from './status.ts'
import { withPlugin } from './status.ts'

/** Statuses by number; 0 is success. */
export class StatusTable {
  private readonly idOf = new Map<string, number>()
  private readonly idOfObject = new WeakMap<PluginStatus, number>()
  private lastInterned: PluginStatus | undefined
  private lastId = 0
  private lastStatus: PluginStatus | undefined
  private lastNamed: PluginStatus | undefined
  private readonly statuses: PluginStatus[] = [{ code: 'success', reasons: [] }]

  get(id: number): PluginStatus { return this.statuses[id] }
  get size(): number { return this.statuses.length }

  /** The number of a status. Plugins that return one object again and again are known by it. */
  intern(status: PluginStatus, plugin: string): number {
    if (status === this.lastInterned) return this.lastId
    if (status.code === 'success') return 0
    let id = this.idOfObject.get(status)
    if (id === undefined) {
      id = this.internText(status, plugin)
      this.idOfObject.set(status, id)
    }
    this.lastInterned = status
    this.lastId = id
    return id
  }

  /** The status with the name of its plugin: one object, as long as it is the same status again and again. */
  named(status: PluginStatus, plugin: string): PluginStatus {
    if (status !== this.lastStatus || plugin !== this.lastNamed?.plugin) {
      this.lastStatus = status
      this.lastNamed = this.get(this.intern(status, plugin))
    }
    return this.lastNamed
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
  readonly traits: number
  /** Raw scores by slot, of plugins that normalize. */
  readonly raws: Int32Array
  /** True once any node had a raw score other than 0. */
  isUneven: boolean
}

/** A node-local filter at work for one class. */
interface LocalFilter { readonly plugin: FilterPlugin<unknown>; readonly traits: number }

const allTraits = -1
/** Nobody has looked at the node since it changed. */
export const unknown = -(2 ** 31)
const noSlots = new Int32Array(0)

/** Answers by node slot for one class of pods, filled when first asked for. A cache: a row says what the plugins would say now, or is `unknown`. */
export class ClassTable {
  /** Per slot: the weighted sum of the scores that need no normalization; of a node that was rejected, less than 0, the status number; or `unknown`. */
  readonly answers: Int32Array
  /** The answers in scheduling order, summed up. */
  readonly blocks = new BlockScan()
  /** Up to which change of the cache the answers hold. */
  private cursor = 0
  /** Generations of nodes and what was found then of the nodes without their pods of lower priority. Made when preemption first asks. */
  private liftedGenerations = noSlots
  private liftedVerdicts = noSlots
  private readonly spareRaws: Int32Array[] = []
  private filters: LocalFilter[] = []
  /** Plugins whose scores are in `plainTotals`. */
  private plain: LocalScore[] = []
  /** Plugins that normalize over the feasible nodes. */
  normalized: LocalScore[] = []
  /** The error of a PreScore, if any. */
  problem: PluginStatus | undefined

  constructor(capacity: number) {
    this.answers = new Int32Array(capacity)
  }

  /**
   * Empties the table for the class of a cycle. It may have been another's: columns are costly to make.
   * @param skipped PreFilter plugins that have nothing to do for the class
   */
  assign(cycle: Cycle, profile: CompiledProfile, skipped: readonly boolean[]): void {
    this.answers.fill(unknown)
    this.blocks.markAll()
    this.cursor = cycle.cache.changes.count
    this.liftedGenerations.fill(0)
    this.filters = []
    for (const { plugin, stateAt } of profile.localFilters) if (stateAt < 0 || !skipped[stateAt]) this.filters.push({ plugin, traits: plugin.filterTraits ?? allTraits })
    for (const { raws } of this.normalized) this.spareRaws.push(raws)
    this.plain = []
    this.normalized = []
    this.problem = undefined
    for (const { plugin, weight } of profile.scores) if (plugin.isNodeLocal) this.addScore(cycle, plugin, weight)
  }

  private addScore(cycle: Cycle, plugin: ScorePlugin<unknown>, weight: number): void {
    const prepared = plugin.preScore?.(cycle, noSlots, 0)
    if (prepared?.status.code === 'skip') return
    if (prepared !== undefined && prepared.status.code !== 'success') this.problem = prepared.status
    const isPlain = plugin.normalize === undefined
    const raws = isPlain ? noSlots : (this.spareRaws.pop() ?? new Int32Array(this.answers.length))
    const score: LocalScore = { plugin, weight, state: prepared?.state, traits: plugin.scoreTraits ?? allTraits, raws, isUneven: false }
    if (isPlain) this.plain.push(score)
    else this.normalized.push(score)
  }

  /** Forgets what was known of nodes that have changed. */
  follow({ changes }: ClusterCache): void {
    if (this.cursor === changes.count) return
    const start = changes.startOf(this.cursor)
    this.cursor = changes.count
    const { answers } = this
    if (start < 0) {
      answers.fill(unknown)
      this.blocks.markAll()
      return
    }
    const { slots } = changes
    for (let i = start; i < slots.length; i++) {
      answers[slots[i]] = unknown
      this.blocks.mark(slots[i])
    }
  }

  /** Filters and scores a node and keeps the answer, which is returned. */
  judge(cycle: Cycle, statuses: StatusTable, index: number): number {
    const slot = cycle.cache.getSlot(index)
    const verdict = this.verdictOf(cycle, statuses, slot)
    const answer = verdict === 0 ? this.scoreRow(cycle, slot, index) : -verdict
    this.answers[index] = answer
    return answer
  }

  /** The first rejection by a node-local filter, as a status number, of the node as it is now. */
  verdictOf(cycle: Cycle, statuses: StatusTable, slot: NodeSlot): number {
    const { filters } = this
    const traits = cycle.cache.traits[slot.index]
    for (let i = 0; i < filters.length; i++) {
      const filter = filters[i]
      if (filter.traits !== allTraits && (filter.traits & traits) === 0) continue
      const status = filter.plugin.filter(cycle, slot, undefined)
      if (status.code !== 'success') return statuses.intern(status, filter.plugin.name)
    }
    return 0
  }

  /**
   * The first rejection of a node as it would be without its pods of lower priority, as a status number.
   * @returns -1 when there are no such pods
   */
  liftedVerdict(cycle: Cycle, statuses: StatusTable, slot: NodeSlot): number {
    const { cache, podClass: { priority } } = cycle
    if (this.liftedVerdicts.length === 0) {
      this.liftedGenerations = new Int32Array(this.answers.length)
      this.liftedVerdicts = new Int32Array(this.answers.length)
    }
    const { index } = slot
    if (this.liftedGenerations[index] !== cache.generations[index]) {
      this.liftedGenerations[index] = cache.generations[index]
      const lower = slot.pods.filter((entry) => entry.podClass.priority < priority)
      this.liftedVerdicts[index] = lower.length === 0 ? -1 : cache.without(slot, lower, () => this.verdictOf(cycle, statuses, slot))
    }
    return this.liftedVerdicts[index]
  }

  /** @returns the sum of the scores that need no normalization */
  private scoreRow(cycle: Cycle, slot: NodeSlot, index: number): number {
    const { plain, normalized } = this
    const traits = cycle.cache.traits[index]
    let total = 0
    for (let i = 0; i < plain.length; i++) total += plain[i].weight * (plain[i].plugin.score?.(cycle, slot, plain[i].state) ?? 0)
    for (let i = 0; i < normalized.length; i++) {
      const score = normalized[i]
      const raw = score.traits === allTraits || (score.traits & traits) !== 0 ? (score.plugin.score?.(cycle, slot, score.state) ?? 0) : 0
      score.raws[index] = raw
      if (raw !== 0) score.isUneven = true
    }
    return total
  }
}

const tablesMax = 96

const seenMax = 4096

/**
 * The tables of the classes that were scheduled last. A class gets one of its own when it comes again: pods of which no
 * two are alike share a single one.
 */
export class ClassTables {
  private readonly tables = new Map<number, ClassTable>()
  private readonly seen = new Set<number>()
  /** The table of a class that was not seen before. */
  private guest: ClassTable | undefined
  private lastId = -1
  private last: ClassTable | undefined

  of(cycle: Cycle, profile: CompiledProfile, skipped: readonly boolean[]): ClassTable {
    const { cache, podClass: { id: classId } } = cycle
    const capacity = cache.slotCapacity
    if (classId === this.lastId && this.last?.answers.length === capacity) {
      this.last.follow(cache)
      if (this.last === this.guest) this.keepGuest(classId, this.last)
      return this.last
    }
    let table = this.tables.get(classId)
    if (table !== undefined) this.tables.delete(classId)
    if (table?.answers.length !== capacity) {
      table = this.pick(classId, capacity)
      table.assign(cycle, profile, skipped)
    } else table.follow(cache)
    if (table !== this.guest) this.tables.set(classId, table)
    this.lastId = classId
    this.last = table
    return table
  }

  /** The class has come again: the table becomes its own. */
  private keepGuest(classId: number, table: ClassTable): void {
    this.guest = this.oldest(table.answers.length)
    this.tables.set(classId, table)
  }

  /** False for the table of a class that came only once: what is made for it will not be used again. */
  isKept(table: ClassTable): boolean {
    return table !== this.guest
  }

  private pick(classId: number, capacity: number): ClassTable {
    if (this.seen.has(classId)) return this.oldest(capacity) ?? new ClassTable(capacity)
    if (this.seen.size >= seenMax) this.seen.clear()
    this.seen.add(classId)
    if (this.guest?.answers.length !== capacity) this.guest = new ClassTable(capacity)
    return this.guest
  }

  /** When there are enough tables, the one that was not used for the longest time. */
  private oldest(capacity: number): ClassTable | undefined {
    if (this.tables.size < tablesMax) return undefined
    for (const [classId, table] of this.tables) {
      this.tables.delete(classId)
      return table.answers.length === capacity ? table : undefined
    }
    return undefined
  }
}
