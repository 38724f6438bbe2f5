/** The kinds of Kueue as its controllers read them. Models sigs.k8s.io/kueue/apis/kueue/v1beta1 (v0.10). */

import type { Condition, KubeObject, LabelSelector, PodTemplateSpec, Quantity, StringMap, Taint, Toleration } from '../../api/types.ts'

export const group = 'kueue.x-k8s.io'
export const resources = {
  clusterQueues: `clusterqueues.${group}`,
  localQueues: `localqueues.${group}`,
  flavors: `resourceflavors.${group}`,
  workloads: `workloads.${group}`,
  priorityClasses: `workloadpriorityclasses.${group}`,
} as const
export const queueLabel = `${group}/queue-name`
export const priorityClassLabel = `${group}/priority-class`
export const maxExecTimeLabel = `${group}/max-exec-time-seconds`
export const jobUidLabel = `${group}/job-uid`
export const inUseFinalizer = `${group}/resource-in-use`

export interface ResourceFlavor extends KubeObject {
  readonly spec?: { readonly nodeLabels?: StringMap; readonly nodeTaints?: Taint[]; readonly tolerations?: Toleration[] }
}

export type StopPolicy = 'None' | 'Hold' | 'HoldAndDrain'

/** A quota may be written as a number too. */
export type Amount = Quantity | number

export interface ResourceQuotaSpec { readonly name: string; readonly nominalQuota: Amount; readonly borrowingLimit?: Amount; readonly lendingLimit?: Amount }
export interface ResourceGroup { readonly coveredResources: readonly string[]; readonly flavors: readonly { readonly name: string; readonly resources: readonly ResourceQuotaSpec[] }[] }
export interface Preemption {
  readonly reclaimWithinCohort?: 'Never' | 'LowerPriority' | 'Any'
  readonly withinClusterQueue?: 'Never' | 'LowerPriority' | 'LowerOrNewerEqualPriority'
  readonly borrowWithinCohort?: { readonly policy?: 'Never' | 'LowerPriority'; readonly maxPriorityThreshold?: number }
}
export interface FlavorUsage { readonly name: string; readonly resources: readonly { readonly name: string; readonly total: string; readonly borrowed?: string }[] }

export interface ClusterQueue extends KubeObject {
  readonly spec: {
    readonly resourceGroups?: readonly ResourceGroup[]
    readonly cohort?: string
    readonly queueingStrategy?: 'StrictFIFO' | 'BestEffortFIFO'
    readonly namespaceSelector?: LabelSelector
    readonly flavorFungibility?: { readonly whenCanBorrow?: 'Borrow' | 'TryNextFlavor'; readonly whenCanPreempt?: 'Preempt' | 'TryNextFlavor' }
    readonly preemption?: Preemption
    readonly admissionChecks?: readonly string[]
    readonly stopPolicy?: StopPolicy
  }
  readonly status?: {
    readonly flavorsReservation?: readonly FlavorUsage[]
    readonly flavorsUsage?: readonly FlavorUsage[]
    readonly pendingWorkloads?: number
    readonly reservingWorkloads?: number
    readonly admittedWorkloads?: number
    readonly conditions?: readonly Condition[]
  }
}

export interface LocalQueue extends KubeObject {
  readonly spec: { readonly clusterQueue: string; readonly stopPolicy?: StopPolicy }
  readonly status?: { readonly conditions?: readonly Condition[]; readonly [field: string]: unknown }
}

export interface PodSet { readonly name: string; readonly template: PodTemplateSpec; readonly count: number; readonly minCount?: number }
export interface PodSetAssignment { readonly name: string; readonly flavors?: StringMap; readonly resourceUsage?: { readonly [resource: string]: Amount }; readonly count?: number }
export interface Admission { readonly clusterQueue: string; readonly podSetAssignments: readonly PodSetAssignment[] }
export interface AdmissionCheckState { readonly name: string; readonly state: 'Pending' | 'Ready' | 'Retry' | 'Rejected'; readonly message: string; readonly lastTransitionTime: string }
export interface WorkloadStatus {
  readonly admission?: Admission
  readonly conditions?: readonly Condition[]
  readonly reclaimablePods?: readonly { readonly name: string; readonly count: number }[]
  readonly requeueState?: { readonly count?: number; readonly requeueAt?: string }
  readonly admissionChecks?: readonly AdmissionCheckState[]
  readonly accumulatedPastExexcutionTimeSeconds?: number
  /** What a pending workload asks for, by pod set. */
  readonly resourceRequests?: readonly { readonly name: string; readonly resources: { readonly [resource: string]: string } }[]
}
export interface Workload extends KubeObject {
  readonly spec: {
    readonly podSets: readonly PodSet[]
    readonly queueName?: string
    readonly priority?: number
    readonly priorityClassName?: string
    readonly priorityClassSource?: string
    readonly active?: boolean
    readonly maximumExecutionTimeSeconds?: number
  }
  readonly status?: WorkloadStatus
}

export interface WorkloadPriorityClass extends KubeObject { readonly value: number }
