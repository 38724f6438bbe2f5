/** A Deployment's status and conditions. Models kubernetes/pkg/controller/deployment (v1.35). */

import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from '../../api/types.ts'
import type { ParseTime } from '../pods.ts'
import { maxUnavailable, sumAvailable, sumReplicas } from './sizes.ts'

/** progressDeadlineSeconds and revisionHistoryLimit of this size mean none. */
export const int32Max = 2147483647

export const deploymentReasons = {
  replicaSetUpdated: 'ReplicaSetUpdated',
  createFailed: 'ReplicaSetCreateError',
  created: 'NewReplicaSetCreated',
  found: 'FoundNewReplicaSet',
  available: 'NewReplicaSetAvailable',
  timedOut: 'ProgressDeadlineExceeded',
  paused: 'DeploymentPaused',
  resumed: 'DeploymentResumed',
  minimumAvailable: 'MinimumReplicasAvailable',
  minimumUnavailable: 'MinimumReplicasUnavailable',
} as const

/** What a condition says, without its times. */
export interface ConditionText { readonly type: string; readonly status: 'True' | 'False' | 'Unknown'; readonly reason: string; readonly message: string }

/** The condition of a type, whatever its status; undefined when the status has none such. */
export function findCondition(status: DeploymentStatus | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type)
}

/** A copy of the list without conditions of a type, in the same order. */
export function withoutCondition(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((condition) => condition.type !== type)
}

/**
 * Sets a condition at the end of the list. Nothing changes when status and reason stay; the transition time stays with the status.
 * @param now API timestamp
 */
export function withCondition(conditions: readonly Condition[], text: ConditionText, now: string): Condition[] {
  const current = conditions.find((condition) => condition.type === text.type)
  if (current?.status === text.status && current.reason === text.reason) return [...conditions]
  const lastTransitionTime = current?.status === text.status ? current.lastTransitionTime : now
  return [...withoutCondition(conditions, text.type), { ...text, lastUpdateTime: now, lastTransitionTime }]
}

/** False when progressDeadlineSeconds is unset or the largest int32, by which the API says "never". Models HasProgressDeadline. */
export function hasProgressDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec.progressDeadlineSeconds
  return seconds !== undefined && seconds !== int32Max
}

/** All pods are of the new template, available, and seen by the controller. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec.replicas!
  return (status.updatedReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas && (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
}

/** More updated, ready or available pods, or fewer old ones, than the Deployment's own status says. */
export function isProgressing(deployment: Deployment, status: DeploymentStatus): boolean {
  const before = deployment.status ?? {}
  const oldPods = (of: DeploymentStatus): number => (of.replicas ?? 0) - (of.updatedReplicas ?? 0)
  return (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) || oldPods(status) < oldPods(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) || (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
}

/** No progress for longer than the deadline. */
export function isTimedOut(deployment: Deployment, status: DeploymentStatus, nowMs: number, parse: ParseTime): boolean {
  const condition = findCondition(status, 'Progressing')
  if (!hasProgressDeadline(deployment) || condition === undefined || condition.reason === deploymentReasons.available) return false
  if (condition.reason === deploymentReasons.timedOut) return true
  return condition.lastUpdateTime !== undefined && parse(condition.lastUpdateTime) + deployment.spec.progressDeadlineSeconds! * 1000 < nowMs
}

function sumTerminating(sets: readonly ReplicaSet[]): number | undefined {
  let sum = 0
  for (const { status } of sets) {
    if (status?.terminatingReplicas !== undefined) sum += status.terminatingReplicas
    // A set that its controller has seen must have told; one that it has not seen has no pods.
    else if ((status?.observedGeneration ?? 0) !== 0) return undefined
  }
  return sum
}

/** The counts of all sets, and whether enough pods are available. Other conditions stay. */
export function calculateStatus(deployment: Deployment, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[], now: string): DeploymentStatus {
  const sets = newSet === undefined ? oldSets : [...oldSets, newSet]
  const available = sumAvailable(sets)
  const isAvailable = available >= deployment.spec.replicas! - maxUnavailable(deployment)
  const text: ConditionText = isAvailable
    ? { type: 'Available', status: 'True', reason: deploymentReasons.minimumAvailable, message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: deploymentReasons.minimumUnavailable, message: 'Deployment does not have minimum availability.' }
  const counts = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sets.reduce((sum, set) => sum + (set.status?.replicas ?? 0), 0),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sets.reduce((sum, set) => sum + (set.status?.readyReplicas ?? 0), 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sumReplicas(sets) - available),
  }
  return {
    ...withoutZeros(counts),
    ...withTerminating(sumTerminating(sets)),
    ...(deployment.status?.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
    conditions: withCondition(deployment.status?.conditions ?? [], text, now),
  }
}

function withTerminating(count: number | undefined): DeploymentStatus {
  return count === undefined ? {} : { terminatingReplicas: count }
}

/** The API leaves out counts of 0. */
function withoutZeros(counts: { readonly [field: string]: number }): DeploymentStatus {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0))
}
