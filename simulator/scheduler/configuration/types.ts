/** A scheduler's configuration, loaded and checked. Plain data. Models pkg/scheduler/apis/config (v1.35). */

import type { NodeSelector, NodeSelectorTerm, TopologySpreadConstraint } from '../../api/types.ts'

/** The points at which plugins run, in the order in which a framework fills them. */
export const extensionPoints = [
  'preFilter', 'filter', 'postFilter', 'reserve', 'preScore', 'score', 'preBind', 'bind', 'postBind', 'permit', 'preEnqueue', 'queueSort',
] as const
export type ExtensionPoint = (typeof extensionPoints)[number]

/** A plugin in a set. `weight` counts for scores only; 0 stands for none. */
export interface PluginEntry { readonly name: string; readonly weight: number }
export interface PluginSet { readonly enabled: readonly PluginEntry[]; readonly disabled: readonly PluginEntry[] }
/** What a document says about plugins, after merging with the defaults. */
export type PluginSets = { readonly [point in ExtensionPoint | 'multiPoint']: PluginSet }

export interface ShapePoint { readonly utilization: number; readonly score: number }
export interface ResourceWeight { readonly name: string; readonly weight: number }

/** Arguments of the plugins that take some, with defaults filled in. */
export interface PluginArguments {
  readonly DefaultPreemption: { readonly minCandidateNodesPercentage: number; readonly minCandidateNodesAbsolute: number }
  readonly InterPodAffinity: { readonly hardPodAffinityWeight: number; readonly ignorePreferredTermsOfExistingPods: boolean }
  readonly NodeResourcesFit: {
    readonly ignoredResources?: readonly string[]
    readonly ignoredResourceGroups?: readonly string[]
    readonly scoringStrategy: {
      readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio'
      readonly resources: readonly ResourceWeight[]
      readonly requestedToCapacityRatio?: { readonly shape?: readonly ShapePoint[] }
    }
  }
  readonly NodeResourcesBalancedAllocation: { readonly resources: readonly ResourceWeight[] }
  readonly PodTopologySpread: { readonly defaultingType: 'System' | 'List'; readonly defaultConstraints?: readonly TopologySpreadConstraint[] }
  readonly NodeAffinity: {
    readonly addedAffinity?: {
      readonly requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector
      readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly { readonly weight: number; readonly preference: NodeSelectorTerm }[]
    }
  }
  readonly VolumeBinding: { readonly bindTimeoutSeconds: number; readonly shape?: readonly ShapePoint[] }
  readonly DynamicResources: { readonly filterTimeout: string; readonly bindingTimeout?: string }
  /** Of the coscheduling add-on. */
  readonly Coscheduling: { readonly permitWaitingTimeSeconds: number; readonly podGroupBackoffSeconds: number }
}

/** One profile: what `schedulerName` of a pod selects. */
export interface SchedulerProfile {
  readonly schedulerName: string
  readonly percentageOfNodesToScore?: number
  /** The plugins of each point in running order. */
  readonly plugins: { readonly [point in ExtensionPoint]: readonly PluginEntry[] }
  readonly args: Partial<PluginArguments>
}

/** Everything the scheduler needs to know. */
export interface SchedulerConfiguration {
  /** 0: adapted to the size of the cluster. */
  readonly percentageOfNodesToScore: number
  readonly podInitialBackoffSeconds: number
  readonly podMaxBackoffSeconds: number
  readonly parallelism: number
  readonly profiles: readonly SchedulerProfile[]
}
