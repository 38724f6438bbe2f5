/** Which volume a claim gets. Models component-helpers/storage/volume FindMatchingVolume (v0.35) and kubernetes/pkg/controller/volume/persistentvolume (v1.35). */

import { matchesLabelSelector } from '../../api/selector.ts'
import { quantityMilli } from '../../api/quantity.ts'
import type { Claim, PersistentVolume } from './types.ts'

const betaClass = 'volume.beta.kubernetes.io/storage-class'

/** The class of a volume or claim; '' for none. */
export function classOf({ metadata, spec }: PersistentVolume | Claim): string {
  return metadata.annotations?.[betaClass] ?? spec.storageClassName ?? ''
}

/** Whether a volume names this claim, perhaps before the claim was there. */
export function isBoundTo({ spec }: PersistentVolume, { metadata }: Claim): boolean {
  const reference = spec.claimRef
  return reference !== undefined && reference.name === metadata.name && reference.namespace === metadata.namespace && ((reference.uid ?? '') === '' || reference.uid === metadata.uid)
}

function storageOf(list: { readonly [resource: string]: string } | undefined): number {
  return quantityMilli(list?.['storage'] ?? '0')
}

function modeOf({ spec }: PersistentVolume | Claim): string {
  return spec.volumeMode ?? 'Filesystem'
}

function hasAccessModes(volume: PersistentVolume, claim: Claim): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode) === true)
}

/** Why a volume that a claim names cannot serve it, in the controller's words; undefined when it can. */
export function mismatchOf(volume: PersistentVolume, claim: Claim): string | undefined {
  if (storageOf(volume.spec.capacity) < storageOf(claim.spec.resources?.requests)) return 'requested PV is too small'
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match'
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode'
  return hasAccessModes(volume, claim) ? undefined : 'incompatible accessMode'
}

function mayServe(volume: PersistentVolume, claim: Claim): boolean {
  const { metadata, spec, status } = volume
  return spec.claimRef === undefined && metadata.deletionTimestamp === undefined && status?.phase === 'Available' && mismatchOf(volume, claim) === undefined &&
    (claim.spec.selector === undefined || matchesLabelSelector(claim.spec.selector, metadata.labels))
}

/**
 * The volume that names the claim, else the smallest that suffices; of equal ones the oldest.
 * @param isDelayed the scheduler chooses, so that only a volume that names the claim counts
 */
export function findVolume(all: readonly PersistentVolume[], claim: Claim, isDelayed: boolean): PersistentVolume | undefined {
  const named = all.find((volume) => isBoundTo(volume, claim) && storageOf(volume.spec.capacity) >= storageOf(claim.spec.resources?.requests) && modeOf(volume) === modeOf(claim))
  if (named !== undefined || isDelayed) return named
  let best: PersistentVolume | undefined
  for (const volume of all) if (mayServe(volume, claim) && (best === undefined || storageOf(volume.spec.capacity) < storageOf(best.spec.capacity))) best = volume
  return best
}
