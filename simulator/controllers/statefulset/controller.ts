/**
 * StatefulSets: pods with ordinals, names and claims of their own, made and replaced in order.
 * Models kubernetes/pkg/controller/statefulset (v1.35); maxUnavailable is off by default there and dropped on write.
 */

import { isSelectorError, toSelector } from '../../api/selector.ts'
import type { Pod } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { claimObjects, keysOfOwnedPod, keysOfOwner, readClaimKey, selects } from '../claiming.ts'
import { sortRevisions } from '../controller-revisions.ts'
import type { ControllerRevision } from '../controller-revisions.ts'
import { isPodReady, nextAvailabilityMs } from '../pods.ts'
import { isMemberOf } from './identity.ts'
import { revisionsOf, truncateHistory } from './revisions.ts'
import { syncPods } from './sync.ts'
import type { StatefulSet, StatefulSetStatus } from './types.ts'

const resource = 'statefulsets.apps'
const comparedFields = ['replicas', 'currentReplicas', 'readyReplicas', 'updatedReplicas', 'currentRevision', 'availableReplicas', 'updateRevision'] as const

/** All pods are of the new revision and ready: it becomes the current one. */
function withCompletedUpdate({ spec }: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  const { replicas, readyReplicas = 0, updatedReplicas = 0 } = status
  const isComplete = spec.updateStrategy?.type === 'RollingUpdate' && [replicas, readyReplicas, updatedReplicas].every((count) => count === spec.replicas)
  if (!isComplete) return status
  return { ...status, ...(updatedReplicas === 0 ? {} : { currentReplicas: updatedReplicas }), currentRevision: status.updateRevision! }
}

function hasNews(before: StatefulSetStatus | undefined, status: StatefulSetStatus): boolean {
  return status.observedGeneration! > (before?.observedGeneration ?? 0) || comparedFields.some((field) => (status[field] ?? 0) !== (before?.[field] ?? 0))
}

function writeStatus({ api }: ComponentContext, set: StatefulSet, counted: StatefulSetStatus): boolean {
  const status = withCompletedUpdate(set, counted)
  return !hasNews(set.status, status) || api.updateStatus<StatefulSet>(resource, { ...set, status }).ok
}

/** When the set has to be looked at again for pods that have been ready for too short a time. */
function whenAvailable({ clock }: ComponentContext, { spec }: StatefulSet, pods: readonly Pod[], { readyReplicas = 0, availableReplicas }: StatefulSetStatus): ReconcileResult {
  const minReadySeconds = spec.minReadySeconds ?? 0
  if (minReadySeconds === 0 || readyReplicas === availableReplicas) return done
  const atMs = nextAvailabilityMs(pods.filter(isPodReady), minReadySeconds, clock.nowMs, (text) => clock.parse(text))
  return { requeueAfterMs: atMs === undefined ? minReadySeconds * 1000 : atMs - clock.nowMs }
}

function sync(context: ComponentContext, set: StatefulSet, takesOrphans: boolean): ReconcileResult {
  const { api } = context
  const owned = claimObjects<ControllerRevision>(api, 'controllerrevisions.apps', set, (revision) => selects(set, revision), takesOrphans)
  const claimed = owned.failure !== undefined ? undefined : claimObjects<Pod>(api, 'pods', set, (pod) => isMemberOf(set, pod) && selects(set, pod), takesOrphans)
  if (claimed === undefined || claimed.failure !== undefined) return { failed: true }
  const sorted = sortRevisions(owned.objects)
  const revisions = revisionsOf(api, set, sorted)
  if ('error' in revisions) return { failed: true }
  const { status, failure } = syncPods(context, set, claimed.objects, revisions)
  const isWritten = writeStatus(context, set, status)
  const historyFailure = truncateHistory(api, set, claimed.objects, sorted, revisions)
  if (failure !== undefined || !isWritten || historyFailure !== undefined) return { failed: true }
  return whenAvailable(context, set, claimed.objects, status)
}

/** The StatefulSet controller. */
export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  watches: [
    { resource, keysOf: keysOfOwner },
    { resource: 'pods', keysOf: (change, api) => keysOfOwnedPod('StatefulSet', resource, change, api) },
  ],
  reconcile(marked, context): ReconcileResult {
    const { key, takesOrphans } = readClaimKey(marked)
    const set = context.api.find<StatefulSet>(resource, key)
    if (set === undefined || isSelectorError(toSelector(set.spec.selector))) return done
    const result = sync(context, set, takesOrphans || set.status?.observedGeneration === undefined)
    // Syncs have one key, so that their failures count together.
    return takesOrphans && result.failed === true ? { enqueue: [key] } : result
  },
}
