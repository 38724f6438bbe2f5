/** Counters of a class of pods for its own terms and for the terms of pods that run already. */

import type { Namespace } from '../../../api/types.ts'
import type { PodEntry } from '../../cluster-cache.ts'
import type { Cycle } from '../../framework.ts'
import type { AffinityTerm, PodClass } from '../../pod-class.ts'
import { TopologyCounter } from '../../topology-counter.ts'
import { allTermsMean, termMeans } from './terms.ts'
import type { NamespaceLabels } from './terms.ts'

/** Weight of a running pod's required affinity to the incoming one when nodes are scored. */
const hardPodAffinityWeight = 1

export interface AffinityCounters {
  readonly affinityEpoch: number
  readonly objectsEpoch: number
  /** Pods that all required affinity terms mean, one counter per term. */
  readonly affinity: readonly TopologyCounter[]
  /** Pods that required anti-affinity terms mean, one counter per term. */
  readonly antiAffinity: readonly TopologyCounter[]
  /** Running pods whose required anti-affinity means the incoming one, one counter per topology key. */
  readonly existing: readonly TopologyCounter[]
  /** Sums of preferences, own and of running pods, one counter per topology key. */
  readonly score: readonly TopologyCounter[]
  /** True when the pod meets its own affinity terms: the first of a group may start. */
  readonly meansItself: boolean
}

type ClassWeight = (podClass: PodClass) => number

function remembered(weightOf: ClassWeight): (entry: PodEntry) => number {
  const known = new Map<PodClass, number>()
  return ({ podClass }) => {
    let weight = known.get(podClass)
    if (weight === undefined) {
      weight = weightOf(podClass)
      known.set(podClass, weight)
    }
    return weight
  }
}

function keysOf(terms: readonly AffinityTerm[], into: Set<string>): void {
  for (const term of terms) into.add(term.topologyKey)
}

function sumOf(terms: readonly AffinityTerm[], key: string, means: (term: AffinityTerm) => boolean): number {
  let sum = 0
  for (const term of terms) if (term.topologyKey === key && means(term)) sum += term.weight
  return sum
}

/** Builds the counters of one class. Running classes without any term for or from it leave no trace. */
function makeCounters({ cache, podClass, objects, objectsEpoch }: Cycle): AffinityCounters {
  const labelsOf: NamespaceLabels = (namespace) => (objects.find('Namespace', '', namespace) as Namespace | undefined)?.metadata.labels
  const counter = (key: string, weight: ClassWeight): TopologyCounter => new TopologyCounter(cache.topology(key), { weightOf: remembered(weight) })
  const meansIt = (term: AffinityTerm): boolean => termMeans(term, podClass, labelsOf)
  const existingKeys = new Set<string>()
  const scoreKeys = new Set<string>()
  keysOf(podClass.preferredAffinity, scoreKeys)
  keysOf(podClass.preferredAntiAffinity, scoreKeys)
  for (const other of cache.affinityPods.keys()) {
    keysOf(other.requiredAntiAffinity.filter(meansIt), existingKeys)
    keysOf([...other.requiredAffinity, ...other.preferredAffinity, ...other.preferredAntiAffinity].filter(meansIt), scoreKeys)
  }
  const scoreWeight = (key: string): ClassWeight => (other) => {
    const meansOther = (term: AffinityTerm): boolean => termMeans(term, other, labelsOf)
    return sumOf(podClass.preferredAffinity, key, meansOther) - sumOf(podClass.preferredAntiAffinity, key, meansOther)
      + hardPodAffinityWeight * sumOf(other.requiredAffinity, key, meansIt)
      + sumOf(other.preferredAffinity, key, meansIt) - sumOf(other.preferredAntiAffinity, key, meansIt)
  }
  const meansAll: ClassWeight = (other) => (allTermsMean(podClass.requiredAffinity, other, labelsOf) ? 1 : 0)
  return {
    affinityEpoch: cache.affinityEpoch,
    objectsEpoch,
    affinity: podClass.requiredAffinity.map((term) => counter(term.topologyKey, meansAll)),
    antiAffinity: podClass.requiredAntiAffinity.map((term) => counter(term.topologyKey, (other) => (termMeans(term, other, labelsOf) ? 1 : 0))),
    existing: Array.from(existingKeys, (key) => counter(key, (other) => sumOf(other.requiredAntiAffinity, key, meansIt))),
    score: Array.from(scoreKeys, (key) => counter(key, scoreWeight(key))),
    meansItself: allTermsMean(podClass.requiredAffinity, podClass, labelsOf),
  }
}

/** The counters of the cycle's pod; made anew when kinds of affinity pods come or namespaces change. */
export function affinityCountersOf(cycle: Cycle): AffinityCounters {
  const { memo } = cycle.podClass
  const known = memo.get('InterPodAffinity') as AffinityCounters | undefined
  if (known !== undefined && known.affinityEpoch === cycle.cache.affinityEpoch && known.objectsEpoch === cycle.objectsEpoch) return known
  const counters = makeCounters(cycle)
  memo.set('InterPodAffinity', counters)
  return counters
}
