/**
 * One scheduling cycle: which nodes fit, which of them is best.
 * Models pkg/scheduler/schedule_one.go and framework/runtime (v1.35).
 */

import type { Pod } from '../api/types.ts'
import { compareText } from '../kernel/text.ts'
import { bestOf, nthBest } from './best-node.ts'
import { bind, reserve, undo } from './binding-steps.ts'
import type { Bound } from './binding-steps.ts'
import { ClassTables, StatusTable, unknown } from './class-table.ts'
import type { ClassTable } from './class-table.ts'
import type { NodeSlot } from './cluster-cache.ts'
import type { CompiledFilter, CompiledProfile } from './compiled-profile.ts'
import type { Binder, Cycle, FailedCycle, ObjectWriter, PostFilterResult } from './framework.ts'
import { schedulerReasons } from './messages.ts'
import { NodeScorer, scoreInDetail } from './node-scores.ts'
import type { ScoredNodes } from './node-scores.ts'
import type { Nominator } from './nominator.ts'
import { PluginStates } from './plugin-states.ts'
import type { PreFilterOutcome } from './plugin-states.ts'
import type { PermitWait } from './waiting.ts'
import { errorStatus, unresolvable, unschedulable } from './status.ts'
import type { PluginStatus } from './status.ts'
import { priorityOf } from './pod-class.ts'
import type { PodClass } from './pod-class.ts'
import { VerdictTally } from './verdict-tally.ts'
import type { StatusCount } from './verdict-tally.ts'

const nobodyLower = unresolvable(schedulerReasons.noVictims)
const feasibleMin = 100
const percentMin = 5
/** From so many nodes on the search goes by blocks. */
const blocksFrom = 256
const noPods: readonly Pod[] = []

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
  /** Where the next cycle begins to look. */
  nextStart = 0

  // The state of the cycle that runs.
  private cycle!: Cycle
  private table!: ClassTable
  private readonly plugins: PluginStates
  /** Filters that look at the whole cluster and have to do with the pod. */
  private readonly crossFilters: CompiledFilter[] = []
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
  private readonly tally = new VerdictTally()
  private absent: PluginStatus = unresolvable()
  private readonly scorer = new NodeScorer()

  constructor(profile: CompiledProfile, nominator: Nominator) {
    this.profile = profile
    this.nominator = nominator
    this.plugins = new PluginStates(profile.preFilters)
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
    this.absent = unresolvable()
    const outcome = this.plugins.begin(cycle)
    const { skipped } = this.plugins
    this.table = this.tables.of(cycle, this.profile, skipped)
    this.crossFilters.length = 0
    for (const filter of this.profile.crossFilters) {
      if ((filter.stateAt < 0 || !skipped[filter.stateAt]) && filter.plugin.isIdle?.(cycle) !== true) this.crossFilters.push(filter)
    }
    this.isRepeated = outcome.status.code === 'success' && outcome.nodeNames === undefined && this.isAsLast(cycle)
    if (!this.isRepeated) this.tally.begin(cache.slotCapacity)
    this.lastFailure = undefined
    if (outcome.status.code !== 'success') this.absent = outcome.status
    else if (outcome.nodeNames !== undefined) this.absent = unresolvable(schedulerReasons.notInPreFilter(outcome.narrowedBy))
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
    return this.crossFilters.length === 0 && this.nominator.size === 0 && this.hasPlainScores()
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
    if (this.nominator.size === 0 && this.problem === undefined && this.crossFilters.every(({ plugin }) => plugin.readsCacheOnly)) {
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
    const { table, tally, feasible, bestSlots, isBrief } = this
    const tests = this.crossTests()
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
      const ahead = hasNominations ? this.nominatedAhead(index) : noPods
      if (ahead.length > 0) id = this.withNominated(index, ahead)
      else if (id === 0 && hasCross) id = this.testVerdict(tests, index)
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

  /** The filters that look at the whole cluster, as they stand at the beginning of a search. */
  private crossTests(): ((index: number) => PluginStatus)[] {
    const { cycle } = this
    return this.crossFilters.map(({ plugin, stateAt }) => {
      const state = this.plugins.states[stateAt]
      return plugin.testOf?.(cycle, state) ?? ((index) => plugin.filter(cycle, cycle.cache.getSlot(index), state))
    })
  }

  private testVerdict(tests: readonly ((index: number) => PluginStatus)[], index: number): number {
    for (let i = 0; i < tests.length; i++) {
      const status = tests[i](index)
      if (status.code === 'success') continue
      const { name } = this.crossFilters[i].plugin
      return this.statuses.intern(told(status, name), name)
    }
    return 0
  }

  private crossVerdict(index: number): number {
    const slot = this.cycle.cache.getSlot(index)
    for (const { plugin, stateAt } of this.crossFilters) {
      const status = plugin.filter(this.cycle, slot, this.plugins.states[stateAt])
      if (status.code !== 'success') return this.statuses.intern(told(status, plugin.name), plugin.name)
    }
    return 0
  }

  /** Other pods of the same or a higher priority that are nominated to a node. */
  private nominatedAhead(index: number): readonly Pod[] {
    const { pod, cache } = this.cycle
    const nominated = this.nominator.podsOn(cache.getSlot(index).name)
    return nominated.length === 0 ? noPods : nominated.filter((other) => priorityOf(other) >= priorityOf(pod) && other.metadata.uid !== pod.metadata.uid)
  }

  /** The filters with such pods as if they ran there; only if those say yes, also without them. */
  private withNominated(index: number, ahead: readonly Pod[]): number {
    const { cache } = this.cycle
    const slot = cache.getSlot(index)
    const before = slot.pods
    const trials = ahead.map((other) => cache.trialEntry(other, slot))
    for (const entry of trials) cache.placePod(entry)
    const id = this.freshVerdict(slot)
    for (const entry of trials) cache.liftPod(entry)
    slot.pods = before
    this.refreshStates()
    return id === 0 ? this.freshVerdict(slot) : id
  }

  /** All filters on a node as it is now, without the caches. */
  private freshVerdict(slot: NodeSlot): number {
    this.refreshStates()
    const id = this.table.verdictOf(this.cycle, this.statuses, slot)
    return id === 0 ? this.crossVerdict(slot.index) : id
  }

  private refreshStates(): void {
    this.plugins.refresh(this.cycle)
  }

  /** As `filter` on a node whose pods were changed for a trial, nominated pods included. */
  filterAgain(slot: NodeSlot): PluginStatus {
    const ahead = this.nominatedAhead(slot.index)
    return this.statuses.get(ahead.length > 0 ? this.withNominated(slot.index, ahead) : this.freshVerdict(slot))
  }

  /** What is known of a node without its pods of lower priority; undefined when it must be tried. */
  knownWithoutVictims(slot: NodeSlot): PluginStatus | undefined {
    if (this.nominator.size > 0 && this.nominator.podsOn(slot.name).length > 0) return undefined
    const id = this.table.liftedVerdict(this.cycle, this.statuses, slot)
    if (id !== 0) return id < 0 ? nobodyLower : this.statuses.get(id)
    if (this.crossFilters.length === 0) return undefined
    const { plugin, stateAt } = this.crossFilters[0]
    const status = plugin.standsAnyway?.(this.cycle, slot, this.plugins.states[stateAt])
    return status === undefined ? undefined : this.statuses.named(status, plugin.name)
  }

  /** Brings plugin states back in line after trials. */
  endTrials(): void {
    this.refreshStates()
  }

  /** Whether this cycle has looked at a node and rejected it. */
  hasRejected(index: number): boolean {
    return this.tally.idOf(index) !== undefined
  }

  /** Why a node was rejected in this cycle. */
  statusOf(slot: NodeSlot): PluginStatus {
    const id = this.tally.idOf(slot.index)
    return id === undefined ? this.absent : this.statuses.get(id)
  }

  /** Statuses that nodes have, with the number of nodes. */
  private tallied(): StatusCount[] {
    return this.tally.counted(this.statuses, this.cycle.cache.nodeCount, this.absent)
  }

  /** Reason to number of nodes, of all nodes. */
  reasonCounts(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { status, count } of this.tallied()) for (const reason of status.reasons) counts.set(reason, (counts.get(reason) ?? 0) + count)
    return counts
  }

  /** Names of the plugins that rejected nodes, or the pod as a whole. */
  rejectors(): string[] {
    const names = new Set<string>()
    if (this.absent.plugin !== undefined) names.add(this.absent.plugin)
    for (const { status } of this.tallied()) if (status.plugin !== undefined) names.add(status.plugin)
    return [...names].sort(compareText)
  }

  /** How many nodes evictions may help. */
  preemptibleCount(): number {
    return this.tallied().reduce((sum, { status, count }) => (status.code === 'unschedulable' ? sum + count : sum), 0)
  }

  /** Nodes that evictions may help: rejected, but not for good. */
  preemptible(): NodeSlot[] {
    if (this.preemptibleCount() === 0) return []
    const { cache } = this.cycle
    return Array.from(this.tally.among(cache.nodeOrder(), this.statuses, this.absent, 'unschedulable'), (index) => cache.getSlot(index))
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
    if (slot?.node !== undefined) this.freshVerdict(slot)
  }

  /** What PostFilter plugins see of the failed cycle. */
  failedCycle(cycle: Cycle, ports: FailurePorts): FailedCycle {
    return {
      cycle,
      isRepeated: this.isRepeated,
      preFilterOf: (plugin) => this.plugins.resultOf(plugin),
      statusOf: (slot) => this.statusOf(slot),
      preemptible: () => this.preemptible(),
      preemptibleCount: () => this.preemptibleCount(),
      knownWithoutVictims: (slot) => this.knownWithoutVictims(slot),
      filterAgain: (slot) => this.filterAgain(slot),
      endTrials: () => this.endTrials(),
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

/** An error of a filter, with the name of the plugin before it. */
function told(status: PluginStatus, plugin: string): PluginStatus {
  return status.code === 'error' ? errorStatus(schedulerReasons.filterError(plugin, status.reasons.join(', '))) : status
}
