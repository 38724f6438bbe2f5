/**
 * One scheduling cycle: which nodes fit, which of them is best.
 * Models pkg/scheduler/schedule_one.go and framework/runtime (v1.35).
 */

import { bestOf, nthBest } from './best-node.ts'
import { bind, reserve, undo } from './binding-steps.ts'
import type { Bound } from './binding-steps.ts'
import { ClassTables, StatusTable, unknown } from './class-table.ts'
import type { ClassTable } from './class-table.ts'
import type { CompiledProfile } from './compiled-profile.ts'
import type { Binder, Cycle, FailedCycle, ObjectWriter, PostFilterResult } from './framework.ts'
import { schedulerReasons } from './messages.ts'
import { NodeScorer, scoreInDetail } from './node-scores.ts'
import type { ScoredNodes } from './node-scores.ts'
import { noPods, NodeVerdicts } from './node-verdicts.ts'
import type { Nominator } from './nominator.ts'
import { PluginStates } from './plugin-states.ts'
import type { PreFilterOutcome } from './plugin-states.ts'
import type { PermitWait } from './waiting.ts'
import { unresolvable, unschedulable } from './status.ts'
import type { PluginStatus } from './status.ts'
import type { PodClass } from './pod-class.ts'
import { VerdictTally } from './verdict-tally.ts'

const feasibleMin = 100
const percentMin = 5
/** From so many nodes on the search goes by blocks. */
const blocksFrom = 256

/**
 * How many feasible nodes are enough, of so many nodes. Models numFeasibleNodesToFind.
 * @param percentage of a profile; 0 adapts it to the number of nodes
 */
export function feasibleWanted(nodeCount: number, percentage = 0): number {
  if (nodeCount < feasibleMin) return nodeCount
  const percent = percentage === 0 ? Math.max(percentMin, 50 - Math.trunc(nodeCount / 125)) : percentage
  return Math.max(feasibleMin, Math.trunc((nodeCount * percent) / 100))
}

/** What PostFilter plugins may do beside reading. */
export interface FailurePorts extends ObjectWriter { pick(bound: number): number }

/**
 * Runs the scheduling cycles of one profile, one at a time: `begin`, `findFeasible`, `choose`, then `reserve` and
 * `bind`, or `postFilter`. A plugin's error is a status in `problem` or in the answer, never an exception.
 */
export class CycleRunner {
  readonly profile: CompiledProfile
  private readonly tables = new ClassTables()
  readonly statuses = new StatusTable()
  private readonly nominator: Nominator
  /** Why nodes were rejected in this cycle. */
  readonly tally = new VerdictTally(this.statuses)
  readonly verdicts: NodeVerdicts
  /** Where the next cycle begins to look. */
  nextStart = 0

  // The state of the cycle that runs.
  private cycle!: Cycle
  private table!: ClassTable
  private readonly plugins: PluginStates
  /** The last cycle, if it failed for reasons that hold for the next pod of the class too. */
  private lastFailure: { readonly podClass: PodClass; readonly changeCount: number; readonly objectsEpoch: number } | undefined
  private isRepeated = false
  /** Slots that fit; the first `feasibleCount` are valid. */
  feasible = new Int32Array(64)
  /** True: why nodes were rejected is kept only as long as none fits, which is all that an attempt needs. */
  isBrief = false
  feasibleCount = 0
  /** Slots with the highest score, where the search has found them; the first `bestCount` are valid. */
  private bestSlots = new Int32Array(64)
  private bestCount = 0
  /** False when `feasible` holds only the first of the nodes that fit, and where that search began. */
  private isListed = true
  private isInBlocks = false
  private searchedFrom = 0
  /** The first error of a filter; it ends the cycle. */
  problem: PluginStatus | undefined
  private readonly scorer = new NodeScorer()

  constructor(profile: CompiledProfile, nominator: Nominator) {
    this.profile = profile
    this.nominator = nominator
    this.plugins = new PluginStates(profile.preFilters)
    this.verdicts = new NodeVerdicts(profile, this.plugins, this.statuses, nominator)
  }

  /** Begins a cycle: runs the PreFilter plugins. */
  begin(cycle: Cycle): PreFilterOutcome {
    const { cache } = cycle
    this.cycle = cycle
    this.fitTo(cache.slotCapacity)
    this.feasibleCount = 0
    this.bestCount = 0
    this.isListed = true
    this.isInBlocks = false
    this.problem = undefined
    const outcome = this.plugins.begin(cycle)
    this.table = this.tables.of(cycle, this.profile, this.plugins.skipped)
    this.verdicts.begin(cycle, this.table)
    this.isRepeated = outcome.status.code === 'success' && outcome.nodeNames === undefined && this.isAsLast(cycle)
    this.tally.begin(cache, absentStatus(outcome), this.isRepeated)
    this.lastFailure = undefined
    return outcome
  }

  /**
   * Finds nodes that fit, of all or of those that PreFilter left. Fills `feasible`.
   * @param wantsAll looks at every node, where a real cycle stops when it has enough
   */
  findFeasible(nodeNames: ReadonlySet<string> | undefined, wantsAll = false): void {
    if (this.isRepeated) return this.noteFailure()
    const nominated = this.cycle.pod.status?.nominatedNodeName ?? ''
    const slot = nominated === '' ? undefined : this.cycle.cache.findSlot(nominated)
    if (slot?.node !== undefined) {
      this.scan(Int32Array.of(slot.index), 1)
      if (this.feasibleCount > 0) return
    }
    const order = this.cycle.cache.nodeOrder()
    const slots = nodeNames === undefined ? order : order.filter((index) => nodeNames.has(this.cycle.cache.getSlot(index).name))
    const wanted = wantsAll ? slots.length : this.profile.hasScores ? feasibleWanted(slots.length, this.profile.percentageOfNodesToScore) : 1
    this.searchedFrom = this.nextStart
    const looked = nodeNames === undefined && this.isPlain() ? this.scanPlainly(slots, wanted) : this.scan(slots, wanted)
    this.nextStart = (this.nextStart + looked) % order.length
    if (this.feasibleCount === 0 && nodeNames === undefined) this.noteFailure()
  }

  /** True when filters and scores are all in the class's table, as for most pods. */
  private isPlain(): boolean {
    return !this.verdicts.hasCrossFilters && this.nominator.size === 0 && this.hasPlainScores()
  }

  private hasPlainScores(): boolean {
    return this.profile.scores.every(({ plugin }) => plugin.scoreAll === undefined || plugin.isIndifferent?.(this.cycle) === true)
  }

  /** As `scan` for plain pods, with the best nodes found on the way. An attempt needs no list of the others. */
  private scanPlainly(slots: Int32Array, wanted: number): number {
    if (this.isBrief && slots.length >= blocksFrom && this.tables.isKept(this.table)) {
      const { blocks } = this.table
      blocks.sync(slots, this.cycle.cache.slotCapacity)
      const { found, looked, bestCount } = blocks.search(this.nextStart % slots.length, wanted, this.answerOf)
      if (found > 1) {
        this.feasibleCount = found
        this.bestCount = bestCount
        this.isListed = false
        this.isInBlocks = true
        return looked
      }
    }
    const { table, tally, feasible, bestSlots, isBrief } = this
    const { answers } = table
    const count = slots.length
    const start = count === 0 ? 0 : this.nextStart % count
    let found = 0
    let best = -1
    let bestCount = 0
    let at = start
    let end = count
    for (;;) {
      for (; at < end && found < wanted; at++) {
        const index = slots[at]
        let answer = answers[index]
        if (answer === unknown) answer = table.judge(this.cycle, this.statuses, index)
        if (answer < 0) {
          if (found === 0 || !isBrief) tally.reject(index, -answer)
          continue
        }
        if (!isBrief || found === 0) feasible[found] = index
        found++
        if (answer < best) continue
        if (answer > best) bestCount = 0
        best = answer
        bestSlots[bestCount++] = index
      }
      if (end !== count || start === 0 || found >= wanted) break
      at = 0
      end = start
    }
    this.feasibleCount = found
    this.bestCount = bestCount
    this.isListed = !isBrief || found <= 1
    return end === count ? at - start : count - start + at
  }

  private readonly answerOf = (index: number): number => {
    const answer = this.table.answers[index]
    return answer === unknown ? this.table.judge(this.cycle, this.statuses, index) : answer
  }

  /** Lists the feasible nodes of a search that has not done so. */
  private listFeasible(): void {
    const { feasible, feasibleCount, table: { answers } } = this
    const slots = this.cycle.cache.nodeOrder()
    let at = this.searchedFrom % slots.length
    for (let found = 0; found < feasibleCount; at = at + 1 === slots.length ? 0 : at + 1) if (answers[slots[at]] >= 0) feasible[found++] = slots[at]
    this.isListed = true
  }

  /**
   * Chooses among the feasible nodes.
   * @param pick draws one of several that are equally good
   * @returns the slot and how many were equally good, or the error of a plugin
   */
  choose(pick: (bound: number) => number): { readonly index: number; readonly bestCount: number } | PluginStatus {
    const { feasible, feasibleCount, bestSlots, bestCount, table, cycle } = this
    if (feasibleCount === 1) return { index: feasible[0], bestCount: 1 }
    const isSettled = bestCount > 0 && table.problem === undefined && table.normalized.every(({ isUneven, plugin }) => !isUneven || plugin.isIndifferent?.(cycle) === true)
    if (isSettled) {
      const rank = bestCount === 1 ? 0 : pick(bestCount)
      return { index: this.isInBlocks ? table.blocks.nth(rank, this.answerOf) : bestSlots[rank], bestCount }
    }
    if (!this.isListed) this.listFeasible()
    const totals = this.score()
    if (!(totals instanceof Float64Array)) return totals
    const best = bestOf(totals, feasibleCount)
    return { index: feasible[best.count === 1 ? best.at : nthBest(totals, best, pick(best.count))], bestCount: best.count }
  }

  /** Keeps in mind under which circumstances the pod fits nowhere. The next of its class will fare alike as long as they last. */
  private noteFailure(): void {
    const { cache, podClass, objectsEpoch } = this.cycle
    if (this.nominator.size === 0 && this.problem === undefined && this.verdicts.readsCacheOnly) {
      this.lastFailure = { podClass, changeCount: cache.changes.count, objectsEpoch }
    }
  }

  private isAsLast({ cache, pod, podClass, objectsEpoch }: Cycle): boolean {
    const { lastFailure: last } = this
    return last !== undefined && last.podClass === podClass && last.changeCount === cache.changes.count && last.objectsEpoch === objectsEpoch
      && this.nominator.size === 0 && (pod.status?.nominatedNodeName ?? '') === ''
  }

  /** @returns how many nodes were looked at */
  private scan(slots: Int32Array, wanted: number): number {
    const { table, tally, verdicts, feasible, bestSlots, isBrief } = this
    const tests = verdicts.crossTests()
    const hasPlainScores = this.hasPlainScores()
    let best = -1
    let bestCount = 0
    const hasCross = tests.length > 0
    const { answers } = table
    const count = slots.length
    const hasNominations = this.nominator.size > 0
    let found = 0
    let at = count === 0 ? 0 : this.nextStart % count
    let looked = 0
    while (looked < count && found < wanted) {
      const index = slots[at]
      looked++
      if (++at === count) at = 0
      let answer = answers[index]
      if (answer === unknown) answer = table.judge(this.cycle, this.statuses, index)
      let id = answer < 0 ? -answer : 0
      const ahead = hasNominations ? verdicts.nominatedAhead(index) : noPods
      if (ahead.length > 0) id = verdicts.withNominated(index, ahead)
      else if (id === 0 && hasCross) id = verdicts.testVerdict(tests, index)
      if (id === 0) {
        feasible[found++] = index
        if (answer > best) {
          best = answer
          bestCount = 0
        }
        if (answer === best) bestSlots[bestCount++] = index
      } else {
        if (found === 0 || !isBrief) tally.reject(index, id)
        if (hasCross && this.problem === undefined && this.statuses.get(id).code === 'error') this.problem = this.statuses.get(id)
      }
    }
    this.feasibleCount = found
    this.bestCount = hasPlainScores ? bestCount : 0
    return looked
  }

  // ---- scores ------------------------------------------------------------------------------------------------------

  /**
   * Scores the feasible nodes.
   * @returns totals in the order of `feasible`, less what is the same for all nodes, or the error of a plugin
   */
  score(): Float64Array | PluginStatus {
    return this.scorer.score(this.scoredNodes(), this.table)
  }

  /** As `score`, plugin by plugin and without the caches: raw and normalized scores before the weight. */
  scoreInDetail(onPlugin: (plugin: string, raw: Float64Array, scores: Float64Array) => void): PluginStatus | undefined {
    return scoreInDetail(this.scoredNodes(), onPlugin)
  }

  private scoredNodes(): ScoredNodes {
    const { cycle, profile, feasible, feasibleCount: count } = this
    return { cycle, profile, feasible, count, filterStateOf: (plugin) => this.plugins.stateOf(plugin) }
  }

  // ---- after the choice --------------------------------------------------------------------------------------------

  /** As `reserve` of binding-steps.ts, with what PreFilter left in this cycle. */
  reserve(cycle: Cycle, nodeName: string): PluginStatus | readonly PermitWait[] | undefined {
    return reserve(this.atWork(), cycle, nodeName)
  }

  /** As `bind` there. */
  bind(cycle: Cycle, nodeName: string, binder: Binder & ObjectWriter): PluginStatus | undefined {
    return bind(this.atWork(), cycle, nodeName, binder)
  }

  /** As `undo` there. */
  undo(cycle: Cycle, nodeName: string, status: PluginStatus): PluginStatus {
    return undo(this.atWork(), cycle, nodeName, status)
  }

  private atWork(): Bound {
    return { profile: this.profile, plugins: this.plugins }
  }

  /** Makes the states of plugins anew for a pod that has waited; they do not outlast their cycle. */
  prepareBinding(cycle: Cycle, nodeName: string): void {
    const slot = cycle.cache.findSlot(nodeName)
    this.begin(cycle)
    if (slot?.node !== undefined) this.verdicts.fresh(slot)
  }

  /** What PostFilter plugins see of the failed cycle. */
  failedCycle(cycle: Cycle, ports: FailurePorts): FailedCycle {
    const { tally, verdicts } = this
    return {
      cycle,
      isRepeated: this.isRepeated,
      preFilterOf: (plugin) => this.plugins.resultOf(plugin),
      statusOf: (slot) => tally.statusOf(slot.index),
      preemptible: () => tally.preemptible(),
      preemptibleCount: () => tally.preemptibleCount(),
      knownWithoutVictims: (slot) => verdicts.knownWithoutVictims(slot),
      filterAgain: (slot) => verdicts.filterAgain(slot),
      endTrials: () => verdicts.refreshStates(),
      nominatedTo: (nodeName) => this.nominator.podsOn(nodeName),
      pick: (bound) => ports.pick(bound),
      writer: ports,
    }
  }

  /** Runs the PostFilter plugins until one has made room. Models RunPostFilterPlugins. */
  postFilter(cycle: Cycle, ports: FailurePorts): PostFilterResult {
    const failed = this.failedCycle(cycle, ports)
    const reasons: string[] = []
    let last: PostFilterResult | undefined
    for (const plugin of this.profile.postFilters) {
      const result = plugin.postFilter(failed)
      const { code } = result.status
      if (code === 'success' || code === 'unschedulableAndUnresolvable') return result
      if (code !== 'unschedulable') return { status: result.status }
      if (result.nominatedNode !== undefined) last = result
      reasons.push(...result.status.reasons)
    }
    return { ...last, status: unschedulable(...reasons) }
  }

  private fitTo(capacity: number): void {
    if (this.feasible.length >= capacity) return
    this.feasible = new Int32Array(capacity)
    this.bestSlots = new Int32Array(capacity)
  }
}

/** What is said of nodes that the search did not come to. */
function absentStatus({ status, nodeNames, narrowedBy }: PreFilterOutcome): PluginStatus {
  if (status.code !== 'success') return status
  return nodeNames === undefined ? unresolvable() : unresolvable(schedulerReasons.notInPreFilter(narrowedBy))
}
