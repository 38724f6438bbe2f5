/**
 * Counting finished pods exactly once: a pod's uid goes to the status, its finalizer goes, then its uid becomes a number.
 * Models kubernetes/pkg/controller/job trackJobStatusAndRemoveFinalizers (v1.35).
 */

import type { Job, JobStatus, Pod } from '../../api/types.ts'
import { completionIndexOf, countIndexes, formatIndexes, hasIndex, withIndexes } from './indexes.ts'
import type { JobState } from './job-state.ts'
import { ensureCondition, findJobCondition, hasLimitPerIndex, hasTrackingFinalizer, isIndexed, isPodFailed, jobCondition } from './jobs.ts'
import { removeFinalizer } from './manage.ts'
import { failurePolicyOf, matchFailurePolicy } from './policies.ts'

const uncountedPodsMax = 500

/** What a pass over the pods found. */
interface Tally { readonly finalizersGo: readonly Pod[]; readonly needsFlush: boolean; readonly isFull: boolean }

/**
 * Writes the status, takes finalizers off counted pods and finishes the Job when nothing is left to count.
 * @returns whether all writes were accepted
 */
export function trackStatus(state: JobState, needsFlush: boolean, saveBackOff: () => void): boolean {
  const tracked = new Set(state.pods.filter(hasTrackingFinalizer).map((pod) => pod.metadata.uid!))
  if (isIndexed(state.job)) state.pods.sort((a, b) => (completionIndexOf(a) ?? -1) - (completionIndexOf(b) ?? -1))
  const cleaned = moveUncounted(state, tracked)
  const tally = tallyPods(state)
  const hasNewConditions = announceEnd(state)
  if (needsFlush || cleaned || tally.needsFlush || hasNewConditions) {
    if (!flush(state)) return false
    saveBackOff()
  }
  let isAccepted = true
  for (const pod of tally.finalizersGo) {
    if (removeFinalizer(state, pod) === undefined) tracked.delete(pod.metadata.uid!)
    else isAccepted = false
  }
  const isMoved = moveUncounted(state, tracked)
  if (!isAccepted) {
    if (isMoved) flush(state)
    return false
  }
  const isFinished = !tally.isFull && enactEnd(state)
  if (!isMoved && !isFinished) return true
  if (!flush(state)) return false
  if (isFinished) reportEnd(state)
  return true
}

function flush(state: JobState): boolean {
  const result = state.context.api.updateStatus<Job>('jobs.batch', { ...state.job, status: withoutZeros(state.status) })
  if (!result.ok) return false
  state.job = result.object
  return true
}

/** Counts of 0 are left out, except `ready` and `terminating`. */
function withoutZeros(status: JobStatus): JobStatus {
  const { active, succeeded, failed, completedIndexes, conditions, uncountedTerminatedPods: uncounted, ...rest } = status
  return {
    ...rest,
    ...(active === undefined || active === 0 ? {} : { active }),
    ...(succeeded === undefined || succeeded === 0 ? {} : { succeeded }),
    ...(failed === undefined || failed === 0 ? {} : { failed }),
    ...(completedIndexes === undefined || completedIndexes === '' ? {} : { completedIndexes }),
    ...(conditions === undefined || conditions.length === 0 ? {} : { conditions }),
    uncountedTerminatedPods: { ...nonEmpty('succeeded', uncounted?.succeeded), ...nonEmpty('failed', uncounted?.failed) },
  }
}

function nonEmpty(name: string, uids: string[] | undefined): { [name: string]: string[] } {
  return uids === undefined || uids.length === 0 ? {} : { [name]: uids }
}

/** Uids whose pods have lost their finalizer become numbers. @returns whether any did */
function moveUncounted(state: JobState, tracked: ReadonlySet<string>): boolean {
  const { status } = state
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  const stillSucceeded = succeeded.filter((uid) => tracked.has(uid))
  const stillFailed = failed.filter((uid) => tracked.has(uid))
  if (stillSucceeded.length === succeeded.length && stillFailed.length === failed.length) return false
  state.status = {
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - stillSucceeded.length,
    failed: (status.failed ?? 0) + failed.length - stillFailed.length,
    uncountedTerminatedPods: { succeeded: stillSucceeded, failed: stillFailed },
  }
  return true
}

function tallyPods(state: JobState): Tally {
  const { job } = state
  const uncounted = { succeeded: [...(state.status.uncountedTerminatedPods?.succeeded ?? [])], failed: [...(state.status.uncountedTerminatedPods?.failed ?? [])] }
  const finalizersGo: Pod[] = []
  const newIndexes: number[] = []
  let needsFlush = false
  let isFull = false
  for (const pod of state.pods) {
    if (!hasTrackingFinalizer(pod) || !mayLoseFinalizer(state, pod)) continue
    finalizersGo.push(pod)
    if (pod.status?.phase === 'Succeeded' && !state.countedFailed.has(pod.metadata.uid!)) needsFlush = tallySucceeded(state, pod, uncounted.succeeded, newIndexes) || needsFlush
    else if (countsAsFailed(state, pod)) {
      uncounted.failed.push(pod.metadata.uid!)
      needsFlush = true
    }
    isFull = newIndexes.length + uncounted.succeeded.length + uncounted.failed.length >= uncountedPodsMax
    if (isFull) break
  }
  state.status = { ...state.status, uncountedTerminatedPods: uncounted }
  if (isIndexed(job)) needsFlush = noteIndexes(state, newIndexes) || needsFlush
  return { finalizersGo, needsFlush, isFull }
}

function mayLoseFinalizer(state: JobState, pod: Pod): boolean {
  if (state.job.metadata.deletionTimestamp !== undefined || state.finished !== undefined || pod.status?.phase === 'Succeeded') return true
  if (!isPodFailed(pod, state.job)) return false
  const index = completionIndexOf(pod)
  return !hasLimitPerIndex(state.job) || index === undefined || state.delayedByIndex.get(index)?.metadata.uid !== pod.metadata.uid
}

/** @returns whether the pod was not counted before */
function tallySucceeded(state: JobState, pod: Pod, uids: string[], newIndexes: number[]): boolean {
  if (isIndexed(state.job)) {
    const index = state.validIndexOf(pod)
    if (index === undefined || hasIndex(state.succeededBefore, index)) return false
    newIndexes.push(index)
    return true
  }
  if (state.countedSucceeded.has(pod.metadata.uid!)) return false
  uids.push(pod.metadata.uid!)
  return true
}

function countsAsFailed(state: JobState, pod: Pod): boolean {
  const { job, finished } = state
  const isLost = finished !== undefined && finished.type !== 'SuccessCriteriaMet'
  if (!isPodFailed(pod, job) && !isLost) return false
  if (state.countedFailed.has(pod.metadata.uid!) || (isIndexed(job) && state.validIndexOf(pod) === undefined)) return false
  return matchFailurePolicy(failurePolicyOf(job), pod).counts
}

/** @returns whether the status changed */
function noteIndexes(state: JobState, newIndexes: readonly number[]): boolean {
  const { status } = state
  state.succeededIndexes = withIndexes(state.succeededIndexes, [...new Set(newIndexes)].sort((a, b) => a - b))
  const completedIndexes = formatIndexes(state.succeededIndexes)
  const failedIndexes = state.failedIndexes === undefined ? undefined : formatIndexes(state.failedIndexes)
  const changed = completedIndexes !== (status.completedIndexes ?? '') || failedIndexes !== status.failedIndexes
  state.status = { ...status, succeeded: countIndexes(state.succeededIndexes), completedIndexes, ...(failedIndexes === undefined ? {} : { failedIndexes }) }
  return changed
}

/** The condition that announces the end comes before the end itself. @returns whether the status changed */
function announceEnd(state: JobState): boolean {
  const { finished, now } = state
  if (finished === undefined) return false
  const conditions = state.status.conditions ?? []
  if (finished.type === 'FailureTarget') {
    state.status = { ...state.status, conditions: [...conditions, finished] }
    state.finished = jobCondition('Failed', 'True', finished.reason ?? '', finished.message ?? '', now)
    return true
  }
  if (finished.type !== 'SuccessCriteriaMet') return false
  const isNew = findJobCondition(state.job, 'SuccessCriteriaMet') === undefined
  if (isNew) state.status = { ...state.status, conditions: [...conditions, finished] }
  state.finished = jobCondition('Complete', 'True', finished.reason ?? '', finished.message ?? '', now)
  return isNew
}

/** Adds the final condition once every pod is counted and none is terminating. @returns whether the Job is over */
function enactEnd(state: JobState): boolean {
  const { finished, status, terminating } = state
  if (finished === undefined || terminating > 0) return false
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  if (succeeded.length + failed.length > 0) return false
  const { conditions } = ensureCondition(status.conditions ?? [], finished)
  state.status = { ...status, conditions, ...(finished.type === 'Complete' ? { completionTime: finished.lastTransitionTime } : {}) }
  return true
}

function reportEnd(state: JobState): void {
  const { job, finished, status } = state
  const { recorder } = state.context
  if (finished?.type !== 'Complete') {
    recorder.record(job, 'Warning', finished?.reason ?? '', finished?.message ?? '')
    return
  }
  if (job.spec.completions !== undefined && (status.succeeded ?? 0) > job.spec.completions) recorder.record(job, 'Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached')
  recorder.record(job, 'Normal', 'Completed', 'Job completed')
}
