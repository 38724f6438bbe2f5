import type { Namespace, Pod } from '../../../api/types.ts'
import type { NodeEvent, PodEvent } from '../../cluster-events.ts'
import type { Cycle, FilterPlugin, ObjectLister, PreFilterPlugin, ScorePlugin } from '../../framework.ts'
import { scoreMax, skipPreFilter, skipPreScore } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { compileAffinity } from '../../pod-class.ts'
import type { AffinityTerm } from '../../pod-class.ts'
import { success, unresolvable, unschedulable } from '../../status.ts'
import type { PluginStatus } from '../../status.ts'
import type { TopologyCounter } from '../../topology-counter.ts'
import { filterCountersOf, hasPreferences, scoreCountersOf } from './counters.ts'
import type { AffinityOptions, FilterCounters, ScoreCounter } from './counters.ts'
import { allTermsMean } from './terms.ts'

const noFriends = unresolvable(schedulerReasons.podAffinity)
const hasEnemies = unschedulable(schedulerReasons.podAntiAffinity)
const isUnwelcome = unschedulable(schedulerReasons.existingAntiAffinity)

function refresh(cycle: Cycle, state: FilterCounters, options: AffinityOptions): void {
  for (const counters of [state.affinity, state.antiAffinity]) for (const counter of counters) counter.refresh(cycle.cache)
  // A pod that comes for a trial may have terms that no pod on a node had before.
  state.existing = filterCountersOf(cycle, options)?.existing ?? []
}

function anyAt(counters: readonly TopologyCounter[], index: number): boolean {
  for (const counter of counters) if (counter.totalAt(index) > 0) return true
  return false
}

function meetsAffinity({ affinity, meansItself }: FilterCounters, index: number): boolean {
  let areThere = true
  for (const counter of affinity) {
    if (counter.column.valueIds[index] < 0) return false
    if (counter.totalAt(index) <= 0) areThere = false
  }
  // The first pod of a group that wants to be together finds nobody yet.
  return areThere || (meansItself && affinity.every((counter) => counter.hits === 0))
}

/** The filter of one cycle as a function of the node. */
function testOf(counters: FilterCounters): (index: number) => PluginStatus {
  const { affinity, antiAffinity, existing } = counters
  const isSocial = affinity.length > 0
  const avoided = [...antiAffinity, ...existing]
  const columns = avoided.map(({ column }) => column.valueIds)
  const totals = avoided.map((counter) => counter.totals)
  return (index) => {
    if (isSocial && !meetsAffinity(counters, index)) return noFriends
    for (let i = 0; i < columns.length; i++) {
      const id = columns[i][index]
      if (id >= 0 && id < totals[i].length && totals[i][id] > 0) return i < antiAffinity.length ? hasEnemies : isUnwelcome
    }
    return success
  }
}

function addSums({ totals, column: { valueIds } }: TopologyCounter, factor: number, scores: Float64Array, feasible: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const id = valueIds[feasible[i]]
    // A domain that came last may be unknown to the counter: no pod is there.
    if (id >= 0 && id < totals.length) scores[i] += factor * totals[id]
  }
}

function podEventHelps(pod: Pod, { old, new: changed }: PodEvent, objects: ObjectLister): boolean {
  if ([old, changed].some((other) => other !== undefined && (other.spec.nodeName ?? '') === '')) return false
  const { requiredAffinity, requiredAntiAffinity } = compileAffinity(pod)
  const labelsOf = (namespace: string): Namespace['metadata']['labels'] => objects.find('Namespace', '', namespace)?.metadata.labels
  const allMean = (terms: readonly AffinityTerm[], other: Pod): boolean => allTermsMean(terms, { namespace: other.metadata.namespace ?? '', pod: other }, labelsOf)
  if (old !== undefined && changed !== undefined) {
    return (!allMean(requiredAffinity, old) && allMean(requiredAffinity, changed)) || (allMean(requiredAntiAffinity, old) && !allMean(requiredAntiAffinity, changed))
  }
  if (changed !== undefined) return allMean(requiredAffinity, changed)
  return old !== undefined && allMean(requiredAntiAffinity, old)
}

function nodeEventHelps(pod: Pod, { old, new: node }: NodeEvent): boolean {
  const { requiredAffinity, requiredAntiAffinity } = compileAffinity(pod)
  const before = old?.metadata.labels ?? {}
  const after = node?.metadata.labels ?? {}
  const hasMoved = (key: string): boolean => before[key] !== undefined && after[key] !== undefined && before[key] !== after[key]
  const brings = requiredAffinity.some(({ topologyKey: key }) => (after[key] !== undefined && before[key] === undefined) || hasMoved(key))
  if (brings) return true
  if (old === undefined) return requiredAntiAffinity.length > 0
  return requiredAntiAffinity.some(({ topologyKey: key }) => (before[key] !== undefined && after[key] === undefined) || hasMoved(key))
}

export type InterPodAffinityPlugin = PreFilterPlugin<FilterCounters> & FilterPlugin<FilterCounters> & ScorePlugin<readonly ScoreCounter[]>

/**
 * Affinity and anti-affinity between pods, in both directions.
 * Models kubernetes/pkg/scheduler/framework/plugins/interpodaffinity (v1.35).
 */
export function makeInterPodAffinity(options: AffinityOptions): InterPodAffinityPlugin {
  return {
    name: 'InterPodAffinity',
    isNodeLocal: false,
    readsCacheOnly: true,
    retryOn: [
      { resource: 'Pod', actions: ['add', 'updatePodLabel', 'delete'], hint: (pod, objects, lister) => podEventHelps(pod, objects as PodEvent, lister) },
      { resource: 'Node', actions: ['add', 'updateNodeLabel'], hint: (pod, objects) => nodeEventHelps(pod, objects as NodeEvent) },
    ],
    preFilter(cycle) {
      const state = filterCountersOf(cycle, options)
      return state === undefined ? skipPreFilter : { status: success, state }
    },
    refresh: (cycle, state) => refresh(cycle, state, options),
    filter(_cycle, { index }, counters) {
      if (!meetsAffinity(counters, index)) return noFriends
      if (anyAt(counters.antiAffinity, index)) return hasEnemies
      return anyAt(counters.existing, index) ? isUnwelcome : success
    },
    testOf: (_cycle, counters) => testOf(counters),
    standsAnyway(_cycle, { index }, { affinity, meansItself }) {
      // Fewer pods are no more friends; only who meets its own terms may then be the first.
      if (meansItself || affinity.length === 0) return undefined
      return affinity.every((counter) => counter.totalAt(index) > 0) ? undefined : noFriends
    },
    preScore(cycle) {
      const state = scoreCountersOf(cycle, options)
      return state.length === 0 ? skipPreScore : { status: success, state }
    },
    isIndifferent: (cycle) => !hasPreferences(cycle, options),
    scoreAll(_cycle, scores, feasible, count, counters) {
      scores.fill(0, 0, count)
      for (const { counter, factor } of counters) addSums(counter, factor, scores, feasible, count)
    },
    normalize(_cycle, scores, _feasible, count) {
      let min = Infinity
      let max = -Infinity
      for (let i = 0; i < count; i++) {
        if (scores[i] < min) min = scores[i]
        if (scores[i] > max) max = scores[i]
      }
      for (let i = 0; i < count; i++) scores[i] = max > min ? Math.trunc(scoreMax * ((scores[i] - min) / (max - min))) : 0
    },
  }
}

/** As in the default profile. */
export const interPodAffinity = makeInterPodAffinity({ hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false, memoKey: 'InterPodAffinity' })
