/** Volumes and claims as the binder sees them. */

import type { KubeObject, LabelSelector, ObjectReference, PersistentVolumeClaim, ResourceList } from '../../api/types.ts'

export interface PersistentVolume extends KubeObject {
  spec: { capacity?: ResourceList; accessModes?: string[]; claimRef?: ObjectReference; storageClassName?: string; volumeMode?: string; persistentVolumeReclaimPolicy?: string }
  status?: { phase?: string; message?: string; reason?: string }
}

export interface StorageClass extends KubeObject { provisioner: string; volumeBindingMode?: string }

/** A claim with the fields that choose a volume. */
export interface Claim extends PersistentVolumeClaim { spec: PersistentVolumeClaim['spec'] & { selector?: LabelSelector } }

export const claims = 'persistentvolumeclaims'
export const volumes = 'persistentvolumes'

/** On volume and claim: the controller chose the other one. */
export const boundByController = 'pv.kubernetes.io/bound-by-controller'
/** On a claim: it was bound. */
export const bindCompleted = 'pv.kubernetes.io/bind-completed'
/** On a claim: the scheduler chose a node for its first pod. */
export const selectedNode = 'volume.kubernetes.io/selected-node'
