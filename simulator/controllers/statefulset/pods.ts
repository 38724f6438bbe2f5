/** Making, mending and deleting a StatefulSet's pods, with the Events that tell. Models StatefulPodControl (v1.35). */

import type { Pod } from '../../api/types.ts'
import type { ComponentContext } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { applyClaimPolicy, claimsMatchPolicy, createClaims } from './claims.ts'
import { hasIdentity, hasStorage, identityLabels, ordinalOf, volumesWithClaims } from './identity.ts'
import type { StatefulSet, SyncError } from './types.ts'

function recordPod({ recorder }: ComponentContext, verb: 'Create' | 'Update' | 'Delete', set: StatefulSet, pod: Pod, failure: SyncError | undefined): SyncError | undefined {
  const text = `${verb} Pod ${pod.metadata.name!} in StatefulSet ${set.metadata.name!}`
  if (failure === undefined) recorder.record(set, 'Normal', `Successful${verb}`, `${text} successful`)
  else recorder.record(set, 'Warning', `Failed${verb}`, `${text} failed error: ${failure.error}`)
  return failure
}

/** Makes a pod and first its claims. @returns what stopped it */
export function createPod(context: ComponentContext, set: StatefulSet, pod: Pod): SyncError | undefined {
  const claimFailure = createClaims(context, set, pod)
  if (claimFailure !== undefined) return recordPod(context, 'Create', set, pod, claimFailure)
  const result = context.api.create<Pod>('pods', pod)
  const failure = result.ok ? undefined : { error: result.status.message ?? '' }
  if (!result.ok && result.status.reason === 'AlreadyExists') return failure
  const policyFailure = applyClaimPolicy(context, set, pod)
  if (policyFailure !== undefined) return recordPod(context, 'Update', set, pod, policyFailure)
  return recordPod(context, 'Create', set, pod, failure)
}

/** Makes the claims that a pending pod still misses. @returns what stopped it */
export function completeClaims(context: ComponentContext, set: StatefulSet, pod: Pod): SyncError | undefined {
  const failure = createClaims(context, set, pod)
  if (failure !== undefined) return failure
  const policyFailure = applyClaimPolicy(context, set, pod)
  return policyFailure === undefined ? undefined : recordPod(context, 'Update', set, pod, policyFailure)
}

/** Whether a pod has its names, its storage and well-owned claims. */
export function isConsistent(context: ComponentContext, set: StatefulSet, pod: Pod): boolean {
  return hasIdentity(pod) && hasStorage(set, pod) && claimsMatchPolicy(context, set, pod)
}

/** Gives a pod its names, its storage and well-owned claims back. @returns what stopped it */
export function mendPod(context: ComponentContext, set: StatefulSet, pod: Pod): SyncError | undefined {
  let mended = pod
  if (!hasIdentity(pod)) mended = { ...mended, metadata: { ...mended.metadata, labels: { ...mended.metadata.labels, ...identityLabels(pod) } } }
  if (!hasStorage(set, pod)) {
    mended = { ...mended, spec: { ...mended.spec, volumes: volumesWithClaims(set, pod.spec.volumes, ordinalOf(pod)) } }
    const failure = createClaims(context, set, pod)
    if (failure !== undefined) return recordPod(context, 'Update', set, pod, failure)
  }
  if (!claimsMatchPolicy(context, set, pod)) {
    const failure = applyClaimPolicy(context, set, pod)
    if (failure !== undefined) return recordPod(context, 'Update', set, pod, failure)
  }
  const result = context.api.update<Pod>('pods', mended)
  return recordPod(context, 'Update', set, pod, result.ok ? undefined : { error: result.status.message ?? '' })
}

/** Deletes a pod. @returns the refusal, if any */
export function deleteSetPod(context: ComponentContext, set: StatefulSet, pod: Pod): SyncError | undefined {
  const result = context.api.delete('pods', keyOf(pod))
  return recordPod(context, 'Delete', set, pod, result.ok ? undefined : { error: result.status.message ?? '' })
}
