/**
 * Claims, volumes and classes, as far as the volume plugins read them.
 * Models component-helpers/storage (v1.35). In-tree drivers are not translated to CSI.
 */

import { compileNodeSelector, matchesAnyTerm } from '../api/node-selector.ts'
import type { KubeObject, LabelSelector, Node, NodeSelector, PersistentVolumeClaim, Pod, Quantity, Volume } from '../api/types.ts'
import type { ObjectLister } from './framework.ts'
import { quantityValue } from '../api/quantity.ts'

export interface PersistentVolume extends KubeObject {
  spec: {
    capacity?: { storage?: Quantity }
    accessModes?: string[]
    claimRef?: { namespace?: string; name?: string; uid?: string }
    storageClassName?: string
    volumeMode?: string
    nodeAffinity?: { required?: NodeSelector }
    csi?: { driver: string; volumeHandle: string }
  }
  status?: { phase?: string }
}
export interface StorageClass extends KubeObject {
  provisioner?: string
  volumeBindingMode?: string
  allowedTopologies?: { matchLabelExpressions?: { key: string; values: string[] }[] }[]
}
export interface CsiNode extends KubeObject { spec: { drivers?: { name: string; allocatable?: { count?: number } }[] } }
export interface CsiDriver extends KubeObject { spec: { storageCapacity?: boolean } }
export interface CsiStorageCapacity extends KubeObject { storageClassName: string; nodeTopology?: LabelSelector; capacity?: Quantity; maximumVolumeSize?: Quantity }

const bindCompleted = 'pv.kubernetes.io/bind-completed'
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node'
const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** A volume of a pod that is a claim: one that is named, or one that is made for the pod. */
export interface ClaimVolume { readonly claimName: string; readonly isEphemeral: boolean }

/** The claim behind a volume; undefined for other volumes. */
export function claimOfVolume(pod: Pod, volume: Volume): ClaimVolume | undefined {
  if (volume.persistentVolumeClaim !== undefined) return { claimName: volume.persistentVolumeClaim.claimName, isEphemeral: false }
  return volume.ephemeral === undefined ? undefined : { claimName: `${pod.metadata.name}-${volume.name}`, isEphemeral: true }
}

/** All claims of a pod, in the order of its volumes. */
export function claimVolumesOf(pod: Pod): ClaimVolume[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => claimOfVolume(pod, volume) ?? [])
}

/** The PersistentVolumeClaim of a pod's namespace; undefined when the API has none such. */
export function findClaim(objects: ObjectLister, namespace: string, name: string): PersistentVolumeClaim | undefined {
  return objects.find('PersistentVolumeClaim', namespace, name) as PersistentVolumeClaim | undefined
}

/** The PersistentVolume of a name; undefined when the API has none such. */
export function findVolume(objects: ObjectLister, name: string): PersistentVolume | undefined {
  return objects.find('PersistentVolume', '', name) as PersistentVolume | undefined
}

/** The StorageClass of a name; undefined when the API has none such. */
export function findStorageClass(objects: ObjectLister, name: string): StorageClass | undefined {
  return objects.find('StorageClass', '', name) as StorageClass | undefined
}

/** The class that a claim names; '' for none. */
export function classNameOf(claim: PersistentVolumeClaim): string {
  return claim.metadata.annotations?.[classAnnotation] ?? claim.spec.storageClassName ?? ''
}

/** True when both sides of the binding are written. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  return (claim.spec.volumeName ?? '') !== '' && claim.metadata.annotations?.[bindCompleted] !== undefined
}

/** True when the class waits for the first pod before it binds. */
export function bindsLate(objects: ObjectLister, claim: PersistentVolumeClaim): boolean {
  const name = classNameOf(claim)
  return name !== '' && findStorageClass(objects, name)?.volumeBindingMode === 'WaitForFirstConsumer'
}

/** Requested bytes of a claim; 0 when it requests none. */
export function requestedBytes(claim: PersistentVolumeClaim): number {
  const request = claim.spec.resources?.requests?.['storage']
  return request === undefined ? 0 : quantityValue(request)
}

/** True when the node may use the volume. */
export function isReachable(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec.nodeAffinity?.required
  return required === undefined || matchesAnyTerm(compileNodeSelector(required), { metadata: { labels: node.metadata.labels } })
}

/** Why an ephemeral claim is not the pod's own; undefined when it is. */
export function whyNotOwned(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const owner = claim.metadata.ownerReferences?.find((reference) => reference.controller)
  if (owner !== undefined && owner.uid === pod.metadata.uid) return undefined
  return `PVC ${claim.metadata.namespace}/${claim.metadata.name} was not created for pod ${pod.metadata.namespace}/${pod.metadata.name} (pod is not owner)`
}

/** True when an event is about a claim that the pod uses. */
export function concernsClaimOf(pod: Pod, claim: KubeObject | undefined): boolean {
  return claim !== undefined && claim.metadata.namespace === pod.metadata.namespace && claimVolumesOf(pod).some(({ claimName }) => claimName === claim.metadata.name)
}
