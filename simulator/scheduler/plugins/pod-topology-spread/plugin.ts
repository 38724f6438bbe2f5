import { log } from '../../../kernel/math.ts'
import type { NodeEvent, PodEvent } from '../../cluster-events.ts'
import type { Cycle, FilterPlugin, PreFilterPlugin, PreScoreResult, ScorePlugin } from '../../framework.ts'
import { scoreMax, skipPreFilter, skipPreScore } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { success, unresolvable, unschedulable } from '../../status.ts'
import type { PluginStatus } from '../../status.ts'
import { constraintsOf, systemSpread, withCounters } from './constraints.ts'
import type { SpreadConstraint, SpreadOptions } from './constraints.ts'
import { nodeEventHelps, podEventHelps } from './hints.ts'

const withoutLabel = unresolvable(schedulerReasons.spreadLabel)
const tooSkewed = unschedulable(schedulerReasons.spread)

/** The hard constraints, with the lowest count of any domain. */
interface HardState { readonly constraints: readonly SpreadConstraint[]; minCounts: number[] }

interface SoftState {
  readonly constraints: readonly SpreadConstraint[]
  /** Counts of a topology with few domains weigh less. */
  readonly weights: readonly number[]
  readonly requiresAllKeys: boolean
  /** Lowest and highest raw score. */
  min: number
  max: number
}

function refresh({ cache }: Cycle, state: HardState): void {
  state.minCounts = state.constraints.map((constraint) => {
    constraint.counter.refresh(cache)
    // Too few domains: the missing ones count as empty.
    return constraint.counter.domainCount < constraint.minDomains ? 0 : constraint.counter.minTotal()
  })
}

/** The filter of one cycle as a function of the node: how many pods a domain may have at most is the same for all nodes. */
function testOf({ constraints, minCounts }: HardState): (index: number) => PluginStatus {
  const columns = constraints.map(({ counter }) => counter.column.valueIds)
  const totals = constraints.map(({ counter }) => counter.totals)
  const limits = constraints.map(({ maxSkew, selfMatch }, i) => maxSkew - selfMatch + minCounts[i])
  return (index) => {
    for (let i = 0; i < columns.length; i++) {
      const id = columns[i][index]
      if (id < 0) return withoutLabel
      if ((id < totals[i].length ? totals[i][id] : 0) > limits[i]) return tooSkewed
    }
    return success
  }
}

function hasAllKeys(constraints: readonly SpreadConstraint[], index: number): boolean {
  for (const { counter } of constraints) if (counter.column.valueIds[index] < 0) return false
  return true
}

function addScores({ counter, isHostname, maxSkew }: SpreadConstraint, weight: number, scores: Float64Array, feasible: Int32Array, count: number): void {
  const { column: { valueIds, names }, perNode, totals } = counter
  if (names.length === 0) return
  for (let i = 0; i < count; i++) {
    const index = feasible[i]
    const id = valueIds[index]
    if (id >= 0) scores[i] += (isHostname ? perNode[index] : (totals[id] ?? 0)) * weight + (maxSkew - 1)
  }
}

/**
 * Raw scores by the system's own constraints, hostname and zone, in one pass.
 * This is what most pods get, so it is written out.
 */
function scoreByDefaults(scores: Float64Array, feasible: Int32Array, count: number, state: SoftState): void {
  const [host, zone] = state.constraints
  const [hostWeight, zoneWeight] = state.weights
  const { perNode, column: { valueIds: hostIds } } = host.counter
  const { column: { valueIds: zoneIds, names }, totals } = zone.counter
  const hostBase = host.maxSkew - 1
  // The first entry is for nodes without a zone.
  const zoneParts = new Float64Array(names.length + 1)
  for (let id = 0; id < names.length; id++) zoneParts[id + 1] = (totals[id] ?? 0) * zoneWeight + (zone.maxSkew - 1)
  let min = Infinity
  let max = 0
  for (let i = 0; i < count; i++) {
    const index = feasible[i]
    const hostPart = hostIds[index] < 0 ? 0 : perNode[index] * hostWeight + hostBase
    const score = Math.floor(hostPart + zoneParts[zoneIds[index] + 1] + 0.5)
    scores[i] = score
    if (score < min) min = score
    if (score > max) max = score
  }
  state.min = min
  state.max = max
}

/** Raw scores by the pod's own constraints; nodes without one of the keys are marked with -1. */
function scoreByOwn(scores: Float64Array, feasible: Int32Array, count: number, state: SoftState): void {
  const { constraints, weights } = state
  scores.fill(0, 0, count)
  for (let c = 0; c < constraints.length; c++) addScores(constraints[c], weights[c], scores, feasible, count)
  for (let i = 0; i < count; i++) {
    const score = hasAllKeys(constraints, feasible[i]) ? Math.floor(scores[i] + 0.5) : -1
    scores[i] = score
    if (score >= 0 && score < state.min) state.min = score
    if (score > state.max) state.max = score
  }
}

/** Normalized score by raw score above the lowest: few different counts occur, so few divisions are needed. */
function scaledScores(min: number, max: number): Float64Array {
  const scaled = new Float64Array(min === Infinity ? 0 : max - min + 1)
  for (let i = 0; i < scaled.length; i++) scaled[i] = max === 0 ? scoreMax : Math.trunc((scoreMax * (max - i)) / max)
  return scaled
}

/** Number of domains among the nodes that count; nodes without the label are one domain together. */
function domainsAmong({ counter: { column: { valueIds, names } } }: SpreadConstraint, feasible: Int32Array, count: number): number {
  if (names.length === 0) return 1
  const seen = new Uint8Array(names.length + 1)
  let domains = 0
  for (let i = 0; i < count; i++) {
    const at = valueIds[feasible[i]] + 1
    if (seen[at] === 0) {
      seen[at] = 1
      domains++
    }
  }
  return domains
}

function prepareScores(cycle: Cycle, feasible: Int32Array, count: number, options: SpreadOptions): PreScoreResult<SoftState> {
  const { soft: rules, requiresAllKeys, weightOfSize } = constraintsOf(cycle, options)
  if (rules.length === 0) return skipPreScore
  const soft = withCounters(rules, cycle, requiresAllKeys)
  const counted = requiresAllKeys ? feasible.subarray(0, count).filter((index) => hasAllKeys(soft, index)) : feasible
  const countedLength = requiresAllKeys ? counted.length : count
  const weights = soft.map((constraint) => {
    const size = constraint.isHostname ? countedLength : domainsAmong(constraint, counted, countedLength)
    let weight = weightOfSize.get(size)
    if (weight === undefined) weightOfSize.set(size, (weight = log(size + 2)))
    return weight
  })
  return { status: success, state: { constraints: soft, weights, requiresAllKeys, min: Infinity, max: 0 } }
}

export type PodTopologySpreadPlugin = PreFilterPlugin<HardState> & FilterPlugin<HardState> & ScorePlugin<SoftState>

/**
 * Spreads pods over zones, hosts or any other domain of nodes.
 * Models kubernetes/pkg/scheduler/framework/plugins/podtopologyspread (v1.35).
 */
export function makePodTopologySpread(options: SpreadOptions): PodTopologySpreadPlugin {
  return {
    name: 'PodTopologySpread',
    isNodeLocal: false,
    readsCacheOnly: true,
    retryOn: [
      { resource: 'Pod', actions: ['add', 'updatePodLabel', 'updatePodToleration', 'delete'], hint: (pod, objects, lister) => podEventHelps(pod, objects as PodEvent, lister, options) },
      { resource: 'Node', actions: ['add', 'delete', 'updateNodeLabel', 'updateNodeTaint'], hint: (pod, objects, lister) => nodeEventHelps(pod, objects as NodeEvent, lister, options) },
    ],
    preFilter(cycle) {
      const { hard } = constraintsOf(cycle, options)
      if (hard.length === 0) return skipPreFilter
      const state: HardState = { constraints: withCounters(hard, cycle, true), minCounts: [] }
      refresh(cycle, state)
      return { status: success, state }
    },
    refresh,
    filter(_cycle, { index }, { constraints, minCounts }) {
      for (let i = 0; i < constraints.length; i++) {
        const { counter, selfMatch, maxSkew } = constraints[i]
        if (counter.column.valueIds[index] < 0) return withoutLabel
        if (counter.totalAt(index) + selfMatch - minCounts[i] > maxSkew) return tooSkewed
      }
      return success
    },
    testOf: (_cycle, state) => testOf(state),
    preScore: (cycle, feasible, count) => prepareScores(cycle, feasible, count, options),
    isIndifferent: (cycle) => constraintsOf(cycle, options).soft.length === 0,
    scoreAll(_cycle, scores, feasible, count, state) {
      if (state.requiresAllKeys) scoreByOwn(scores, feasible, count, state)
      else scoreByDefaults(scores, feasible, count, state)
    },
    normalize(_cycle, scores, _feasible, count, { min, max }) {
      const scaled = scaledScores(min, max)
      for (let i = 0; i < count; i++) scores[i] = scores[i] < 0 ? 0 : scaled[scores[i] - min]
    },
  }
}

/** As in the default profile. */
export const podTopologySpread = makePodTopologySpread(systemSpread)
