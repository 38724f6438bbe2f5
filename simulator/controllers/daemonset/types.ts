/** DaemonSets and what the controller's parts hand each other. */

import type { Condition, IntOrString, KubeObject, LabelSelector, Pod, PodTemplateSpec } from '../../api/types.ts'

export interface DaemonSetStatus {
  currentNumberScheduled: number
  numberMisscheduled: number
  desiredNumberScheduled: number
  numberReady: number
  observedGeneration?: number
  updatedNumberScheduled?: number
  numberAvailable?: number
  numberUnavailable?: number
  collisionCount?: number
  conditions?: Condition[]
}

export interface DaemonSet extends KubeObject {
  spec: {
    selector: LabelSelector
    template: PodTemplateSpec
    minReadySeconds?: number
    revisionHistoryLimit?: number
    updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } }
  }
  status?: DaemonSetStatus
}

/** A set's pods by the node that they are for. */
export type PodsOfNode = ReadonlyMap<string, readonly Pod[]>

/** What a sync does to pods: the names of nodes that get one, and the pods that go. */
export interface PodPlan { readonly nodes: readonly string[]; readonly doomed: readonly Pod[] }
