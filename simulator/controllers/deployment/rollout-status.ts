/** Reporting a rollout: progress, completion, deadline, failures. Models kubernetes/pkg/controller/deployment progress.go (v1.35). */

import { goQuote } from '../../api/go-text.ts'
import type { Condition, DeploymentStatus, ReplicaSet } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { calculateStatus, deploymentReasons, findCondition, hasProgressDeadline, isComplete, isProgressing, isTimedOut, withCondition, withoutCondition } from './status.ts'
import type { DeploymentWriter } from './writer.ts'

/** How a sync ended: it may have to be tried again, or looked at again at some time. */
export interface SyncResult { readonly failed?: boolean; readonly requeueAfterMs?: number }

/** Writes the status when it changed; otherwise asks to come back when the deadline is over. */
export function syncRolloutStatus(writer: DeploymentWriter, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): SyncResult {
  const { deployment } = writer
  const counted = calculateStatus(deployment, newSet, oldSets, writer.now)
  const progressed = withProgress(writer, counted, newSet)
  const status = { ...progressed, conditions: withFailure(progressed, newSet, oldSets) }
  if (!equalJson(deployment.status, status)) return { failed: !writer.updateStatus(status) }
  return afterDeadline(writer, status)
}

/** Counts and availability only: a paused, scaled or deleted Deployment makes no progress. */
export function syncStatusOnly(writer: DeploymentWriter, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): SyncResult {
  const status = calculateStatus(writer.deployment, newSet, oldSets, writer.now)
  return equalJson(writer.deployment.status, status) ? {} : { failed: !writer.updateStatus(status) }
}

function withProgress(writer: DeploymentWriter, status: DeploymentStatus, newSet: ReplicaSet | undefined): DeploymentStatus {
  const { deployment, clock, now } = writer
  const conditions = status.conditions ?? []
  if (!hasProgressDeadline(deployment)) return { ...status, conditions: withoutCondition(conditions, 'Progressing') }
  const current = findCondition(deployment.status, 'Progressing')
  const wasComplete = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === deploymentReasons.available
  if (wasComplete) return status
  const subject = newSet === undefined ? `Deployment ${goQuote(deployment.metadata.name!)}` : `ReplicaSet ${goQuote(newSet.metadata.name!)}`
  if (isComplete(deployment, status)) {
    const text = { type: 'Progressing', status: 'True', reason: deploymentReasons.available, message: `${subject} has successfully progressed.` } as const
    return { ...status, conditions: withCondition(conditions, text, now) }
  }
  if (isProgressing(deployment, status)) {
    // Progress renews the update time even where status and reason stay, so that the deadline counts from here.
    const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : now
    const progress: Condition = { type: 'Progressing', status: 'True', reason: deploymentReasons.replicaSetUpdated, message: `${subject} is progressing.`, lastUpdateTime: now, lastTransitionTime }
    return { ...status, conditions: [...withoutCondition(conditions, 'Progressing'), progress] }
  }
  if (isTimedOut(deployment, status, clock.nowMs, (text) => clock.parse(text))) {
    const text = { type: 'Progressing', status: 'False', reason: deploymentReasons.timedOut, message: `${subject} has timed out progressing.` } as const
    return { ...status, conditions: withCondition(conditions, text, now) }
  }
  return status
}

/** Takes over why a set cannot create or delete pods; the new set's reason comes first. */
function withFailure(status: DeploymentStatus, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): Condition[] {
  const sets = newSet === undefined ? oldSets : [newSet, ...oldSets]
  const failure = sets.flatMap((set) => set.status?.conditions ?? []).find((condition) => condition.type === 'ReplicaFailure')
  const conditions = status.conditions ?? []
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure')
  const current = conditions.find((condition) => condition.type === 'ReplicaFailure')
  if (current?.status === failure.status && current.reason === failure.reason) return conditions
  const lastTransitionTime = current?.status === failure.status ? current.lastTransitionTime : failure.lastTransitionTime
  const { type, status: value, reason, message } = failure
  return [...withoutCondition(conditions, 'ReplicaFailure'), { type, status: value, reason, message, lastUpdateTime: failure.lastTransitionTime, lastTransitionTime }]
}

/** When a rollout that makes no progress is to be looked at again. */
function afterDeadline(writer: DeploymentWriter, status: DeploymentStatus): SyncResult {
  const { deployment, clock } = writer
  const current = findCondition(deployment.status, 'Progressing')
  if (!hasProgressDeadline(deployment) || current?.lastUpdateTime === undefined) return {}
  if (isComplete(deployment, status) || current.reason === deploymentReasons.timedOut) return {}
  const afterMs = clock.parse(current.lastUpdateTime) + deployment.spec.progressDeadlineSeconds! * 1000 - clock.nowMs
  // Upstream adds a second against clock skew; below a second it tries again with back-off.
  return afterMs < 1000 ? { failed: true } : { requeueAfterMs: afterMs + 1000 }
}
