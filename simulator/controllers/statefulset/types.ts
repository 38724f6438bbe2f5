/** StatefulSets and what the controller's parts hand each other. */

import type { Condition, KubeObject, LabelSelector, PersistentVolumeClaim, PodTemplateSpec } from '../../api/types.ts'

export interface ClaimRetentionPolicy { whenDeleted?: string; whenScaled?: string }

export interface StatefulSetSpec {
  replicas?: number
  selector: LabelSelector
  template: PodTemplateSpec
  volumeClaimTemplates?: PersistentVolumeClaim[]
  serviceName?: string
  podManagementPolicy?: string
  updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } }
  revisionHistoryLimit?: number
  minReadySeconds?: number
  persistentVolumeClaimRetentionPolicy?: ClaimRetentionPolicy
  ordinals?: { start?: number }
}

export interface StatefulSetStatus {
  observedGeneration?: number
  replicas: number
  readyReplicas?: number
  currentReplicas?: number
  updatedReplicas?: number
  availableReplicas: number
  currentRevision?: string
  updateRevision?: string
  collisionCount?: number
  conditions?: Condition[]
}

export interface StatefulSet extends KubeObject { spec: StatefulSetSpec; status?: StatefulSetStatus }

/** What stopped a sync: an error's text. */
export interface SyncError { readonly error: string }
