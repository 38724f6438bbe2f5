/** Moving pods from old ReplicaSets to the new one. Models kubernetes/pkg/controller/deployment rolling.go and recreate.go (v1.35). */

import type { ReplicaSet } from '../../api/types.ts'
import { syncRevision } from './new-set.ts'
import type { StepResult } from './new-set.ts'
import { byCreation, byRevision } from './replica-sets.ts'
import { syncRolloutStatus } from './rollout-status.ts'
import type { SyncResult } from './rollout-status.ts'
import { activeSets, maxUnavailable, newSetSize, sumAvailable, sumReplicas } from './sizes.ts'
import { int32Max, isComplete } from './status.ts'
import type { DeploymentWriter } from './writer.ts'

type Scaling = StepResult<{ readonly scaled: boolean }>

/** One step of a rolling update: grow the new set, or else shrink old ones, or else clean up. */
export function rollRolling(writer: DeploymentWriter, sets: readonly ReplicaSet[]): SyncResult {
  const found = syncRevision(writer, sets, true)
  if (found.failed || found.newSet === undefined) return { failed: true }
  const { newSet, oldSets } = found
  const grown = growNewSet(writer, newSet, oldSets)
  if (grown.failed) return grown
  if (grown.scaled) return syncRolloutStatus(writer, newSet, oldSets)
  if (shrinkOldSets(writer, newSet, activeSets(oldSets))) return syncRolloutStatus(writer, newSet, oldSets)
  if (isComplete(writer.deployment, writer.deployment.status ?? {}) && !deleteOldSets(writer, oldSets)) return { failed: true }
  return syncRolloutStatus(writer, newSet, oldSets)
}

function growNewSet(writer: DeploymentWriter, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Scaling {
  const wanted = writer.deployment.spec.replicas!
  const present = newSet.spec.replicas ?? 0
  if (present === wanted) return { scaled: false }
  const size = present > wanted ? { replicas: wanted } : newSetSize(writer.deployment, sumReplicas([...oldSets, newSet]), present)
  if ('error' in size && size.error !== undefined) return { failed: true }
  if (size.replicas === present) return { scaled: false }
  return writer.scale(newSet, size.replicas) === undefined ? { failed: true } : { scaled: true }
}

/** Takes pods from old sets, unhealthy ones first, as far as enough pods stay available. @returns whether any set shrank */
function shrinkOldSets(writer: DeploymentWriter, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): boolean {
  const { deployment } = writer
  if (sumReplicas(oldSets) === 0) return false
  const minimum = deployment.spec.replicas! - maxUnavailable(deployment)
  const newUnavailable = (newSet.spec.replicas ?? 0) - (newSet.status?.availableReplicas ?? 0)
  const most = sumReplicas([...oldSets, newSet]) - minimum - newUnavailable
  if (most <= 0) return false
  const healthy = shrinkUnhealthy(writer, oldSets, most)
  if (healthy === undefined) return false
  const spare = sumAvailable([...healthy.sets, newSet]) - minimum
  return shrinkInOrder(writer, healthy.sets, spare) + healthy.count > 0
}

function shrinkUnhealthy(writer: DeploymentWriter, oldSets: readonly ReplicaSet[], most: number): { sets: readonly ReplicaSet[]; count: number } | undefined {
  const sets = [...oldSets].sort(byCreation)
  let count = 0
  for (let i = 0; i < sets.length && count < most; i++) {
    const set = sets[i]!
    const size = set.spec.replicas ?? 0
    const unhealthy = size - (set.status?.availableReplicas ?? 0)
    if (size === 0 || unhealthy === 0) continue
    const goes = Math.min(most - count, unhealthy)
    // More available pods than wanted: nothing is unhealthy, and the set must not grow here.
    if (goes < 0) return undefined
    const updated = writer.scale(set, size - goes)
    if (updated === undefined) return undefined
    count += goes
    sets[i] = updated
  }
  return { sets, count }
}

function shrinkInOrder(writer: DeploymentWriter, sets: readonly ReplicaSet[], most: number): number {
  let count = 0
  for (const set of sets) {
    if (count >= most) break
    const size = set.spec.replicas ?? 0
    if (size === 0) continue
    const goes = Math.min(size, most - count)
    if (writer.scale(set, size - goes) === undefined) return 0
    count += goes
  }
  return count
}

/** Recreate: all old pods go, and only then the new ones come. */
export function rollRecreate(writer: DeploymentWriter, sets: readonly ReplicaSet[]): SyncResult {
  const found = syncRevision(writer, sets, false)
  if (found.failed) return found
  const { oldSets } = found
  let { newSet } = found
  const active = activeSets(oldSets)
  for (const set of active) if (writer.scale(set, 0) === undefined) return { failed: true }
  if (active.length > 0 || hasOldPods(writer, newSet, oldSets, sets)) return syncRolloutStatus(writer, newSet, oldSets)
  if (newSet === undefined) {
    const created = syncRevision(writer, sets, true)
    if (created.failed || created.newSet === undefined) return { failed: true }
    newSet = created.newSet
  }
  if (newSet.spec.replicas !== writer.deployment.spec.replicas && writer.scale(newSet, writer.deployment.spec.replicas!) === undefined) return { failed: true }
  if (isComplete(writer.deployment, writer.deployment.status ?? {}) && !deleteOldSets(writer, oldSets)) return { failed: true }
  return syncRolloutStatus(writer, newSet, oldSets)
}

function hasOldPods(writer: DeploymentWriter, newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[], sets: readonly ReplicaSet[]): boolean {
  if (oldSets.some((set) => (set.status?.replicas ?? 0) > 0)) return true
  return sets.some((set) => {
    if (set.metadata.uid === newSet?.metadata.uid) return false
    const { total, succeeded, failed } = writer.api.countOwnedPods(set.metadata.uid!)
    return total - succeeded - failed > 0
  })
}

/** Deletes old sets beyond the history limit that have no pods. @returns whether all deletions were accepted */
export function deleteOldSets(writer: DeploymentWriter, oldSets: readonly ReplicaSet[]): boolean {
  const limit = writer.deployment.spec.revisionHistoryLimit
  if (limit === undefined || limit === int32Max) return true
  const alive = oldSets.filter((set) => set.metadata.deletionTimestamp === undefined).sort(byRevision)
  for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
    const { metadata, spec, status } = set
    if ((status?.replicas ?? 0) !== 0 || (spec.replicas ?? 0) !== 0 || (metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) continue
    const result = writer.api.delete('replicasets.apps', `${metadata.namespace!}/${metadata.name!}`)
    if (!result.ok && result.status.code !== 404) return false
  }
  return true
}
