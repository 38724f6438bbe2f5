/** Which volumes a node would give to a pod. Models plugins/volumebinding/binder.go FindPodVolumes (v1.35). */

import { quantityValue } from '../../../api/quantity.ts'
import { matchesLabelSelector } from '../../../api/selector.ts'
import type { Node, PersistentVolumeClaim } from '../../../api/types.ts'
import type { ObjectLister } from '../../framework.ts'
import { schedulerReasons } from '../../messages.ts'
import { classNameOf, findStorageClass, findVolume, isReachable, requestedBytes, selectedNodeAnnotation } from '../../storage.ts'
import type { CsiDriver, CsiStorageCapacity, PersistentVolume, StorageClass } from '../../storage.ts'

const noProvisioner = 'kubernetes.io/no-provisioner'

/** Claims of a pod by how far they are. */
export interface PodClaims { readonly bound: readonly PersistentVolumeClaim[]; readonly late: readonly PersistentVolumeClaim[] }

/** A volume that exists for a claim, and claims for which one would be made. */
export interface NodeVolumes {
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[]
  readonly provisions: readonly PersistentVolumeClaim[]
  /** Why the node will not do; empty when it will. */
  readonly reasons: readonly string[]
}

function isClaimedBy({ spec: { claimRef } }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return claimRef !== undefined && claimRef.name === claim.metadata.name && claimRef.namespace === claim.metadata.namespace
    && ((claimRef.uid ?? '') === '' || claimRef.uid === claim.metadata.uid)
}

function capacityOf({ spec }: PersistentVolume): number {
  return quantityValue(spec.capacity?.storage ?? '0')
}

function suits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec, metadata } = volume
  if (spec.claimRef !== undefined && !isClaimedBy(volume, claim)) return false
  if (capacityOf(volume) < requestedBytes(claim) || metadata.deletionTimestamp !== undefined) return false
  return (claim.spec.volumeMode ?? 'Filesystem') === (spec.volumeMode ?? 'Filesystem')
}

function isFree(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.status?.phase !== 'Available') return false
  if (claim.spec.selector !== undefined && !matchesLabelSelector(claim.spec.selector, volume.metadata.labels)) return false
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode))
}

/**
 * The smallest volume that suits a claim on a node; one that is reserved for the claim comes first.
 * Volumes of other classes are never looked at, not even those that name the claim.
 */
function matchingVolume(claim: PersistentVolumeClaim, volumes: readonly PersistentVolume[], node: Node, taken: ReadonlySet<PersistentVolume>): PersistentVolume | undefined {
  let smallest: PersistentVolume | undefined
  for (const volume of volumes) {
    if (taken.has(volume) || (volume.spec.storageClassName ?? '') !== classNameOf(claim) || !suits(volume, claim)) continue
    if (isClaimedBy(volume, claim)) return isReachable(volume, node) ? volume : undefined
    if (!isFree(volume, claim) || !isReachable(volume, node)) continue
    if (smallest === undefined || capacityOf(volume) < capacityOf(smallest)) smallest = volume
  }
  return smallest
}

function allowsNode({ allowedTopologies = [] }: StorageClass, node: Node): boolean {
  if (allowedTopologies.length === 0) return true
  return allowedTopologies.some(({ matchLabelExpressions = [] }) => matchLabelExpressions.every(({ key, values }) => values.includes(node.metadata.labels?.[key] ?? '')))
}

function hasCapacity(objects: ObjectLister, storageClass: StorageClass, claim: PersistentVolumeClaim, node: Node): boolean {
  if (claim.spec.resources?.requests?.['storage'] === undefined) return true
  const driver = objects.find('CSIDriver', '', storageClass.provisioner ?? '') as CsiDriver | undefined
  if (driver?.spec.storageCapacity !== true) return true
  const bytes = requestedBytes(claim)
  return (objects.list('CSIStorageCapacity') as readonly CsiStorageCapacity[]).some((capacity) => {
    const limit = capacity.maximumVolumeSize ?? capacity.capacity
    return capacity.storageClassName === storageClass.metadata.name && limit !== undefined && quantityValue(limit) >= bytes
      && capacity.nodeTopology !== undefined && matchesLabelSelector(capacity.nodeTopology, node.metadata.labels)
  })
}

/** Why no volume can be made for a claim on a node; undefined when one can. */
function whyNotProvisioned(objects: ObjectLister, claim: PersistentVolumeClaim, node: Node): string | undefined {
  const storageClass = findStorageClass(objects, classNameOf(claim))
  const provisioner = storageClass?.provisioner ?? ''
  if (storageClass === undefined || provisioner === '' || provisioner === noProvisioner || !allowsNode(storageClass, node)) return schedulerReasons.bindConflict
  return hasCapacity(objects, storageClass, claim, node) ? undefined : schedulerReasons.notEnoughSpace
}

function boundReason(objects: ObjectLister, claims: readonly PersistentVolumeClaim[], node: Node): string | undefined {
  for (const claim of claims) {
    const volume = findVolume(objects, claim.spec.volumeName ?? '')
    if (volume === undefined) return schedulerReasons.volumeGone
    if (!isReachable(volume, node)) return schedulerReasons.volumeAffinity
  }
  return undefined
}

/** What a node offers to the claims of a pod. */
export function volumesOnNode(objects: ObjectLister, claims: PodClaims, node: Node): NodeVolumes {
  const bound = boundReason(objects, claims.bound, node)
  const chosen = claims.late.map((claim) => claim.metadata.annotations?.[selectedNodeAnnotation])
  if (chosen.some((name) => name !== undefined && name !== node.metadata.name)) {
    return { bindings: [], provisions: [], reasons: [...(bound === schedulerReasons.volumeAffinity ? [bound] : []), schedulerReasons.bindConflict, ...(bound === schedulerReasons.volumeGone ? [bound] : [])] }
  }
  const volumes = objects.list('PersistentVolume') as readonly PersistentVolume[]
  const taken = new Set<PersistentVolume>()
  const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = []
  const provisions = claims.late.filter((_claim, i) => chosen[i] !== undefined)
  const unbound = claims.late.filter((_claim, i) => chosen[i] === undefined).sort((a, b) => requestedBytes(a) - requestedBytes(b))
  for (const claim of unbound) {
    const volume = matchingVolume(claim, volumes, node, taken)
    if (volume === undefined) provisions.push(claim)
    else {
      taken.add(volume)
      bindings.push({ claim, volume })
    }
  }
  let late: string | undefined
  for (const claim of provisions) late ??= whyNotProvisioned(objects, claim, node)
  const order = [schedulerReasons.volumeAffinity, schedulerReasons.bindConflict, schedulerReasons.notEnoughSpace, schedulerReasons.volumeGone]
  return { bindings, provisions, reasons: order.filter((reason) => reason === bound || reason === late) }
}
