/** The claims of a StatefulSet's pods and who owns them. Models kubernetes/pkg/controller/statefulset (v1.35). */

import type { KubeObject, OwnerReference, PersistentVolumeClaim, Pod, Status } from '../../api/types.ts'
import type { ComponentContext } from '../../store/component.ts'
import { objectKey } from '../../store/resource-id.ts'
import { controllerReference } from '../owners.ts'
import { claimName, isInRange, ordinalOf } from './identity.ts'
import type { StatefulSet, SyncError } from './types.ts'

const resource = 'persistentvolumeclaims'

function policyOf({ spec }: StatefulSet): { readonly onDelete: boolean; readonly onScale: boolean } {
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  return { onDelete: whenDeleted === 'Delete', onScale: whenScaled === 'Delete' }
}

function claimsOf(set: StatefulSet, pod: Pod): PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const { status: _status, ...claim } = template
    const labels = { ...template.metadata.labels, ...set.spec.selector.matchLabels }
    return { ...claim, metadata: { ...template.metadata, name: claimName(set, template, ordinalOf(pod)), namespace: set.metadata.namespace, labels } }
  })
}

function findClaim(context: ComponentContext, { metadata }: KubeObject): PersistentVolumeClaim | undefined {
  return context.api.find<PersistentVolumeClaim>(resource, objectKey(metadata.namespace, metadata.name!))
}

/** The reference names the object, perhaps an earlier one of its name. */
function names(reference: OwnerReference, { apiVersion, kind, metadata }: KubeObject): boolean {
  return reference.apiVersion === apiVersion && reference.kind === kind && reference.name === metadata.name
}

function ownersOf(claim: PersistentVolumeClaim): readonly OwnerReference[] {
  return claim.metadata.ownerReferences ?? []
}

function hasOwner(claim: PersistentVolumeClaim, owner: KubeObject): boolean {
  return ownersOf(claim).some(({ uid }) => uid === owner.metadata.uid)
}

function hasStaleOwner(claim: PersistentVolumeClaim, owner: KubeObject): boolean {
  const reference = ownersOf(claim).find((each) => names(each, owner))
  return reference !== undefined && reference.uid !== owner.metadata.uid
}

/** Someone else manages the claim, which matters when a policy would delete it. */
function hasOtherController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  const { onDelete, onScale } = policyOf(set)
  if (!onDelete && !onScale) return false
  return ownersOf(claim).some((reference) => {
    const own = [set, pod].find((owner) => names(reference, owner))
    return own === undefined ? reference.controller === true : reference.uid !== own.metadata.uid
  })
}

/** Who of set and pod should own the claim. */
function wantedOwners(set: StatefulSet, pod: Pod): { readonly bySet: boolean; readonly byPod: boolean } {
  const { onDelete, onScale } = policyOf(set)
  const isScaledDown = !isInRange(set, pod)
  return { bySet: onDelete && !(onScale && isScaledDown), byPod: onScale && isScaledDown }
}

function isUpToDate(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleOwner(claim, set) || hasStaleOwner(claim, pod)) return true
  if (hasOtherController(claim, set, pod)) return !hasOwner(claim, set) && !hasOwner(claim, pod)
  if (ownersOf(claim).some(({ uid, controller }) => (uid === set.metadata.uid || uid === pod.metadata.uid) && controller !== true)) return false
  const { bySet, byPod } = wantedOwners(set, pod)
  return hasOwner(claim, set) === bySet && hasOwner(claim, pod) === byPod
}

function withWantedOwners(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): OwnerReference[] {
  const others = ownersOf(claim).filter((reference) => !names(reference, set) && !names(reference, pod))
  if (hasOtherController(claim, set, pod)) return others
  const { bySet, byPod } = wantedOwners(set, pod)
  return [...others, ...(byPod ? [controllerReference(pod)] : []), ...(bySet ? [controllerReference(set)] : [])]
}

/** Whether the claims that exist have the owners that the policy asks for. */
export function claimsMatchPolicy(context: ComponentContext, set: StatefulSet, pod: Pod): boolean {
  return claimsOf(set, pod).every((wanted) => {
    const claim = findClaim(context, wanted)
    return claim === undefined || isUpToDate(claim, set, pod)
  })
}

/** Gives the claims that exist the owners that the policy asks for. @returns the refusal, if any */
export function applyClaimPolicy(context: ComponentContext, set: StatefulSet, pod: Pod): SyncError | undefined {
  for (const wanted of claimsOf(set, pod)) {
    const claim = findClaim(context, wanted)
    if (claim === undefined) continue
    const { name } = claim.metadata
    if (hasOtherController(claim, set, pod)) context.recorder.record(set, 'Warning', 'ConflictingController', `PersistentVolumeClaim ${name!} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`)
    if (isUpToDate(claim, set, pod)) continue
    const result = context.api.update(resource, { ...claim, metadata: { ...claim.metadata, ownerReferences: withWantedOwners(claim, set, pod) } })
    if (!result.ok) return { error: `could not update claim ${name!} for delete policy ownerRefs: ${result.status.message ?? ''}` }
  }
  return undefined
}

/** Whether a claim still belongs to an earlier pod of this name and goes with it. */
export function hasStaleClaim(context: ComponentContext, set: StatefulSet, pod: Pod): boolean {
  if (!policyOf(set).onScale) return false
  return claimsOf(set, pod).some((wanted) => {
    const claim = findClaim(context, wanted)
    return claim !== undefined && hasStaleOwner(claim, pod)
  })
}

function recordCreation({ recorder }: ComponentContext, set: StatefulSet, pod: Pod, claim: string, refusal: Status | undefined): void {
  const [podName, setName] = [pod.metadata.name!, set.metadata.name!]
  if (refusal === undefined) recorder.record(set, 'Normal', 'SuccessfulCreate', `Create Claim ${claim} Pod ${podName} in StatefulSet ${setName} success`)
  else recorder.record(set, 'Warning', 'FailedCreate', `Create Claim ${claim} for Pod ${podName} in StatefulSet ${setName} failed error: ${refusal.message ?? ''}`)
}

/** Makes the claims of a pod that are missing. @returns what stopped it; one that is being deleted does too */
export function createClaims(context: ComponentContext, set: StatefulSet, pod: Pod): SyncError | undefined {
  const errors: string[] = []
  for (const wanted of claimsOf(set, pod)) {
    const name = wanted.metadata.name!
    const claim = findClaim(context, wanted)
    if (claim !== undefined) {
      if (claim.metadata.deletionTimestamp !== undefined) errors.push(`pvc ${name} is being deleted`)
      continue
    }
    const result = context.api.create(resource, wanted)
    if (!result.ok) errors.push(`failed to create PVC ${name}: ${result.status.message ?? ''}`)
    if (result.ok || result.status.reason !== 'AlreadyExists') recordCreation(context, set, pod, name, result.ok ? undefined : result.status)
  }
  if (errors.length === 0) return undefined
  return { error: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` }
}
