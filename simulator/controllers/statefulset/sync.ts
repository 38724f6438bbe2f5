/** One sync of a StatefulSet: pods in order or in parallel, scale-down, rolling update. Models kubernetes/pkg/controller/statefulset (v1.35). */

import type { Pod } from '../../api/types.ts'
import type { ComponentContext } from '../../store/component.ts'
import { isPodAvailable } from '../pods.ts'
import { applyClaimPolicy, claimsMatchPolicy, hasStaleClaim } from './claims.ts'
import { isCreated, isInRange, isRunningAndReady, isTerminating, newPod, ordinalOf, podRevision, startOrdinal } from './identity.ts'
import { completeClaims, createPod, deleteSetPod, isConsistent, mendPod } from './pods.ts'
import type { Revisions } from './revisions.ts'
import type { StatefulSet, StatefulSetStatus, SyncError } from './types.ts'

/** What is done to one pod: an error, or whether the rest has to wait for a later sync. */
type Step = SyncError | 'wait' | 'go on'

/** A sync at work. */
interface Work {
  readonly context: ComponentContext
  readonly set: StatefulSet
  readonly revisions: Revisions
  /** A pod per wanted ordinal, made or not. */
  readonly replicas: readonly Pod[]
  /** Pods beyond the wanted ordinals, highest first. */
  readonly condemned: readonly Pod[]
  readonly firstUnavailable?: Pod
  readonly isOrdered: boolean
}

/** What a sync ends with; the status is to be written also after an error. */
export interface SyncResult { readonly status: StatefulSetStatus; readonly failure?: SyncError }

function isError(step: Step): step is SyncError {
  return typeof step === 'object'
}

function isAvailable({ clock }: ComponentContext, set: StatefulSet, pod: Pod): boolean {
  return isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.nowMs, (text) => clock.parse(text))
}

function isUnavailable(context: ComponentContext, set: StatefulSet, pod: Pod): boolean {
  return !isAvailable(context, set, pod) || isTerminating(pod)
}

/** Counts pods; counts of 0 are left out of a status except two. */
function countStatus(context: ComponentContext, set: StatefulSet, pods: readonly Pod[], { current, update, collisionCount }: Revisions, currentChange: number): StatefulSetStatus {
  const count = (test: (pod: Pod) => boolean): number => pods.reduce((sum, pod) => sum + Number(test(pod)), 0)
  const ofRevision = (name: string): number => count((pod) => isCreated(pod) && !isTerminating(pod) && podRevision(pod) === name)
  const counts = { readyReplicas: count(isRunningAndReady), currentReplicas: ofRevision(current.metadata.name!) + currentChange, updatedReplicas: ofRevision(update.metadata.name!) }
  const status: StatefulSetStatus = {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: count(isCreated),
    availableReplicas: count((pod) => isRunningAndReady(pod) && isAvailable(context, set, pod)),
    currentRevision: current.metadata.name!,
    updateRevision: update.metadata.name!,
    collisionCount,
  }
  for (const [field, value] of Object.entries(counts)) if (value !== 0) status[field as keyof typeof counts] = value
  return status
}

/** An existing pod of a wanted ordinal, or one to be made. */
function processReplica(work: Work, pod: Pod): Step {
  const { context, set, isOrdered } = work
  const phase = pod.status?.phase
  if (phase === 'Failed' || phase === 'Succeeded') return (isTerminating(pod) ? undefined : deleteSetPod(context, set, pod)) ?? 'wait'
  if (!isCreated(pod)) {
    if (hasStaleClaim(context, set, pod)) return 'wait'
    const failure = createPod(context, set, pod)
    if (failure !== undefined) return failure
    if (isOrdered) return 'wait'
  }
  if (phase === 'Pending') {
    const failure = completeClaims(context, set, pod)
    if (failure !== undefined) return failure
  }
  if (isOrdered && (isTerminating(pod) || !isRunningAndReady(pod) || !isAvailable(context, set, pod))) return 'wait'
  if (!isCreated(pod) || isConsistent(context, set, pod)) return 'go on'
  return mendPod(context, set, pod) ?? 'go on'
}

function fixClaims({ context, set }: Work, pod: Pod): Step {
  return (claimsMatchPolicy(context, set, pod) ? undefined : applyClaimPolicy(context, set, pod)) ?? 'go on'
}

function processCondemned({ context, set, isOrdered, firstUnavailable }: Work, pod: Pod): Step {
  if (isTerminating(pod)) return isOrdered ? 'wait' : 'go on'
  if (isOrdered && pod !== firstUnavailable && (!isRunningAndReady(pod) || !isAvailable(context, set, pod))) return 'wait'
  return deleteSetPod(context, set, pod) ?? 'wait'
}

/** In order the first that has to wait ends the sync; else all are tried in batches of 1, 2, 4, ... until one fails. */
function forAll(work: Work, pods: readonly Pod[], run: (work: Work, pod: Pod) => Step): Step {
  if (work.isOrdered) {
    for (const pod of pods) {
      const step = run(work, pod)
      if (step !== 'go on') return step
    }
    return 'go on'
  }
  for (let tried = 0, size = 1; tried < pods.length; tried += size, size *= 2) {
    const failures = pods.slice(tried, tried + size).map((pod) => run(work, pod)).filter(isError)
    if (failures.length > 0) return failures[0]!
  }
  return 'go on'
}

/** Replaces the pod of the highest ordinal that is not of the new revision, one at a time. @returns the pod's change to the count of current ones */
function rollPods({ context, set, revisions, replicas }: Work): { readonly currentChange: number; readonly failure?: SyncError } {
  const from = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0
  for (let target = replicas.length - 1; target >= from; target--) {
    const pod = replicas[target]!
    if (podRevision(pod) !== revisions.update.metadata.name && !isTerminating(pod)) {
      const failure = deleteSetPod(context, set, pod)
      return { currentChange: failure === undefined ? -1 : 0, ...(failure === undefined ? {} : { failure }) }
    }
    if (isUnavailable(context, set, pod)) break
  }
  return { currentChange: 0 }
}

function makeWork(context: ComponentContext, set: StatefulSet, pods: readonly Pod[], revisions: Revisions): Work {
  const start = startOrdinal(set)
  const made = new Map(pods.filter((pod) => isInRange(set, pod)).map((pod) => [ordinalOf(pod), pod]))
  const replicas = Array.from({ length: set.spec.replicas ?? 1 }, (_, index) => made.get(start + index) ?? newPod(set, revisions.current, revisions.update, start + index))
  const condemned = pods.filter((pod) => ordinalOf(pod) >= 0 && !isInRange(set, pod)).sort((a, b) => ordinalOf(b) - ordinalOf(a))
  const isGone = (pod: Pod): boolean => isUnavailable(context, set, pod)
  const firstUnavailable = replicas.find(isGone) ?? condemned.findLast(isGone)
  return { context, set, revisions, replicas, condemned, ...(firstUnavailable === undefined ? {} : { firstUnavailable }), isOrdered: set.spec.podManagementPolicy !== 'Parallel' }
}

/**
 * Acts on the set's pods.
 * @param pods as they were read; what the sync does to them shows in the next one
 */
export function syncPods(context: ComponentContext, set: StatefulSet, pods: readonly Pod[], revisions: Revisions): SyncResult {
  const result = (list: readonly Pod[], failure?: SyncError, currentChange = 0): SyncResult => ({ status: countStatus(context, set, list, revisions, currentChange), ...(failure === undefined ? {} : { failure }) })
  if (set.metadata.deletionTimestamp !== undefined) return result(pods)
  const work = makeWork(context, set, pods, revisions)
  const all = [...work.replicas, ...work.condemned]
  for (const [list, run] of [[work.replicas, processReplica], [work.condemned, fixClaims], [work.condemned, processCondemned]] as const) {
    const step = forAll(work, list, run)
    if (step !== 'go on') return result(all, isError(step) ? step : undefined)
  }
  if (set.spec.updateStrategy?.type === 'OnDelete') return result(all)
  const { failure, currentChange } = rollPods(work)
  return result(all, failure, currentChange)
}
