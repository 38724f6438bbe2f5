/** The resource claims of a pod. Models dynamic-resource-allocation/resourceclaim (v1.35). */

import type { Pod } from '../../../api/types.ts'
import type { ObjectLister } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { podKeyOf } from '../../pod-class.ts'
import type { ResourceClaim } from './types.ts'

const consumersMax = 256

interface GeneratedClaim { name: string; resourceClaimName?: string }

/** Name of a claim, or why there is none. `undefined` means that none is needed. */
function claimNameOf(pod: Pod, { name, resourceClaimName, resourceClaimTemplateName }: NonNullable<Pod['spec']['resourceClaims']>[number]): { name?: string; isGenerated: boolean; problem?: string } {
  if (resourceClaimName !== undefined) return { name: resourceClaimName, isGenerated: false }
  if (resourceClaimTemplateName === undefined) return { isGenerated: false }
  const statuses = (pod.status as { resourceClaimStatuses?: GeneratedClaim[] } | undefined)?.resourceClaimStatuses
  const generated = statuses?.find((status) => status.name === name)
  if (generated === undefined) return { isGenerated: true, problem: schedulerReasons.generatedClaimMissing(podKeyOf(pod)) }
  return { isGenerated: true, ...(generated.resourceClaimName !== undefined && { name: generated.resourceClaimName }) }
}

function ownershipProblem(pod: Pod, claim: ResourceClaim): string | undefined {
  const owner = claim.metadata.ownerReferences?.find((reference) => reference.controller)
  return owner?.uid === pod.metadata.uid ? undefined : schedulerReasons.claimOfOther(`${claim.metadata.namespace}/${claim.metadata.name}`, podKeyOf(pod))
}

/**
 * The claims of a pod in the order of its spec.
 * @returns why they cannot be had, when one of them is missing or not the pod's
 */
export function claimsOfPod(pod: Pod, objects: ObjectLister): ResourceClaim[] | string {
  const claims: ResourceClaim[] = []
  const namespace = pod.metadata.namespace ?? ''
  for (const reference of pod.spec.resourceClaims ?? []) {
    const { name, isGenerated, problem } = claimNameOf(pod, reference)
    if (problem !== undefined) return problem
    if (name === undefined) continue
    const claim = objects.find('ResourceClaim', namespace, name) as ResourceClaim | undefined
    if (claim === undefined) return schedulerReasons.resourceClaimMissing(`${namespace}/${name}`)
    if (claim.metadata.deletionTimestamp !== undefined) return schedulerReasons.resourceClaimDeleted(name)
    const notOwned = isGenerated ? ownershipProblem(pod, claim) : undefined
    if (notOwned !== undefined) return notOwned
    claims.push(claim)
  }
  return claims
}

/** True when the claim is allocated for so many pods that there is no place for this one. */
export function isFull(claim: ResourceClaim, pod: Pod): boolean {
  const consumers = claim.status?.reservedFor ?? []
  return consumers.length >= consumersMax && !consumers.some((consumer) => consumer.uid === pod.metadata.uid)
}

/** True when no pod but this one has reserved the claim. */
export function isOnlyFor(claim: ResourceClaim, pod: Pod): boolean {
  const consumers = claim.status?.reservedFor ?? []
  return consumers.length === 0 || (consumers.length === 1 && consumers[0].uid === pod.metadata.uid)
}

/** The claim with the pod among its consumers. */
export function reservedFor(claim: ResourceClaim, pod: Pod, allocation: NonNullable<ResourceClaim['status']>['allocation']): ResourceClaim {
  const consumers = claim.status?.reservedFor ?? []
  const isKnown = consumers.some((consumer) => consumer.uid === pod.metadata.uid)
  const consumer = { resource: 'pods', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' }
  return { ...claim, status: { ...claim.status, allocation, reservedFor: isKnown ? consumers : [...consumers, consumer] } }
}
