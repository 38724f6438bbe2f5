/** The plugins by name, and how each is made from its arguments. */

import type { PluginArguments } from './configuration/types.ts'
import type { AnyPlugin } from './framework.ts'
import { coscheduling } from './plugins/coscheduling/plugin.ts'
import { defaultBinder } from './plugins/default-binder/plugin.ts'
import { makeDefaultPreemption } from './plugins/default-preemption/plugin.ts'
import { dynamicResources } from './plugins/dynamic-resources/plugin.ts'
import { gpuTopology } from './plugins/gpu-topology/plugin.ts'
import { imageLocality } from './plugins/image-locality/plugin.ts'
import { interPodAffinity, makeInterPodAffinity } from './plugins/inter-pod-affinity/plugin.ts'
import { makeNodeAffinity } from './plugins/node-affinity/added.ts'
import { nodeName } from './plugins/node-name/plugin.ts'
import { nodePorts } from './plugins/node-ports/plugin.ts'
import { makeNodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation/plugin.ts'
import { makeNodeResourcesFit } from './plugins/node-resources-fit/configured.ts'
import { nodeVolumeLimits } from './plugins/node-volume-limits/plugin.ts'
import { nodeUnschedulable } from './plugins/node-unschedulable/plugin.ts'
import { makePodTopologySpread, podTopologySpread } from './plugins/pod-topology-spread/plugin.ts'
import { prioritySort } from './plugins/priority-sort/plugin.ts'
import { schedulingGates } from './plugins/scheduling-gates/plugin.ts'
import { taintToleration } from './plugins/taint-toleration/plugin.ts'
import { volumeBinding } from './plugins/volume-binding/plugin.ts'
import { volumeRestrictions } from './plugins/volume-restrictions/plugin.ts'
import { volumeZone } from './plugins/volume-zone/plugin.ts'

/** A plugin of a profile; `weight` multiplies its score. */
export interface RegisteredPlugin { readonly plugin: AnyPlugin; readonly weight: number }

type Args = Partial<PluginArguments>
type PluginMaker = (args: Args) => AnyPlugin

/** What plugins keep with a class of pods must not be mixed up between profiles. */
function memoKeyOf(plugin: string, args: unknown): string {
  return `${plugin} ${JSON.stringify(args)}`
}

function interPodAffinityOf({ InterPodAffinity: args }: Args): AnyPlugin {
  if (args === undefined || (args.hardPodAffinityWeight === 1 && !args.ignorePreferredTermsOfExistingPods)) return interPodAffinity
  return makeInterPodAffinity({ ...args, memoKey: memoKeyOf('InterPodAffinity', args) })
}

function podTopologySpreadOf({ PodTopologySpread: args }: Args): AnyPlugin {
  if (args === undefined || args.defaultingType === 'System') return podTopologySpread
  return makePodTopologySpread({ defaults: args.defaultConstraints ?? [], isSystem: false, memoKey: memoKeyOf('PodTopologySpread', args) })
}

const cpuAndMemory = [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }]

const makers: { readonly [name: string]: PluginMaker } = {
  SchedulingGates: () => schedulingGates,
  PrioritySort: () => prioritySort,
  NodeUnschedulable: () => nodeUnschedulable,
  NodeName: () => nodeName,
  TaintToleration: () => taintToleration,
  NodeAffinity: ({ NodeAffinity = {} }) => makeNodeAffinity(NodeAffinity),
  NodePorts: () => nodePorts,
  NodeResourcesFit: ({ NodeResourcesFit = { scoringStrategy: { type: 'LeastAllocated', resources: cpuAndMemory } } }) => makeNodeResourcesFit(NodeResourcesFit),
  VolumeRestrictions: () => volumeRestrictions,
  NodeVolumeLimits: () => nodeVolumeLimits,
  VolumeBinding: () => volumeBinding,
  VolumeZone: () => volumeZone,
  PodTopologySpread: podTopologySpreadOf,
  InterPodAffinity: interPodAffinityOf,
  DynamicResources: () => dynamicResources,
  DefaultPreemption: ({ DefaultPreemption = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 } }) => makeDefaultPreemption(DefaultPreemption),
  NodeResourcesBalancedAllocation: ({ NodeResourcesBalancedAllocation = { resources: cpuAndMemory } }) => makeNodeResourcesBalancedAllocation(NodeResourcesBalancedAllocation),
  ImageLocality: () => imageLocality,
  DefaultBinder: () => defaultBinder,
  GpuTopology: () => gpuTopology,
  Coscheduling: ({ Coscheduling = { permitWaitingTimeSeconds: 60, podGroupBackoffSeconds: 0 } }) => coscheduling(Coscheduling),
}

/** Makes a plugin. @returns undefined for a plugin that is known but does nothing */
export function makePlugin(name: string, args: Args): AnyPlugin | undefined {
  return makers[name]?.(args)
}
