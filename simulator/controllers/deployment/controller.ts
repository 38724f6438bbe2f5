/**
 * Deployments: one ReplicaSet per template, and pods moved between them.
 * Models kubernetes/pkg/controller/deployment (v1.35).
 */

import type { ApiClient } from '../../api/client.ts'
import { isSelectorError, matchesSelector, toSelector } from '../../api/selector.ts'
import type { Deployment, KubeObject, ReplicaSet } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { keyOf, objectKey } from '../../store/resource-id.ts'
import { adopt, controllerOf, ownerKey, release } from '../owners.ts'
import { countAnnotation, desiredReplicasAnnotation } from './annotations.ts'
import { syncRevision } from './new-set.ts'
import { deleteOldSets, rollRecreate, rollRolling } from './rollout.ts'
import { syncStatusOnly } from './rollout-status.ts'
import type { SyncResult } from './rollout-status.ts'
import { scaleSets } from './scale.ts'
import { activeSets } from './sizes.ts'
import { deploymentReasons, findCondition, hasProgressDeadline } from './status.ts'
import { DeploymentWriter } from './writer.ts'

/** The Deployment of a changed set; for a set without controller, those whose selector takes it. */
function keysOfSet({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  const keys = new Set<string>()
  for (const set of [before, after]) {
    const key = ownerKey(set, 'Deployment')
    if (key !== undefined) keys.add(key)
  }
  if (after !== undefined && controllerOf(after) === undefined && isWorthAdopting(before, after)) {
    for (const deployment of api.list<Deployment>('deployments.apps', { namespace: after.metadata.namespace })) {
      const selector = toSelector(deployment.spec.selector)
      if (!isSelectorError(selector) && selector.requirements.length > 0 && matchesSelector(selector, after.metadata.labels)) keys.add(keyOf(deployment))
    }
  }
  return [...keys]
}

function isWorthAdopting(before: KubeObject | undefined, after: KubeObject): boolean {
  return before === undefined || controllerOf(before) !== undefined || !equalJson(before.metadata.labels, after.metadata.labels)
}

/** A Recreate Deployment waits for the last old pod to be gone. */
function keysOfPod({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  if (after !== undefined || before === undefined) return []
  const setKey = ownerKey(before, 'ReplicaSet')
  const set = setKey === undefined ? undefined : api.find<ReplicaSet>('replicasets.apps', setKey)
  const key = ownerKey(set, 'Deployment')
  const deployment = key === undefined ? undefined : api.find<Deployment>('deployments.apps', key)
  return key !== undefined && deployment?.spec.strategy?.type === 'Recreate' ? [key] : []
}

/** The Deployment's sets: orphans that its selector takes are adopted, sets that it no longer takes are let go. */
function claimSets(deployment: Deployment, api: ApiClient): ReplicaSet[] | undefined {
  const selector = toSelector(deployment.spec.selector)
  if (isSelectorError(selector)) return undefined
  const claimed: ReplicaSet[] = []
  for (const set of api.list<ReplicaSet>('replicasets.apps', { namespace: deployment.metadata.namespace })) {
    const owner = controllerOf(set)
    const isSelected = matchesSelector(selector, set.metadata.labels)
    const isDeleting = deployment.metadata.deletionTimestamp !== undefined
    if (owner?.uid === deployment.metadata.uid) {
      if (isSelected) claimed.push(set)
      else if (!isDeleting && release(api, 'replicasets.apps', set, deployment) !== undefined) return undefined
    } else if (owner === undefined && isSelected && !isDeleting && set.metadata.deletionTimestamp === undefined) {
      if (adopt(api, 'replicasets.apps', set, deployment) !== undefined) return undefined
      claimed.push(api.find<ReplicaSet>('replicasets.apps', objectKey(set.metadata.namespace, set.metadata.name!)) ?? set)
    }
  }
  return claimed
}

function syncPausedCondition(writer: DeploymentWriter): void {
  const { deployment } = writer
  const condition = findCondition(deployment.status, 'Progressing')
  if (!hasProgressDeadline(deployment) || condition?.reason === deploymentReasons.timedOut) return
  const isPaused = deployment.spec.paused === true
  const wasPaused = condition?.reason === deploymentReasons.paused
  if (isPaused && !wasPaused) writer.setCondition({ type: 'Progressing', status: 'Unknown', reason: deploymentReasons.paused, message: 'Deployment is paused' })
  if (!isPaused && wasPaused) writer.setCondition({ type: 'Progressing', status: 'Unknown', reason: deploymentReasons.resumed, message: 'Deployment is resumed' })
}

/** The size changed since the sets were last sized. */
function isScaling(writer: DeploymentWriter, sets: readonly ReplicaSet[]): boolean | undefined {
  const found = syncRevision(writer, sets, false)
  if (found.failed) return undefined
  const all = found.newSet === undefined ? found.oldSets : [...found.oldSets, found.newSet]
  return activeSets(all).some((set) => {
    const desired = countAnnotation(set, desiredReplicasAnnotation)
    return desired !== undefined && desired !== writer.deployment.spec.replicas
  })
}

function syncScale(writer: DeploymentWriter, sets: readonly ReplicaSet[]): SyncResult {
  const found = syncRevision(writer, sets, false)
  if (found.failed || !scaleSets(writer, found.newSet, found.oldSets)) return { failed: true }
  if (writer.deployment.spec.paused === true && !deleteOldSets(writer, found.oldSets)) return { failed: true }
  return syncStatusOnly(writer, found.newSet, found.oldSets)
}

function sync(deployment: Deployment, context: ComponentContext): SyncResult {
  const { api } = context
  const writer = new DeploymentWriter(deployment, context)
  if (equalJson(deployment.spec.selector, {})) {
    writer.event('Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.')
    const generation = deployment.metadata.generation ?? 0
    if ((deployment.status?.observedGeneration ?? 0) < generation) writer.updateStatus({ ...deployment.status, observedGeneration: generation })
    return {}
  }
  const sets = claimSets(deployment, api)
  if (sets === undefined) return { failed: true }
  if (deployment.metadata.deletionTimestamp !== undefined) {
    const found = syncRevision(writer, sets, false)
    return found.failed ? found : syncStatusOnly(writer, found.newSet, found.oldSets)
  }
  syncPausedCondition(writer)
  if (deployment.spec.paused === true) return syncScale(writer, sets)
  const scaling = isScaling(writer, sets)
  if (scaling === undefined) return { failed: true }
  // Noting the revision may have changed the sets.
  const fresh = sets.map((set) => api.find<ReplicaSet>('replicasets.apps', keyOf(set)) ?? set)
  if (scaling) return syncScale(writer, fresh)
  return deployment.spec.strategy?.type === 'Recreate' ? rollRecreate(writer, fresh) : rollRolling(writer, fresh)
}

/** The Deployment controller. */
export const deploymentController: Controller = {
  name: 'deployment-controller',
  watches: [
    { resource: 'deployments.apps' },
    { resource: 'replicasets.apps', keysOf: keysOfSet },
    { resource: 'pods', keysOf: keysOfPod },
  ],
  reconcile(key, context): ReconcileResult {
    const deployment = context.api.find<Deployment>('deployments.apps', key)
    return deployment === undefined ? done : sync(deployment, context)
  },
}
