/** What the Job controller asks about Jobs and their pods. Models kubernetes/pkg/controller/job (v1.35). */

import type { Condition, Job, Pod } from '../../api/types.ts'

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'
export const failureCountAnnotation = 'batch.kubernetes.io/job-index-failure-count'
export const ignoredFailureCountAnnotation = 'batch.kubernetes.io/job-index-ignored-failure-count'

export const jobReasons = {
  backoffLimit: 'BackoffLimitExceeded',
  deadline: 'DeadlineExceeded',
  maxFailedIndexes: 'MaxFailedIndexesExceeded',
  failedIndexes: 'FailedIndexes',
  failurePolicy: 'PodFailurePolicy',
  successPolicy: 'SuccessPolicy',
  completions: 'CompletionsReached',
} as const

export const jobMessages = {
  backoffLimit: 'Job has reached the specified backoff limit',
  deadline: 'Job was active longer than specified deadline',
  maxFailedIndexes: 'Job has exceeded the specified maximal number of failed indexes',
  failedIndexes: 'Job has failed indexes',
  completions: 'Reached expected number of succeeded pods',
} as const

/** True for completionMode Indexed: each index from 0 to completions-1 succeeds once. */
export function isIndexed(job: Job): boolean {
  return job.spec.completionMode === 'Indexed'
}

/** True while spec.suspend asks for no pods; the condition Suspended follows later. */
export function isSuspended(job: Job): boolean {
  return job.spec.suspend === true
}

/** True when failures are counted for each index (backoffLimitPerIndex), not for the Job as a whole. 0 is a limit too. */
export function hasLimitPerIndex(job: Job): boolean {
  return job.spec.backoffLimitPerIndex !== undefined
}

/** Terminating pods hold their place until they have failed. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec.podReplacementPolicy === 'Failed' || job.spec.podFailurePolicy !== undefined
}

/** True for a pod that the Job's status does not count yet: it still has the finalizer batch.kubernetes.io/job-tracking. */
export function hasTrackingFinalizer(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(trackingFinalizer) === true
}

/** Failed, or on the way out where terminating pods are replaced at once. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === 'Failed') return true
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== 'Succeeded'
}

/** The condition of a type if it is True; one that is False counts as absent. */
export function findJobCondition(job: Job, type: string): Condition | undefined {
  return job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True')
}

/** Complete or Failed. */
export function isJobFinished(job: Job): boolean {
  return findJobCondition(job, 'Complete') !== undefined || findJobCondition(job, 'Failed') !== undefined
}

/** A Job condition. @param now API timestamp */
export function jobCondition(type: string, status: 'True' | 'False', reason: string, message: string, now: string): Condition {
  return { type, status, lastProbeTime: now, lastTransitionTime: now, ...(reason === '' ? {} : { reason }), ...(message === '' ? {} : { message }) }
}

/** Sets a condition in place or at the end; a False one is only added over a True one. */
export function ensureCondition(conditions: readonly Condition[], wanted: Condition): { readonly conditions: Condition[]; readonly changed: boolean } {
  const index = conditions.findIndex((condition) => condition.type === wanted.type)
  const current = conditions[index]
  if (current === undefined) return wanted.status === 'False' ? { conditions: [...conditions], changed: false } : { conditions: [...conditions, wanted], changed: true }
  if (current.status === wanted.status && current.reason === wanted.reason && current.message === wanted.message) return { conditions: [...conditions], changed: false }
  return { conditions: conditions.map((condition, at) => (at === index ? wanted : condition)), changed: true }
}

function countOf(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation] ?? ''
  const count = /^[0-9]+$/.test(text) ? Number(text) : 0
  return count > 2147483647 ? 0 : count
}

/** Failures of a pod's index that count towards the limit per index. */
export function indexFailures(pod: Pod): number {
  return countOf(pod, failureCountAnnotation)
}

/** Failures of a pod's index that a policy ignored. */
export function ignoredIndexFailures(pod: Pod): number {
  return countOf(pod, ignoredFailureCountAnnotation)
}
