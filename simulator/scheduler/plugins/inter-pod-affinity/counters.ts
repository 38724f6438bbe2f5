/** Counters of a class of pods for its own terms and for the terms of pods that run already. */

import type { Namespace, StringMap } from '../../../api/types.ts'
import type { Cycle } from '../../framework.ts'
import { termKeyOf } from '../../pod-class.ts'
import type { AffinityTerm, PodClass, TermRole } from '../../pod-class.ts'
import type { TermGroup } from '../../term-groups.ts'
import { TopologyCounter } from '../../topology-counter.ts'
import { allTermsMean, ownTermMeans, termMeans } from './terms.ts'
import type { NamespaceLabels } from './terms.ts'

/** How a profile sets the plugin up. */
export interface AffinityOptions {
  /** Weight of a running pod's required affinity to the incoming one when nodes are scored. */
  readonly hardPodAffinityWeight: number
  /** True: a pod without preferences of its own is not scored by those of others. */
  readonly ignorePreferredTermsOfExistingPods: boolean
  /** Under which name what is derived is kept with a class; different for different options. */
  readonly memoKey: string
}

/** What is known of a class as long as no term comes into use or out of it, and no namespace changes. */
interface ClassTerms {
  readonly groupsEpoch: number
  readonly objectsEpoch: number
  readonly labelsOf: NamespaceLabels
  /** Groups of required anti-affinity that mean the pod. */
  readonly existing: readonly TermGroup[]
  /** The others that mean it, with the factor of their weights. */
  readonly scoring: readonly { readonly group: TermGroup; readonly factor: number }[]
  /** True when the pod meets its own affinity terms: the first of a group may start. */
  readonly meansItself: boolean
  /** Names of the counters of the pod's own terms. */
  readonly affinityKeys: readonly string[]
  readonly antiAffinityKeys: readonly string[]
  readonly preferred: readonly { readonly key: string; readonly term: AffinityTerm; readonly factor: number }[]
}

/** Counters of one cycle, up to date. */
export interface FilterCounters {
  /** Pods that all required affinity terms mean, one counter per term. */
  readonly affinity: readonly TopologyCounter[]
  /** Pods that required anti-affinity terms mean, one counter per term. */
  readonly antiAffinity: readonly TopologyCounter[]
  /** Running pods whose required anti-affinity means the incoming one. */
  existing: readonly TopologyCounter[]
  readonly meansItself: boolean
}

/** A counter whose sums count for or against its domains. */
export interface ScoreCounter { readonly counter: TopologyCounter; readonly factor: number }

function factorOf(role: TermRole, { hardPodAffinityWeight }: AffinityOptions): number {
  if (role === 'requiredAffinity') return hardPodAffinityWeight
  return role === 'preferredAffinity' ? 1 : -1
}

const noLabels: StringMap = {}

function classTermsOf({ cache, podClass, objects, objectsEpoch }: Cycle, options: AffinityOptions): ClassTerms {
  const known = podClass.memo.get(options.memoKey) as ClassTerms | undefined
  const { termGroups } = cache
  if (known !== undefined && known.groupsEpoch === termGroups.epoch && known.objectsEpoch === objectsEpoch) return known
  const labelsOf: NamespaceLabels = (namespace) => (objects.find('Namespace', '', namespace) as Namespace | undefined)?.metadata.labels
  const groups = termGroups.meaning(podClass.pod.metadata.labels ?? noLabels, (term) => termMeans(term, podClass, labelsOf))
  const own = known?.objectsEpoch === objectsEpoch ? known : ownTerms(podClass, labelsOf, objectsEpoch)
  const terms: ClassTerms = {
    ...own,
    groupsEpoch: termGroups.epoch,
    objectsEpoch,
    labelsOf,
    existing: groups.filter(({ role }) => role === 'requiredAntiAffinity'),
    scoring: groups.filter(({ role }) => role !== 'requiredAntiAffinity').map((group) => ({ group, factor: factorOf(group.role, options) })).filter(({ factor }) => factor !== 0),
  }
  podClass.memo.set(options.memoKey, terms)
  return terms
}

function ownTerms({ pod, namespace, ...podClass }: PodClass, labelsOf: NamespaceLabels, epoch: number): Pick<ClassTerms, 'meansItself' | 'affinityKeys' | 'antiAffinityKeys' | 'preferred'> {
  const { requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity } = podClass
  // What a namespace selector means changes with the namespaces.
  const keyOf = (term: AffinityTerm): string => `${term.source.namespaceSelector === undefined ? 'means' : `at ${epoch} means`} ${termKeyOf(term)}`
  const all = requiredAffinity.length > 1 ? requiredAffinity.map(keyOf).join(' and ') : ''
  const weighted = (terms: readonly AffinityTerm[], sign: number): ClassTerms['preferred'] => terms.map((term) => ({ key: keyOf(term), term, factor: sign * term.weight }))
  return {
    meansItself: allTermsMean(requiredAffinity, { pod, namespace }, labelsOf),
    affinityKeys: requiredAffinity.map((term) => (all === '' ? keyOf(term) : `${term.topologyKey} of ${all}`)),
    antiAffinityKeys: requiredAntiAffinity.map(keyOf),
    preferred: [...weighted(preferredAffinity, 1), ...weighted(preferredAntiAffinity, -1)],
  }
}

function groupCounter({ cache }: Cycle, { key, term, population }: TermGroup): TopologyCounter {
  const weightOf = ({ terms, hasAffinity }: PodClass): number => {
    let weight = 0
    if (hasAffinity) for (const other of terms) if (other.key === key) weight += other.term.weight
    return weight
  }
  return cache.counters.of(cache, key, () => new TopologyCounter(cache.topology(term.topologyKey), { weightOf, population }))
}

function termCounter({ cache }: Cycle, key: string, term: AffinityTerm, labelsOf: NamespaceLabels): TopologyCounter {
  return cache.counters.of(cache, key, () => new TopologyCounter(cache.topology(term.topologyKey), { weightOf: (other) => (ownTermMeans(term, other, labelsOf) ? 1 : 0) }))
}

function affinityCounter({ cache, podClass: { requiredAffinity } }: Cycle, key: string, { topologyKey }: AffinityTerm, labelsOf: NamespaceLabels): TopologyCounter {
  return cache.counters.of(cache, key, () => new TopologyCounter(cache.topology(topologyKey), { weightOf: (other) => (allTermsMean(requiredAffinity, other, labelsOf) ? 1 : 0) }))
}

const noCounters: readonly never[] = []

/** The counters by which nodes are filtered for the cycle's pod; undefined when no term concerns it. */
export function filterCountersOf(cycle: Cycle, options: AffinityOptions): FilterCounters | undefined {
  const { podClass: { requiredAffinity, requiredAntiAffinity } } = cycle
  const { existing, meansItself, affinityKeys, antiAffinityKeys, labelsOf } = classTermsOf(cycle, options)
  const hasOwn = requiredAffinity.length > 0 || requiredAntiAffinity.length > 0
  if (!hasOwn && existing.length === 0) return undefined
  const unwelcome = existing.length === 0 ? noCounters : existing.map((group) => groupCounter(cycle, group)).filter((counter) => counter.hits > 0)
  if (!hasOwn && unwelcome.length === 0) return undefined
  return {
    affinity: requiredAffinity.map((term, i) => affinityCounter(cycle, affinityKeys[i], term, labelsOf)),
    antiAffinity: requiredAntiAffinity.map((term, i) => termCounter(cycle, antiAffinityKeys[i], term, labelsOf)),
    existing: unwelcome,
    meansItself,
  }
}

/** False when no preference of any pod, the incoming one included, concerns it. */
export function hasPreferences(cycle: Cycle, options: AffinityOptions): boolean {
  const { scoring, preferred } = classTermsOf(cycle, options)
  return preferred.length > 0 || (scoring.length > 0 && !options.ignorePreferredTermsOfExistingPods)
}

/** The counters by which nodes are scored for the cycle's pod. */
export function scoreCountersOf(cycle: Cycle, options: AffinityOptions): readonly ScoreCounter[] {
  const { scoring, preferred, labelsOf } = classTermsOf(cycle, options)
  if (!hasPreferences(cycle, options)) return noCounters
  const own = preferred.map(({ key, term, factor }) => ({ counter: termCounter(cycle, key, term, labelsOf), factor }))
  const others = scoring.map(({ group, factor }) => ({ counter: groupCounter(cycle, group), factor }))
  return [...own, ...others].filter(({ counter }) => counter.hits > 0)
}
