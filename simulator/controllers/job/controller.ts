/**
 * Jobs: pods that run to completion.
 * Models kubernetes/pkg/controller/job and ttlafterfinished (v1.35); changes of pods are batched for a second, as upstream.
 */

import type { ApiClient } from '../../api/client.ts'
import { isSelectorError, matchesSelector, toSelector } from '../../api/selector.ts'
import type { Job, Pod } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { controllerOf, controllerReference, ownerKey, release } from '../owners.ts'
import type { BackOffRecord } from './back-off.ts'
import { findEnd, isComplete } from './finish.ts'
import { JobState } from './job-state.ts'
import { ensureCondition, hasTrackingFinalizer, isJobFinished, isSuspended, jobCondition, jobMessages, jobReasons, trackingFinalizer } from './jobs.ts'
import { deleteActivePods, managePods, removeFinalizer, syncBatchMs } from './manage.ts'
import { trackStatus } from './tracking.ts'

/** Marks the key of a pod whose Job is gone or over. */
const orphanMark = '|orphan'
const ownController = 'kubernetes.io/job-controller'
const statusOnly = (change: StoreChange): boolean => change.before?.metadata.generation === change.after?.metadata.generation

const noKeys: readonly string[] = []

function keysOfPod({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  if (after !== undefined && controllerOf(after) !== undefined && ownerKey(after, 'Job') === undefined && (before === undefined || before.metadata.ownerReferences === after.metadata.ownerReferences)) return noKeys
  const keys = new Set([before, after].map((pod) => ownerKey(pod, 'Job')).filter((key) => key !== undefined))
  if (after !== undefined && controllerOf(after) === undefined && !equalJson(before?.metadata.labels, after.metadata.labels)) {
    for (const job of api.list<Job>('jobs.batch', { namespace: after.metadata.namespace })) if (selects(job, after as Pod)) keys.add(keyOf(job))
  }
  return [...keys]
}

/** Pods with a tracking finalizer that no unfinished Job will take off. */
function keysOfOrphan({ after, key }: StoreChange, api: ApiClient): readonly string[] {
  return after !== undefined && isOrphan(after as Pod, api) ? [key + orphanMark] : noKeys
}

function isOrphan(pod: Pod, api: ApiClient): boolean {
  if (!hasTrackingFinalizer(pod)) return false
  const jobKey = ownerKey(pod, 'Job')
  const job = jobKey === undefined ? undefined : api.find<Job>('jobs.batch', jobKey)
  return job === undefined || job.metadata.uid !== controllerOf(pod)?.uid || (isJobFinished(job) && pod.metadata.deletionTimestamp !== undefined)
}

function selects(job: Job, pod: Pod): boolean {
  const selector = toSelector(job.spec.selector)
  return !isSelectorError(selector) && selector.requirements.length > 0 && matchesSelector(selector, pod.metadata.labels)
}

/** The Job's pods: orphans that its selector takes are adopted and tracked, pods that it no longer takes are let go. */
function claimPods(job: Job, api: ApiClient): Pod[] | undefined {
  const claimed: Pod[] = []
  const isDeleting = job.metadata.deletionTimestamp !== undefined
  for (const pod of api.listOwned<Pod>('pods', job.metadata.uid!)) {
    if (selects(job, pod)) claimed.push(pod)
    else if (!isDeleting && release(api, 'pods', pod, job) !== undefined) return undefined
  }
  if (isDeleting) return claimed
  for (const pod of api.list<Pod>('pods', { namespace: job.metadata.namespace, selector: job.spec.selector })) {
    if (controllerOf(pod) !== undefined || pod.metadata.deletionTimestamp !== undefined) continue
    const finalizers = [...(pod.metadata.finalizers ?? []).filter((finalizer) => finalizer !== trackingFinalizer), trackingFinalizer]
    const result = api.patch<Pod>('pods', keyOf(pod), { metadata: { ownerReferences: [...(pod.metadata.ownerReferences ?? []), controllerReference(job)], finalizers } })
    if (!result.ok) return undefined
    claimed.push(result.object)
  }
  return claimed
}

/** Marks a Job as suspended or resumed. @returns whether that changed */
function syncSuspension(state: JobState): boolean {
  const { job, context, now, status } = state
  const wanted = isSuspended(job) ? jobCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now) : jobCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now)
  const { conditions, changed } = ensureCondition(status.conditions ?? [], wanted)
  if (!changed) return false
  state.status = { ...status, conditions, ...(isSuspended(job) ? {} : { startTime: now }) }
  context.recorder.record(job, 'Normal', isSuspended(job) ? 'Suspended' : 'Resumed', wanted.message ?? '')
  return true
}

function sync(state: JobState, saveBackOff: () => void): ReconcileResult {
  const { job } = state
  if (state.status.startTime === undefined && !isSuspended(job)) state.status = { ...state.status, startTime: state.now }
  findEnd(state)
  let active = state.activePods.length
  let isRefused = false
  let hasSuspensionChanged = false
  if (state.finished !== undefined) {
    const deleted = deleteActivePods(state)
    // Not all pods could be deleted: the Job is not over yet.
    if (deleted.active > 0) state.finished = undefined
    active = deleted.active
    isRefused = deleted.failure !== undefined
  } else {
    const isManaged = job.metadata.deletionTimestamp === undefined
    if (isManaged) {
      const managed = managePods(state)
      active = managed.active
      isRefused = managed.failure !== undefined
    }
    if (isComplete(job, state.succeeded, active)) state.finished = jobCondition('SuccessCriteriaMet', 'True', jobReasons.completions, jobMessages.completions, state.now)
    else if (isManaged) hasSuspensionChanged = syncSuspension(state)
  }
  const { ready, terminating } = state
  const before = job.status
  const needsFlush = hasSuspensionChanged || active !== (before?.active ?? 0) || ready !== before?.ready || terminating !== before.terminating
  state.status = { ...state.status, active, ready, terminating }
  const isTracked = trackStatus(state, needsFlush, saveBackOff)
  if (!isTracked || isRefused) return { failed: true }
  return state.requeueAfterMs === undefined ? done : { requeueAfterMs: state.requeueAfterMs }
}

/** Takes the finalizer off a pod that no Job tracks any more. */
function syncOrphan(key: string, context: ComponentContext): ReconcileResult {
  const pod = context.api.find<Pod>('pods', key)
  if (pod === undefined || !isOrphan(pod, context.api)) return done
  return { failed: removeFinalizer({ context }, pod) !== undefined }
}

/** The Job controller. */
export const jobController: Controller = {
  name: 'job-controller',
  watches: [
    { resource: 'jobs.batch', delayMs: (change) => (change.before !== undefined && change.after !== undefined && statusOnly(change) ? syncBatchMs : 0) },
    { resource: 'jobs.batch', keysOf: ({ before, after }, api) => (after !== undefined ? [] : api.listOwned<Pod>('pods', before!.metadata.uid!).filter(hasTrackingFinalizer).map((pod) => keyOf(pod) + orphanMark)) },
    { resource: 'pods', keysOf: keysOfPod, delayMs: () => syncBatchMs },
    { resource: 'pods', keysOf: keysOfOrphan },
  ],
  reconcile(key, context): ReconcileResult {
    if (key.endsWith(orphanMark)) return syncOrphan(key.slice(0, -orphanMark.length), context)
    const records = context.table<BackOffRecord>('backOff')
    const job = context.api.find<Job>('jobs.batch', key)
    if (job === undefined || isJobFinished(job)) {
      records.delete(key)
      return done
    }
    if (job.spec.managedBy !== undefined && job.spec.managedBy !== ownController) return done
    const pods = claimPods(job, context.api)
    if (pods === undefined) return { failed: true }
    const state = new JobState(job, pods, records.get(key), context)
    return sync(state, () => records.set(key, state.backOff))
  },
}
