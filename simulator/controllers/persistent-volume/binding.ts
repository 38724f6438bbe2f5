/** Writing that a volume and a claim belong together. Models kubernetes/pkg/controller/volume/persistentvolume (v1.35). */

import type { ApiClient } from '../../api/client.ts'
import { equalJson } from '../../kernel/equal.ts'
import { keyOf } from '../../store/resource-id.ts'
import { isBoundTo } from './matching.ts'
import { bindCompleted, boundByController, claims, volumes } from './types.ts'
import type { Claim, PersistentVolume } from './types.ts'

/** Sets a volume's phase. @returns whether it is now so */
export function setVolumePhase(api: ApiClient, volume: PersistentVolume, phase: string): boolean {
  return volume.status?.phase === phase || api.updateStatus(volumes, { ...volume, status: { phase } }).ok
}

/** Sets a claim's phase, with what it got from its volume. @returns whether it is now so */
export function setClaimPhase(api: ApiClient, claim: Claim, phase: string, volume?: PersistentVolume): boolean {
  const status: Claim['status'] = {
    ...claim.status,
    phase,
    ...(volume === undefined ? { accessModes: undefined, capacity: undefined } : { accessModes: volume.spec.accessModes, capacity: claim.status?.phase === 'Bound' ? claim.status.capacity : volume.spec.capacity }),
  }
  return equalJson(claim.status, status) || api.updateStatus(claims, { ...claim, status }).ok
}

function bindVolume(api: ApiClient, volume: PersistentVolume, claim: Claim): PersistentVolume | undefined {
  const { namespace, name, uid, resourceVersion } = claim.metadata
  let bound = volume
  if (volume.spec.claimRef?.uid !== uid || !isBoundTo(volume, claim)) {
    const isChosen = !isBoundTo(volume, claim)
    const metadata = isChosen ? { ...volume.metadata, annotations: { ...volume.metadata.annotations, [boundByController]: 'yes' } } : volume.metadata
    const result = api.update<PersistentVolume>(volumes, { ...volume, metadata, spec: { ...volume.spec, claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion } } })
    if (!result.ok) return undefined
    bound = result.object
  }
  return setVolumePhase(api, bound, 'Bound') ? bound : undefined
}

function bindClaim(api: ApiClient, claim: Claim, volume: PersistentVolume): Claim | undefined {
  const isChosen = claim.spec.volumeName !== volume.metadata.name
  if (!isChosen && claim.metadata.annotations?.[bindCompleted] !== undefined) return claim
  const annotations = { ...claim.metadata.annotations, ...(isChosen ? { [boundByController]: 'yes' } : {}), [bindCompleted]: 'yes' }
  const result = api.update<Claim>(claims, { ...claim, metadata: { ...claim.metadata, annotations }, spec: { ...claim.spec, volumeName: volume.metadata.name } })
  return result.ok ? result.object : undefined
}

/** Binds a volume and a claim to each other, or completes it. @returns false when a write was refused */
export function bind(api: ApiClient, volume: PersistentVolume, claim: Claim): boolean {
  const boundVolume = bindVolume(api, volume, claim)
  const boundClaim = boundVolume === undefined ? undefined : bindClaim(api, claim, boundVolume)
  return boundClaim !== undefined && setClaimPhase(api, boundClaim, 'Bound', boundVolume)
}

/** Lets a volume go that was bound to a claim which has another one. @returns whether it is now so */
export function unbindVolume(api: ApiClient, volume: PersistentVolume): boolean {
  const isChosen = volume.metadata.annotations?.[boundByController] !== undefined
  const { claimRef, ...spec } = volume.spec
  const { [boundByController]: _mark, ...annotations } = volume.metadata.annotations ?? {}
  const { uid: _uid, ...reference } = claimRef ?? {}
  const result = api.update<PersistentVolume>(volumes, isChosen ? { ...volume, metadata: { ...volume.metadata, annotations }, spec } : { ...volume, spec: { ...spec, claimRef: reference } })
  return result.ok && setVolumePhase(api, api.find<PersistentVolume>(volumes, keyOf(volume)) ?? result.object, 'Available')
}
