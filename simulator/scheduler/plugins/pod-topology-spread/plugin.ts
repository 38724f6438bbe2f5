import { log } from '../../../kernel/math.ts'
import type { NodeEvent, PodEvent } from '../../cluster-events.ts'
import type { Cycle, FilterPlugin, PreFilterPlugin, PreScoreResult, ScorePlugin } from '../../framework.ts'
import { scoreMax } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { skip, success, unresolvable, unschedulable } from '../../status.ts'
import { constraintsOf } from './constraints.ts'
import type { SpreadConstraint } from './constraints.ts'
import { nodeEventHelps, podEventHelps } from './hints.ts'

/** The hard constraints, with the lowest count of any domain. */
interface HardState { readonly constraints: readonly SpreadConstraint[]; minCounts: number[] }

interface SoftState {
  readonly constraints: readonly SpreadConstraint[]
  /** Counts of a topology with few domains weigh less. */
  readonly weights: readonly number[]
  readonly requiresAllKeys: boolean
}

function refresh({ cache }: Cycle, state: HardState): void {
  state.minCounts = state.constraints.map((constraint) => {
    constraint.counter.refresh(cache)
    // Too few domains: the missing ones count as empty.
    return constraint.counter.domainCount < constraint.minDomains ? 0 : constraint.counter.minTotal()
  })
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

/** Normalized score by raw score above the lowest: few different counts occur, so few divisions are needed. */
function scaledScores(min: number, max: number): Float64Array {
  const scaled = new Float64Array(min === Infinity ? 0 : max - min + 1)
  for (let i = 0; i < scaled.length; i++) scaled[i] = max === 0 ? scoreMax : Math.trunc((scoreMax * (max - i)) / max)
  return scaled
}

/** Number of domains among the nodes; nodes without the label are one domain together. */
function domainsAmong(constraint: SpreadConstraint, feasible: Int32Array, count: number, isCounted: (index: number) => boolean): number {
  const { valueIds, names } = constraint.counter.column
  if (names.length === 0) return 1
  const seen = new Uint8Array(names.length + 1)
  let domains = 0
  for (let i = 0; i < count; i++) {
    if (!isCounted(feasible[i])) continue
    const at = valueIds[feasible[i]] + 1
    if (seen[at] === 0) {
      seen[at] = 1
      domains++
    }
  }
  return domains
}

function prepareScores(cycle: Cycle, feasible: Int32Array, count: number): PreScoreResult<SoftState> {
  const { soft, requiresAllKeys } = constraintsOf(cycle)
  if (soft.length === 0) return { status: skip }
  const isCounted = (index: number): boolean => !requiresAllKeys || hasAllKeys(soft, index)
  let counted = count
  if (requiresAllKeys) for (let i = 0; i < count; i++) if (!isCounted(feasible[i])) counted--
  const weights = soft.map((constraint) => {
    constraint.counter.refresh(cycle.cache)
    return log((constraint.isHostname ? counted : domainsAmong(constraint, feasible, count, isCounted)) + 2)
  })
  return { status: success, state: { constraints: soft, weights, requiresAllKeys } }
}

/**
 * Spreads pods over zones, hosts or any other domain of nodes.
 * Models kubernetes/pkg/scheduler/framework/plugins/podtopologyspread (v1.35).
 */
export const podTopologySpread: PreFilterPlugin<HardState> & FilterPlugin<HardState> & ScorePlugin<SoftState> = {
  name: 'PodTopologySpread',
  isNodeLocal: false,
  retryOn: [
    { resource: 'Pod', actions: ['add', 'updatePodLabel', 'updatePodToleration', 'delete'], hint: (pod, objects, lister) => podEventHelps(pod, objects as PodEvent, lister) },
    { resource: 'Node', actions: ['add', 'delete', 'updateNodeLabel', 'updateNodeTaint'], hint: (pod, objects, lister) => nodeEventHelps(pod, objects as NodeEvent, lister) },
  ],
  preFilter(cycle) {
    const { hard } = constraintsOf(cycle)
    if (hard.length === 0) return { status: skip }
    const state: HardState = { constraints: hard, minCounts: [] }
    refresh(cycle, state)
    return { status: success, state }
  },
  refresh,
  filter(_cycle, { index }, { constraints, minCounts }) {
    for (let i = 0; i < constraints.length; i++) {
      const { counter, selfMatch, maxSkew } = constraints[i]
      if (counter.column.valueIds[index] < 0) return unresolvable(schedulerReasons.spreadLabel)
      if (counter.totalAt(index) + selfMatch - minCounts[i] > maxSkew) return unschedulable(schedulerReasons.spread)
    }
    return success
  },
  preScore: prepareScores,
  scoreAll(_cycle, scores, feasible, count, { constraints, weights, requiresAllKeys }) {
    scores.fill(0, 0, count)
    for (let c = 0; c < constraints.length; c++) addScores(constraints[c], weights[c], scores, feasible, count)
    for (let i = 0; i < count; i++) scores[i] = requiresAllKeys && !hasAllKeys(constraints, feasible[i]) ? -1 : Math.round(scores[i])
  },
  normalize(_cycle, scores, _feasible, count) {
    let min = Infinity
    let max = 0
    for (let i = 0; i < count; i++) {
      const score = scores[i]
      if (score >= 0 && score < min) min = score
      if (score > max) max = score
    }
    const scaled = scaledScores(min, max)
    // Nodes without one of the keys were marked with -1.
    for (let i = 0; i < count; i++) scores[i] = scores[i] < 0 ? 0 : scaled[scores[i] - min]
  },
}
