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

/** Number of domains among the nodes; nodes without the label are one domain together. */
function domainsAmong(constraint: SpreadConstraint, feasible: Int32Array, count: number, isCounted: (index: number) => boolean): number {
  const { valueIds, names } = constraint.counter.column
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
  score(_cycle, { index }, { constraints, weights, requiresAllKeys }) {
    if (requiresAllKeys && !hasAllKeys(constraints, index)) return 0
    let score = 0
    for (let i = 0; i < constraints.length; i++) {
      const { counter, isHostname, maxSkew } = constraints[i]
      if (counter.column.valueIds[index] < 0) continue
      score += (isHostname ? counter.perNode[index] : counter.totalAt(index)) * weights[i] + (maxSkew - 1)
    }
    return Math.round(score)
  },
  normalize(_cycle, scores, feasible, count, { constraints, requiresAllKeys }) {
    const isIgnored = (i: number): boolean => requiresAllKeys && !hasAllKeys(constraints, feasible[i])
    let min = Infinity
    let max = 0
    for (let i = 0; i < count; i++) {
      if (isIgnored(i)) continue
      if (scores[i] < min) min = scores[i]
      if (scores[i] > max) max = scores[i]
    }
    for (let i = 0; i < count; i++) {
      if (isIgnored(i)) scores[i] = 0
      else scores[i] = max === 0 ? scoreMax : Math.trunc((scoreMax * (max + min - scores[i])) / max)
    }
  },
}
