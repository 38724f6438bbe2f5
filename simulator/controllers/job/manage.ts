/** Creating and deleting a Job's pods. Models kubernetes/pkg/controller/job manageJob (v1.35). */

import type { Container, Job, Pod, PodTemplateSpec, Status } from '../../api/types.ts'
import { keyOf } from '../../store/resource-id.ts'
import { podFromTemplate } from '../owners.ts'
import { createEachInSlowStart, createInSlowStart, deletePod, podsPerSyncMax } from '../pod-control.ts'
import { compareNewestFirst, compareProgress, compareRestarts, isPodReady, isPodTerminating, readySinceMs } from '../pods.ts'
import { finishedMs, remainingMs } from './back-off.ts'
import { allFailures } from './finish.ts'
import { completionIndexAnnotation, completionIndexOf, firstFreeIndexes, indexesOf, mergeIntervals, withIndexes } from './indexes.ts'
import type { JobState } from './job-state.ts'
import { failureCountAnnotation, hasLimitPerIndex, hasTrackingFinalizer, ignoredFailureCountAnnotation, ignoredIndexFailures, indexFailures, isIndexed, isSuspended, replacesOnlyFailed, trackingFinalizer } from './jobs.ts'
import { failurePolicyOf, matchFailurePolicy } from './policies.ts'

const generatedNameMax = 58
const indexEnvName = 'JOB_COMPLETION_INDEX'
/** A Job is not looked at more often than this for a delay. Source: SyncJobBatchPeriod. */
export const syncBatchMs = 1000

/** How many pods are active afterwards, and what was refused. */
export interface Managed { readonly active: number; readonly failure?: Status }

/** Deletes pods that are too many or creates those that are missing, back-off permitting. */
export function managePods(state: JobState): Managed {
  const { job, activePods } = state
  const active = activePods.length
  if (isSuspended(job)) return removePods(state, podsToRemove(state, active))
  const wanted = wantedActive(state, active)
  const surplus = podsToRemove(state, Math.max(0, active - wanted)).slice(0, podsPerSyncMax)
  if (surplus.length > 0) return removePods(state, surplus)
  const missing = wanted - (replacesOnlyFailed(job) ? state.terminating : 0) - active
  return missing > 0 ? createMissing(state, Math.min(missing, podsPerSyncMax)) : { active }
}

function wantedActive(state: JobState, active: number): number {
  const { parallelism = 1, completions } = state.job.spec
  if (completions === undefined) return state.succeeded > 0 ? active : parallelism
  return Math.max(0, Math.min(completions - state.succeeded, parallelism))
}

/** Deletes all active pods of a Job that is over. */
export function deleteActivePods(state: JobState): Managed {
  let deleted = 0
  let failure: Status | undefined
  for (const pod of state.activePods) {
    const refusal = deletePod(state.context, state.job, pod)
    if (refusal === undefined) deleted++
    failure ??= refusal
    if (isPodReady(pod)) state.ready--
  }
  state.terminating += deleted
  return { active: state.activePods.length - deleted, failure }
}

/** Pods that are not needed do not count as failed: they lose their finalizer first. */
function removePods(state: JobState, pods: readonly Pod[]): Managed {
  let removed = 0
  let failure: Status | undefined
  for (const pod of pods) {
    const refusal = removeFinalizer(state, pod) ?? deletePod(state.context, state.job, pod)
    if (refusal === undefined) removed++
    failure ??= refusal
    if (isPodReady(pod)) state.ready--
  }
  state.terminating += removed
  return { active: state.activePods.length - removed, failure }
}

/** Takes the tracking finalizer off a pod. @returns the refusal, if any; a pod that is gone is none */
export function removeFinalizer(state: { readonly context: JobState['context'] }, pod: Pod): Status | undefined {
  if (!hasTrackingFinalizer(pod)) return undefined
  const rest = pod.metadata.finalizers!.filter((finalizer) => finalizer !== trackingFinalizer)
  const result = state.context.api.patch('pods', keyOf(pod), { metadata: { finalizers: rest.length === 0 ? null : rest } })
  return result.ok || result.status.code === 404 ? undefined : result.status
}

/** Which active pods go: those with an index twice or out of range, then the least along. */
function podsToRemove(state: JobState, atLeast: number): Pod[] {
  const { job, activePods } = state
  const compare = (a: Pod, b: Pod): number => compareActive(state, a, b)
  const { remove, keep } = isIndexed(job) ? sortOutDuplicates(state, compare) : { remove: [], keep: [...activePods] }
  if (remove.length >= atLeast) return remove
  return [...remove, ...keep.sort(compare).slice(0, atLeast - remove.length)]
}

/** The order in which equal work is given up. Models controller.ActivePods. */
function compareActive(state: JobState, a: Pod, b: Pod): number {
  const parse = (text: string): number => state.context.clock.parse(text)
  const created = (pod: Pod): number | undefined => (pod.metadata.creationTimestamp === undefined ? undefined : parse(pod.metadata.creationTimestamp))
  return compareProgress(a, b) || compareNewestFirst(readySinceMs(a, parse), readySinceMs(b, parse)) || compareRestarts(a, b) || compareNewestFirst(created(a), created(b))
}

function sortOutDuplicates(state: JobState, compare: (a: Pod, b: Pod) => number): { remove: Pod[]; keep: Pod[] } {
  const byIndex = new Map<number, Pod[]>()
  const remove: Pod[] = []
  for (const pod of state.activePods) {
    const index = completionIndexOf(pod)
    if (index === undefined || index >= state.completions) remove.push(pod)
    else byIndex.set(index, [...(byIndex.get(index) ?? []), pod])
  }
  const keep: Pod[] = []
  for (const index of [...byIndex.keys()].sort((a, b) => a - b)) {
    const pods = byIndex.get(index)!.sort(compare)
    keep.push(pods.pop()!)
    remove.push(...pods)
  }
  return { remove, keep }
}

function createMissing(state: JobState, missing: number): Managed {
  const { job, context, activePods } = state
  const waitMs = hasLimitPerIndex(job) ? 0 : remainingMs(state.backOff, context.clock.nowMs)
  if (waitMs > 0) return waitForBackOff(state, waitMs)
  if (!isIndexed(job)) {
    const { created, failure } = createInSlowStart(context, job, jobPod(job, job.spec.template), missing)
    return { active: activePods.length + created, failure }
  }
  const indexes = pendingIndexes(state, missing)
  const ready = hasLimitPerIndex(job) ? readyIndexes(state, indexes) : { indexes, waitMs: 0 }
  if (ready.waitMs > 0) return waitForBackOff(state, ready.waitMs)
  const { created, failure } = createEachInSlowStart(context, job, ready.indexes.map((index) => indexedPod(state, index)))
  return { active: activePods.length + created, failure }
}

/** While it waits, upstream reports no active pod. */
function waitForBackOff(state: JobState, waitMs: number): Managed {
  state.comeBackAfter(Math.max(waitMs, syncBatchMs))
  return { active: 0 }
}

function pendingIndexes(state: JobState, count: number): number[] {
  let taken = withIndexes(state.succeededIndexes, indexesOf(state.activePods))
  if (replacesOnlyFailed(state.job)) taken = withIndexes(taken, indexesOf(state.pods.filter(isPodTerminating)))
  if (state.failedIndexes !== undefined) taken = mergeIntervals(taken, state.failedIndexes)
  return firstFreeIndexes(taken, count, state.completions)
}

/** Indexes whose own back-off is over; when none is, how long the first one waits. */
function readyIndexes(state: JobState, indexes: readonly number[]): { indexes: number[]; waitMs: number } {
  const { clock } = state.context
  const ready: number[] = []
  let shortestMs = 0
  for (const index of indexes) {
    const failed = state.delayedByIndex.get(index)
    const record = failed === undefined ? { failures: 0 } : { failures: allFailures(failed) + 1, lastFailureMs: finishedMs(failed, (text) => clock.parse(text)) }
    const waitMs = remainingMs(record, clock.nowMs)
    if (waitMs === 0) ready.push(index)
    else if (shortestMs === 0 || waitMs < shortestMs) shortestMs = waitMs
  }
  return { indexes: ready, waitMs: ready.length > 0 ? 0 : shortestMs }
}

function jobPod(job: Job, template: PodTemplateSpec): Pod {
  const pod = podFromTemplate(template, job)
  const finalizers = pod.metadata.finalizers ?? []
  return finalizers.includes(trackingFinalizer) ? pod : { ...pod, metadata: { ...pod.metadata, finalizers: [...finalizers, trackingFinalizer] } }
}

function withIndexEnv(containers: readonly Container[]): Container[] {
  const variable = { name: indexEnvName, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${completionIndexAnnotation}']` } } }
  return containers.map((container) => (container.env?.some(({ name }) => name === indexEnvName) === true ? container : { ...container, env: [...(container.env ?? []), variable] }))
}

function indexPrefix(jobName: string, index: number): string {
  const tail = `-${index}-`
  return jobName.length + tail.length > generatedNameMax ? jobName.slice(0, generatedNameMax - tail.length) + tail : jobName + tail
}

function indexedPod(state: JobState, index: number): Pod {
  const { job } = state
  const pod = jobPod(job, job.spec.template)
  const { metadata, spec } = pod
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: indexPrefix(job.metadata.name!, index),
      labels: { ...metadata.labels, [completionIndexAnnotation]: `${index}` },
      annotations: { ...metadata.annotations, [completionIndexAnnotation]: `${index}`, ...failureAnnotations(state, index) },
    },
    spec: {
      ...spec,
      containers: withIndexEnv(spec.containers),
      ...(spec.initContainers === undefined ? {} : { initContainers: withIndexEnv(spec.initContainers) }),
      hostname: `${job.metadata.name!}-${index}`,
    },
  }
}

/** A pod inherits the failures of the one it replaces. */
function failureAnnotations(state: JobState, index: number): { [annotation: string]: string } {
  if (!hasLimitPerIndex(state.job)) return {}
  const replaced = state.delayedByIndex.get(index)
  if (replaced === undefined) return { [failureCountAnnotation]: '0' }
  const counts = matchFailurePolicy(failurePolicyOf(state.job), replaced).counts
  const ignored = ignoredIndexFailures(replaced) + Number(!counts)
  return { [failureCountAnnotation]: `${indexFailures(replaced) + Number(counts)}`, ...(ignored > 0 ? { [ignoredFailureCountAnnotation]: `${ignored}` } : {}) }
}
