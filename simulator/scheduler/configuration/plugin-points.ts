/** Which plugins there are and at which points each can run. Models pkg/scheduler/framework/plugins/registry.go (v1.35). */

import type { ExtensionPoint } from './types.ts'

/** What is known of a plugin before it is made. */
export interface PluginInfo {
  readonly points: readonly ExtensionPoint[]
  /** True when it takes arguments, of the kind "NAMEArgs". */
  readonly takesArgs?: boolean
}
export type PluginRegistry = { readonly [name: string]: PluginInfo }

/** The plugins of kube-scheduler. NodeDeclaredFeatures and GangScheduling are there, but their features are off in 1.35: they do nothing. */
export const builtInPlugins: PluginRegistry = {
  SchedulingGates: { points: ['preEnqueue'] },
  PrioritySort: { points: ['queueSort'] },
  NodeUnschedulable: { points: ['filter'] },
  NodeName: { points: ['filter'] },
  TaintToleration: { points: ['filter', 'preScore', 'score'] },
  NodeAffinity: { points: ['preFilter', 'filter', 'preScore', 'score'], takesArgs: true },
  NodePorts: { points: ['preFilter', 'filter'] },
  NodeResourcesFit: { points: ['preFilter', 'filter', 'preScore', 'score'], takesArgs: true },
  VolumeRestrictions: { points: ['preFilter', 'filter'] },
  NodeVolumeLimits: { points: ['preFilter', 'filter'] },
  VolumeBinding: { points: ['preFilter', 'filter', 'reserve', 'preBind', 'preScore', 'score'], takesArgs: true },
  VolumeZone: { points: ['preFilter', 'filter'] },
  PodTopologySpread: { points: ['preFilter', 'filter', 'preScore', 'score'], takesArgs: true },
  InterPodAffinity: { points: ['preFilter', 'filter', 'preScore', 'score'], takesArgs: true },
  DynamicResources: { points: ['preEnqueue', 'preFilter', 'filter', 'postFilter', 'score', 'reserve', 'preBind'], takesArgs: true },
  DefaultPreemption: { points: ['preEnqueue', 'postFilter'], takesArgs: true },
  NodeResourcesBalancedAllocation: { points: ['preScore', 'score'], takesArgs: true },
  ImageLocality: { points: ['score'] },
  DefaultBinder: { points: ['bind'] },
  NodeDeclaredFeatures: { points: ['preFilter', 'filter'] },
  // Of this simulator: packs GPUs by their islands.
  GpuTopology: { points: ['preScore', 'score'] },
  GangScheduling: { points: ['preEnqueue', 'reserve', 'permit'] },
}

/** Plugins of the coscheduling add-on. Models sigs.k8s.io/scheduler-plugins/pkg/coscheduling. */
export const coschedulingPlugins: PluginRegistry = {
  Coscheduling: { points: ['queueSort', 'preFilter', 'postFilter', 'permit', 'reserve'], takesArgs: true },
}

/** Plugins of ours that no profile has unless a configuration enables them. */
export const optionalPluginPoints: PluginRegistry = {
  GpuTopology: { points: ['preScore', 'score'] },
}

/** The Go interface of a point, as error texts name it. */
export function interfaceOf(point: ExtensionPoint): string {
  return `${point[0]!.toUpperCase()}${point.slice(1)}Plugin`
}
