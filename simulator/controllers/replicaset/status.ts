/** A ReplicaSet's status. Models kubernetes/pkg/controller/replicaset (v1.35). */

import type { ApiClient } from '../../api/client.ts'
import { matchesSet } from '../../api/selector.ts'
import type { Condition, Pod, ReplicaSet, ReplicaSetStatus, Status } from '../../api/types.ts'
import type { Clock } from '../../store/component.ts'
import { isPodActive, isPodAvailable, isPodReady, nextAvailabilityMs } from '../pods.ts'

/** Sets up to this size are counted pod by pod; in bigger ones every pod is taken to have the template's labels. */
const exactCountMax = 500

/** What a sync counted before it acted. */
export interface SetCounts {
  readonly active: number
  readonly ready: number
  readonly available: number
  readonly terminating: number
  readonly fullyLabeled: number
  /** When the next ready pod becomes available, ms. */
  readonly nextAvailableMs?: number
}

/** Counts a set's pods by the owner index; pod by pod only where availability or labels ask for it. */
export function countPods(set: ReplicaSet, api: ApiClient, clock: Clock): SetCounts {
  const { active, ready, terminating } = api.countOwnedPods(set.metadata.uid!)
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  if (minReadySeconds === 0 && active > exactCountMax) return { active, ready, available: ready, terminating, fullyLabeled: active }
  const pods = api.listOwned<Pod>('pods', set.metadata.uid!).filter(isPodActive)
  const labels = set.spec.template.metadata?.labels
  const fullyLabeled = pods.reduce((count, pod) => count + Number(matchesSet(labels, pod.metadata.labels)), 0)
  if (minReadySeconds === 0) return { active, ready, available: ready, terminating, fullyLabeled }
  const parse = (text: string): number => clock.parse(text)
  const readyPods = pods.filter(isPodReady)
  const available = readyPods.reduce((count, pod) => count + Number(isPodAvailable(pod, minReadySeconds, clock.nowMs, parse)), 0)
  return { active, ready, available, terminating, fullyLabeled, nextAvailableMs: nextAvailabilityMs(readyPods, minReadySeconds, clock.nowMs, parse) }
}

function withFailure(conditions: readonly Condition[], set: ReplicaSet, active: number, failure: Status | undefined, now: string): Condition[] {
  const current = conditions.find((condition) => condition.type === 'ReplicaFailure')
  if (failure === undefined) return conditions.filter((condition) => condition !== current)
  if (current !== undefined) return [...conditions]
  const reason = active < set.spec.replicas! ? 'FailedCreate' : 'FailedDelete'
  return [...conditions, { type: 'ReplicaFailure', status: 'True', lastTransitionTime: now, reason, message: failure.message ?? '' }]
}

/** The status after a sync; counts of 0 are left out except `replicas` and `terminatingReplicas`. */
export function calculateStatus(set: ReplicaSet, counts: SetCounts, failure: Status | undefined, now: string): ReplicaSetStatus {
  const conditions = withFailure(set.status?.conditions ?? [], set, counts.active, failure, now)
  return {
    replicas: counts.active,
    ...(counts.fullyLabeled === 0 ? {} : { fullyLabeledReplicas: counts.fullyLabeled }),
    ...(counts.ready === 0 ? {} : { readyReplicas: counts.ready }),
    ...(counts.available === 0 ? {} : { availableReplicas: counts.available }),
    terminatingReplicas: counts.terminating,
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  }
}
