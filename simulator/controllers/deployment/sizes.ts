/**
 * How many pods each ReplicaSet of a Deployment may have.
 * Models kubernetes/pkg/controller/deployment/util and rolling.go (v1.35).
 */

import type { Deployment, IntOrString, ReplicaSet } from '../../api/types.ts'
import { scaledIntOrPercent } from '../int-or-percent.ts'

/** Surge and unavailable pods in whole numbers, or why there are none. */
export type Fenceposts = { readonly maxSurge: number; readonly maxUnavailable: number } | { readonly error: string }

/** Resolves both limits; when both come out as 0, one pod may be unavailable, or nothing would ever move. */
export function resolveFenceposts(surge: IntOrString | undefined, unavailable: IntOrString | undefined, replicas: number): Fenceposts {
  const up = scaledIntOrPercent(surge ?? 0, replicas, true)
  if ('error' in up) return up
  const down = scaledIntOrPercent(unavailable ?? 0, replicas, false)
  if ('error' in down) return down
  return { maxSurge: up.value, maxUnavailable: up.value === 0 && down.value === 0 ? 1 : down.value }
}

/** True for strategy RollingUpdate; false without a strategy, which a defaulted Deployment always has. */
export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec.strategy?.type === 'RollingUpdate'
}

function fencepostsOf(deployment: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const limits = deployment.spec.strategy?.rollingUpdate
  const resolved = resolveFenceposts(limits?.maxSurge, limits?.maxUnavailable, deployment.spec.replicas!)
  return 'error' in resolved ? { maxSurge: 0, maxUnavailable: 0 } : resolved
}

/** Pods above spec.replicas that a rolling update may have. */
export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fencepostsOf(deployment).maxSurge : 0
}

/** Pods below spec.replicas that a rolling update may miss. */
export function maxUnavailable(deployment: Deployment): number {
  const replicas = deployment.spec.replicas!
  return !isRollingUpdate(deployment) || replicas === 0 ? 0 : Math.min(fencepostsOf(deployment).maxUnavailable, replicas)
}

/** Pods that must stay available during a rolling update. */
export function minAvailable(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? deployment.spec.replicas! - maxUnavailable(deployment) : 0
}

/** Sum of spec.replicas. */
export function sumReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0)
}

/** Sum of status.availableReplicas. */
export function sumAvailable(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0)
}

/** Sets that want pods. */
export function activeSets(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter((set) => (set.spec.replicas ?? 0) > 0)
}

/**
 * The size that the new set may grow to now.
 * @param allReplicas sum of spec.replicas over all sets, the new one too
 * @param newReplicas present size of the new set
 */
export function newSetSize(deployment: Deployment, allReplicas: number, newReplicas: number): { readonly replicas: number; readonly error?: string } {
  const replicas = deployment.spec.replicas!
  const type = deployment.spec.strategy?.type
  if (type === 'Recreate') return { replicas }
  if (type !== 'RollingUpdate') return { replicas: 0, error: `deployment type ${type ?? ''} isn't supported` }
  const surge = scaledIntOrPercent(deployment.spec.strategy?.rollingUpdate?.maxSurge, replicas, true)
  if ('error' in surge) return { replicas: 0, error: surge.error }
  const podsMax = replicas + surge.value
  if (allReplicas >= podsMax) return { replicas: newReplicas }
  return { replicas: newReplicas + Math.min(podsMax - allReplicas, replicas - newReplicas) }
}

/** The new set has all its pods, and they are available. */
export function isSaturated(deployment: Deployment, set: ReplicaSet | undefined, desired: number | undefined): boolean {
  const replicas = deployment.spec.replicas
  return set !== undefined && set.spec.replicas === replicas && desired === replicas && (set.status?.availableReplicas ?? 0) === replicas
}

/**
 * How many pods of a scaling go to (or come from) one set.
 * @param maxBefore the set's max-replicas annotation, if it is a number
 * @param toAdd pods to add over all sets, negative to remove
 * @param added what other sets already took
 */
export function setProportion(deployment: Deployment, set: ReplicaSet, maxBefore: number | undefined, toAdd: number, added: number): number {
  if (set.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0
  const fraction = setFraction(deployment, set, maxBefore)
  const allowed = toAdd - added
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed)
}

function setFraction(deployment: Deployment, set: ReplicaSet, maxBefore: number | undefined): number {
  const size = set.spec.replicas!
  if (deployment.spec.replicas === 0) return size === 0 ? 0 : -size
  // A set without a usable annotation is measured by what the Deployment has now.
  const before = maxBefore === undefined || maxBefore === 0 ? (deployment.status?.replicas ?? 0) : maxBefore
  if (before === 0) return 0
  const exact = (size * (deployment.spec.replicas! + maxSurge(deployment))) / before
  return Math.floor(exact + 0.5) - size
}
