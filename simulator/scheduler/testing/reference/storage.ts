/** Claims and volumes, as the volume plugins read them. */

import { matchNodeSelectorTerms } from '../../../api/node-selector.ts'
import { quantityValue } from '../../../api/quantity.ts'
import type { Node, PersistentVolumeClaim, Pod } from '../../../api/types.ts'
import type { PersistentVolume, StorageClass } from '../../storage.ts'
import { findObject } from './types.ts'
import type { Cluster } from './types.ts'

interface ClaimName { readonly name: string; readonly isEphemeral: boolean }

export function claimNames(pod: Pod): ClaimName[] {
  return (pod.spec.volumes ?? []).flatMap((volume): ClaimName[] => {
    if (volume.persistentVolumeClaim !== undefined) return [{ name: volume.persistentVolumeClaim.claimName, isEphemeral: false }]
    return volume.ephemeral === undefined ? [] : [{ name: `${pod.metadata.name}-${volume.name}`, isEphemeral: true }]
  })
}

export function findClaim(cluster: Cluster, pod: Pod, name: string): PersistentVolumeClaim | undefined {
  return findObject<PersistentVolumeClaim>(cluster, 'PersistentVolumeClaim', pod.metadata.namespace ?? '', name)
}

/** The claims of a pod that exist. */
export function claimsOf(cluster: Cluster, pod: Pod): PersistentVolumeClaim[] {
  return claimNames(pod).flatMap(({ name }) => findClaim(cluster, pod, name) ?? [])
}

export function findVolume(cluster: Cluster, name: string): PersistentVolume | undefined {
  return findObject<PersistentVolume>(cluster, 'PersistentVolume', '', name)
}

export function className(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? claim.spec.storageClassName ?? ''
}

export function classOf(cluster: Cluster, claim: PersistentVolumeClaim): StorageClass | undefined {
  return findObject<StorageClass>(cluster, 'StorageClass', '', className(claim))
}

export function isLate(cluster: Cluster, claim: PersistentVolumeClaim): boolean {
  return classOf(cluster, claim)?.volumeBindingMode === 'WaitForFirstConsumer'
}

export function isBound(claim: PersistentVolumeClaim): boolean {
  return (claim.spec.volumeName ?? '') !== '' && claim.metadata.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined
}

export function bytesOf(claim: PersistentVolumeClaim): number {
  return quantityValue(claim.spec.resources?.requests?.['storage'] ?? '0')
}

/** Whether a node may use a volume; fields of nodes do not count here. */
export function reaches(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec.nodeAffinity?.required
  return required === undefined || matchNodeSelectorTerms(required, { metadata: { labels: node.metadata.labels } }) === true
}
