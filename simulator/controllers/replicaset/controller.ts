/**
 * ReplicaSets: as many pods of a template as wanted.
 * Models kubernetes/pkg/controller/replicaset (v1.35): slow start, at most 500 pods a sync, adoption and release.
 */

import type { ApiClient } from '../../api/client.ts'
import { isSelectorError, matchesSelector, toSelector } from '../../api/selector.ts'
import type { Pod, ReplicaSet, Status } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { adopt, controllerOf, ownerKey, podFromTemplate, release } from '../owners.ts'
import { createInSlowStart, deletePod, podsPerSyncMax } from '../pod-control.ts'
import { isPodActive, isPodReady } from '../pods.ts'
import { podsToDelete } from './ranking.ts'
import { calculateStatus, countPods } from './status.ts'

/** Added to a key when the sync has to look at all pods of the namespace: some may have to be adopted or let go. */
const claimMark = '|claim'

function keysOfSet({ before, after, key }: StoreChange): readonly string[] {
  return [before === undefined && after !== undefined ? key + claimMark : key]
}

const noKeys: readonly string[] = []

/** What a ReplicaSet sees of a pod: only a change of this is worth a sync. */
function isSameToSet(before: Pod, after: Pod): boolean {
  return isPodActive(before) === isPodActive(after) && isPodReady(before) === isPodReady(after) &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp
}

/** By identity: most changes of a pod share both with what was before. */
function hasSameOwnerAndLabels({ metadata: before }: Pod, { metadata: after }: Pod): boolean {
  return before.ownerReferences === after.ownerReferences && before.labels === after.labels
}

function keysOfPod({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  const podBefore = before as Pod | undefined
  const podAfter = after as Pod | undefined
  if (podBefore !== undefined && podAfter !== undefined && hasSameOwnerAndLabels(podBefore, podAfter) && isSameToSet(podBefore, podAfter)) return noKeys
  const keyBefore = ownerKey(podBefore, 'ReplicaSet')
  const keyAfter = ownerKey(podAfter, 'ReplicaSet')
  if (podBefore !== undefined && podAfter !== undefined && keyBefore === keyAfter) {
    const hasNewLabels = podBefore.metadata.labels !== podAfter.metadata.labels && !equalJson(podBefore.metadata.labels, podAfter.metadata.labels)
    if (keyAfter === undefined) return hasNewLabels ? keysOfOrphan(podAfter, api) : []
    if (hasNewLabels) return [keyAfter + claimMark]
    return isSameToSet(podBefore, podAfter) ? noKeys : [keyAfter]
  }
  const keys = [keyBefore, keyAfter].filter((key) => key !== undefined)
  return podAfter !== undefined && keyAfter === undefined ? [...keys, ...keysOfOrphan(podAfter, api)] : keys
}

function keysOfOrphan(pod: Pod, api: ApiClient): string[] {
  if (controllerOf(pod) !== undefined) return []
  const sets = api.list<ReplicaSet>('replicasets.apps', { namespace: pod.metadata.namespace })
  return sets.filter((set) => selects(set, pod)).map((set) => keyOf(set) + claimMark)
}

function selects(set: ReplicaSet, pod: Pod): boolean {
  const selector = toSelector(set.spec.selector)
  return !isSelectorError(selector) && selector.requirements.length > 0 && matchesSelector(selector, pod.metadata.labels)
}

/** Adopts pods without a controller and lets go of those that the selector no longer takes. */
function claimPods(set: ReplicaSet, api: ApiClient): Status | undefined {
  if (set.metadata.deletionTimestamp !== undefined) return undefined
  for (const pod of api.list<Pod>('pods', { namespace: set.metadata.namespace })) {
    if (!isPodActive(pod)) continue
    const owner = controllerOf(pod)
    let refusal: Status | undefined
    if (owner?.uid === set.metadata.uid) {
      if (!selects(set, pod)) refusal = release(api, 'pods', pod, set)
    } else if (owner === undefined && selects(set, pod)) refusal = adopt(api, 'pods', pod, set)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function relatedPods(set: ReplicaSet, api: ApiClient): Pod[] {
  const owner = controllerOf(set)
  if (owner === undefined) return []
  return api.listOwned<ReplicaSet>('replicasets.apps', owner.uid).flatMap((related) => api.listOwned<Pod>('pods', related.metadata.uid!))
}

function removePods(set: ReplicaSet, surplus: number, context: ComponentContext): Status | undefined {
  const { api, clock } = context
  const active = api.listOwned<Pod>('pods', set.metadata.uid!).filter(isPodActive)
  const count = Math.min(surplus, podsPerSyncMax)
  // When all pods go, their order tells nothing.
  const victims = set.spec.replicas === 0 ? active.slice(0, count) : podsToDelete(active, relatedPods(set, api), count, clock.nowMs, (text) => clock.parse(text))
  let failure: Status | undefined
  for (const pod of victims) failure = deletePod(context, set, pod) ?? failure
  return failure
}

function managePods(set: ReplicaSet, active: number, context: ComponentContext): Status | undefined {
  const surplus = active - set.spec.replicas!
  if (surplus > 0) return removePods(set, surplus, context)
  if (surplus < 0) return createInSlowStart(context, set, podFromTemplate(set.spec.template, set), Math.min(-surplus, podsPerSyncMax)).failure
  return undefined
}

function sync(set: ReplicaSet, context: ComponentContext): ReconcileResult {
  const { api, clock } = context
  const counts = countPods(set, api, clock)
  const failure = set.metadata.deletionTimestamp === undefined ? managePods(set, counts.active, context) : undefined
  const status = calculateStatus(set, counts, failure, clock.timestamp(clock.nowMs))
  if (!equalJson(set.status, status) && !api.updateStatus('replicasets.apps', { ...set, status }).ok) return { failed: true }
  if (failure !== undefined) return { failed: true }
  return counts.nextAvailableMs === undefined ? done : { requeueAfterMs: counts.nextAvailableMs - clock.nowMs }
}

/** The ReplicaSet controller. */
export const replicaSetController: Controller = {
  name: 'replicaset-controller',
  watches: [
    { resource: 'replicasets.apps', keysOf: keysOfSet },
    { resource: 'pods', keysOf: keysOfPod },
  ],
  reconcile(markedKey, context): ReconcileResult {
    const isClaiming = markedKey.endsWith(claimMark)
    const key = isClaiming ? markedKey.slice(0, -claimMark.length) : markedKey
    const set = context.api.find<ReplicaSet>('replicasets.apps', key)
    if (set === undefined || isSelectorError(toSelector(set.spec.selector))) return done
    // A set that was never synced may follow one of the same name, whose last changes brought this key.
    const isNew = set.status?.observedGeneration === undefined
    if ((isClaiming || isNew) && claimPods(set, context.api) !== undefined) return { failed: true }
    // The sync has one key, so that its failures count together.
    if (isClaiming) return { enqueue: [key] }
    return sync(set, context)
  },
}
