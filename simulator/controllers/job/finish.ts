/** Whether a Job is over, and why. Models kubernetes/pkg/controller/job syncJob (v1.35). */

import type { Condition, Job } from '../../api/types.ts'
import { completionIndexOf, countIndexes, hasIndex, indexesOf } from './indexes.ts'
import { finishedMs } from './back-off.ts'
import type { JobState } from './job-state.ts'
import { findJobCondition, hasLimitPerIndex, ignoredIndexFailures, indexFailures, isIndexed, isPodFailed, isSuspended, jobCondition, jobMessages, jobReasons } from './jobs.ts'
import { failurePolicyOf, matchFailurePolicy, matchSuccessPolicy, successPolicyOf } from './policies.ts'

/** Sets `finished` when an earlier sync decided it, a limit is exceeded or a policy is met. */
export function findEnd(state: JobState): void {
  state.finished = decidedEarlier(state) ?? pastLimits(state)
  if (!isIndexed(state.job)) return
  state.countSucceededIndexes()
  if (hasLimitPerIndex(state.job)) {
    state.countFailedIndexes()
    state.finished ??= pastIndexLimits(state)
    state.delayedByIndex = delayedPods(state)
  }
  if (state.finished !== undefined) return
  const message = matchSuccessPolicy(successPolicyOf(state.job), state.completions, state.succeededIndexes)
  if (message !== undefined) state.finished = jobCondition('SuccessCriteriaMet', 'True', jobReasons.successPolicy, message, state.now)
}

function decidedEarlier(state: JobState): Condition | undefined {
  const { job, now } = state
  const met = findJobCondition(job, 'SuccessCriteriaMet')
  if (met !== undefined) return met
  const target = findJobCondition(job, 'FailureTarget')
  if (target !== undefined) return jobCondition('Failed', 'True', target.reason ?? '', target.message ?? '', now)
  const policy = failurePolicyOf(job)
  if (policy === undefined) return undefined
  for (const pod of state.pods) {
    const message = isPodFailed(pod, job) ? matchFailurePolicy(policy, pod).jobFailureMessage : undefined
    if (message !== undefined) return jobCondition('FailureTarget', 'True', jobReasons.failurePolicy, message, now)
  }
  return undefined
}

function pastLimits(state: JobState): Condition | undefined {
  const { job, context, now } = state
  if (state.failed > job.spec.backoffLimit! || hasRestartedTooOften(state)) return jobCondition('FailureTarget', 'True', jobReasons.backoffLimit, jobMessages.backoffLimit, now)
  const deadlineSeconds = job.spec.activeDeadlineSeconds
  if (deadlineSeconds === undefined || isSuspended(job) || state.status.startTime === undefined) return undefined
  const leftMs = context.clock.parse(state.status.startTime) + deadlineSeconds * 1000 - context.clock.nowMs
  if (leftMs <= 0) return jobCondition('FailureTarget', 'True', jobReasons.deadline, jobMessages.deadline, now)
  state.comeBackAfter(leftMs)
  return undefined
}

/** With restartPolicy OnFailure the restarts of running containers count instead of failed pods. */
function hasRestartedTooOften(state: JobState): boolean {
  const { job, pods } = state
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue
    for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += container.restartCount
  }
  return job.spec.backoffLimit === 0 ? restarts > 0 : restarts >= job.spec.backoffLimit!
}

function pastIndexLimits(state: JobState): Condition | undefined {
  const { job, now } = state
  const failed = countIndexes(state.failedIndexes ?? [])
  if (job.spec.maxFailedIndexes !== undefined && failed > job.spec.maxFailedIndexes) return jobCondition('FailureTarget', 'True', jobReasons.maxFailedIndexes, jobMessages.maxFailedIndexes, now)
  if (failed > 0 && failed + countIndexes(state.succeededIndexes) >= state.completions) return jobCondition('FailureTarget', 'True', jobReasons.failedIndexes, jobMessages.failedIndexes, now)
  return undefined
}

/** Per index without an active pod: the failed pod whose failures the next one inherits. */
function delayedPods(state: JobState): Map<number, JobState['pods'][number]> {
  const active = new Set(indexesOf(state.activePods))
  const parse = (text: string): number => state.context.clock.parse(text)
  const result = new Map<number, JobState['pods'][number]>()
  for (const pod of state.validPods(new Set())) {
    const index = completionIndexOf(pod)!
    if (!isPodFailed(pod, state.job)) continue
    if (hasIndex(state.succeededIndexes, index) || hasIndex(state.failedIndexes ?? [], index) || active.has(index)) continue
    const other = result.get(index)
    if (other === undefined || (allFailures(other) <= allFailures(pod) && finishedMs(pod, parse) >= finishedMs(other, parse))) result.set(index, pod)
  }
  return result
}

/** Failures of a pod's index, the ignored ones too. */
export function allFailures(pod: JobState['pods'][number]): number {
  return indexFailures(pod) + ignoredIndexFailures(pod)
}

/** All wanted completions are there and no pod is active. */
export function isComplete(job: Job, succeeded: number, active: number): boolean {
  return active === 0 && (job.spec.completions === undefined ? succeeded > 0 : succeeded >= job.spec.completions)
}
