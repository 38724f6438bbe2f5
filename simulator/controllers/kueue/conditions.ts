/** Conditions of workloads and what they mean. Models sigs.k8s.io/kueue/pkg/workload (v0.10). */

import type { Condition } from '../../api/types.ts'
import type { Admission, Workload, WorkloadStatus } from './types.ts'

const shownMax = 32 * 1024

/** The condition of a type. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/** True when the condition is there and True. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

/** The conditions with one of them set; its time moves only when its status changes. Models apimachinery/pkg/api/meta SetStatusCondition. */
export function withCondition(conditions: readonly Condition[] | undefined, condition: Condition, now: string): Condition[] {
  const list = conditions ?? []
  const before = findCondition(list, condition.type)
  const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : now
  const after: Condition = { ...condition, message: (condition.message ?? '').slice(0, shownMax), lastTransitionTime }
  return before === undefined ? [...list, after] : list.map((one) => (one === before ? after : one))
}

/** True from the reservation of quota on, before admission checks are done and until an eviction takes it back. */
export function hasQuotaReservation({ status }: Workload): boolean {
  return isTrue(status?.conditions, 'QuotaReserved')
}
/** True when quota is reserved and every admission check is ready, so that the job may run. */
export function isAdmitted({ status }: Workload): boolean {
  return isTrue(status?.conditions, 'Admitted')
}
/** True when the job has succeeded or failed; such a workload holds no quota. */
export function isFinished({ status }: Workload): boolean {
  return isTrue(status?.conditions, 'Finished')
}
/** True from an eviction (preemption, deactivation, a failed check) until quota is reserved anew. */
export function isEvicted({ status }: Workload): boolean {
  return isTrue(status?.conditions, 'Evicted')
}
/** False only when spec.active is false: the workload is not queued, and evicted if it runs. */
export function isActive({ spec }: Workload): boolean {
  return spec.active !== false
}
/** The workload's own priority (of its WorkloadPriorityClass or pods, resolved when it was made); 0 without one. Larger goes first. */
export function priorityOf({ spec }: Workload): number {
  return spec.priority ?? 0
}

function hasAllChecksReady(status: WorkloadStatus): boolean {
  return (status.admissionChecks ?? []).every(({ state }) => state === 'Ready')
}

/** The Admitted condition as quota and checks have it. */
function withAdmitted(status: WorkloadStatus, generation: number | undefined, now: string, elapsedSeconds: (since: string) => number): WorkloadStatus {
  const hasReservation = isTrue(status.conditions, 'QuotaReserved')
  const hasChecks = hasAllChecksReady(status)
  const before = findCondition(status.conditions, 'Admitted')
  const wanted = hasReservation && hasChecks
  if ((before?.status === 'True') === wanted) return status
  const [reason, message] = wanted
    ? ['Admitted', 'The workload is admitted']
    : !hasReservation && !hasChecks
      ? ['NoReservationUnsatisfiedChecks', 'The workload has no reservation and not all checks ready']
      : !hasReservation ? ['NoReservation', 'The workload has no reservation'] : ['UnsatisfiedChecks', 'The workload has not all checks ready']
  const past = before?.status === 'True' ? { accumulatedPastExexcutionTimeSeconds: (status.accumulatedPastExexcutionTimeSeconds ?? 0) + elapsedSeconds(before.lastTransitionTime ?? now) } : {}
  return { ...status, ...past, conditions: withCondition(status.conditions, { type: 'Admitted', status: wanted ? 'True' : 'False', reason, message, observedGeneration: generation }, now) }
}

/** When a status is written. */
export interface StatusTime {
  readonly now: string
  /** Whole seconds from an API timestamp until now. */
  elapsedSeconds(since: string): number
}

/** The status with its Admitted condition in step. */
export function syncAdmitted({ metadata }: Workload, status: WorkloadStatus, { now, elapsedSeconds }: StatusTime): WorkloadStatus {
  return withAdmitted(status, metadata.generation, now, elapsedSeconds)
}

/** The status of a workload that gets its quota. */
export function reserveQuota(workload: Workload, admission: Admission, checks: readonly string[], time: StatusTime): WorkloadStatus {
  const { metadata } = workload
  // What it asks for is in the admission from now on.
  const { resourceRequests: _requests, ...status } = workload.status ?? {}
  const { now } = time
  const message = `Quota reserved in ClusterQueue ${admission.clusterQueue}`
  const conditions = withCondition(status.conditions, { type: 'QuotaReserved', status: 'True', reason: 'QuotaReserved', message, observedGeneration: metadata.generation }, now)
  const reset = (condition: Condition): Condition =>
    condition.type === 'Evicted' || condition.type === 'Preempted' ? { ...condition, status: 'False', reason: 'QuotaReserved', message: `Previously: ${condition.message ?? ''}`, lastTransitionTime: now } : condition
  const missing = checks.filter((name) => !(status.admissionChecks ?? []).some((check) => check.name === name))
  const admissionChecks = [...(status.admissionChecks ?? []), ...missing.map((name) => ({ name, state: 'Pending' as const, message: '', lastTransitionTime: now }))]
  return syncAdmitted(workload, { ...status, admission, conditions: conditions.map(reset), ...(admissionChecks.length === 0 ? {} : { admissionChecks }) }, time)
}

/** The status of a workload without quota, and why. */
export function releaseQuota(workload: Workload, reason: string, message: string, time: StatusTime): WorkloadStatus {
  const { admission: _admission, ...status } = workload.status ?? {}
  const condition: Condition = { type: 'QuotaReserved', status: 'False', reason, message, observedGeneration: workload.metadata.generation }
  return syncAdmitted(workload, { ...status, conditions: withCondition(status.conditions, condition, time.now) }, time)
}

/** The status of a workload that is told to stop. Its checks begin anew. */
export function evict(workload: Workload, reason: string, message: string, { now }: StatusTime): WorkloadStatus {
  const { metadata, status = {} } = workload
  const conditions = withCondition(status.conditions, { type: 'Evicted', status: 'True', reason, message, observedGeneration: metadata.generation }, now)
  const { admissionChecks } = status
  if (admissionChecks === undefined) return { ...status, conditions }
  const checks = admissionChecks.map((check) => (check.state === 'Pending' ? check : { name: check.name, state: 'Pending' as const, lastTransitionTime: now, message: `Reset to Pending after eviction. Previously: ${check.state}` }))
  return { ...status, conditions, admissionChecks: checks }
}

/** The status of a workload that may, or may not yet, be queued again. */
export function setRequeued({ metadata, status = {} }: Workload, reason: string, message: string, isRequeued: boolean, { now }: StatusTime): WorkloadStatus {
  return { ...status, conditions: withCondition(status.conditions, { type: 'Requeued', status: isRequeued ? 'True' : 'False', reason, message, observedGeneration: metadata.generation }, now) }
}
