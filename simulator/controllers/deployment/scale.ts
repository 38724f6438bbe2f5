/** Changing the size of a Deployment in mid-rollout: pods are added or removed in proportion. Models kubernetes/pkg/controller/deployment sync.go (v1.35). */

import type { ReplicaSet } from '../../api/types.ts'
import { countAnnotation, desiredReplicasAnnotation, maxReplicasAnnotation } from './annotations.ts'
import { activeOrLatest, bySizeNewer, bySizeOlder } from './replica-sets.ts'
import { activeSets, isRollingUpdate, isSaturated, maxSurge, setProportion, sumReplicas } from './sizes.ts'
import type { DeploymentWriter } from './writer.ts'

/** Sizes the sets to the Deployment's size. @returns whether all writes were accepted */
export function scaleSets(writer: DeploymentWriter, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): boolean {
  const { deployment } = writer
  const only = activeOrLatest(newSet, oldSets)
  if (only !== undefined) return only.spec.replicas === deployment.spec.replicas || writer.scale(only, deployment.spec.replicas!) !== undefined
  if (newSet !== undefined && isSaturated(deployment, newSet, countAnnotation(newSet, desiredReplicasAnnotation))) {
    return activeSets(oldSets).every((set) => writer.scale(set, 0) !== undefined)
  }
  if (!isRollingUpdate(deployment)) return true
  return scaleInProportion(writer, activeSets(newSet === undefined ? oldSets : [...oldSets, newSet]))
}

function scaleInProportion(writer: DeploymentWriter, active: readonly ReplicaSet[]): boolean {
  const { deployment } = writer
  const wanted = deployment.spec.replicas!
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0
  const toAdd = allowed - sumReplicas(active)
  const sets = toAdd === 0 ? active : [...active].sort(toAdd > 0 ? bySizeNewer : bySizeOlder)
  let added = 0
  const sizes = sets.map((set) => {
    const share = setProportion(deployment, set, countAnnotation(set, maxReplicasAnnotation), toAdd, added)
    added += share
    return set.spec.replicas! + share
  })
  // What rounding left over goes to the biggest set.
  if (toAdd !== 0 && sizes.length > 0) sizes[0] = Math.max(0, sizes[0]! + toAdd - added)
  return sets.every((set, index) => writer.scale(set, sizes[index]!) !== undefined)
}
