/** The default profile: plugins in running order. The order of filters decides which of two faults is named. */

import type { AnyPlugin } from './framework.ts'
import { defaultBinder } from './plugins/default-binder/plugin.ts'
import { defaultPreemption } from './plugins/default-preemption/plugin.ts'
import { dynamicResources } from './plugins/dynamic-resources/plugin.ts'
import { gpuTopology } from './plugins/gpu-topology/plugin.ts'
import { imageLocality } from './plugins/image-locality/plugin.ts'
import { interPodAffinity } from './plugins/inter-pod-affinity/plugin.ts'
import { nodeAffinity } from './plugins/node-affinity/plugin.ts'
import { nodeName } from './plugins/node-name/plugin.ts'
import { nodePorts } from './plugins/node-ports/plugin.ts'
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation/plugin.ts'
import { nodeResourcesFit } from './plugins/node-resources-fit/plugin.ts'
import { nodeVolumeLimits } from './plugins/node-volume-limits/plugin.ts'
import { nodeUnschedulable } from './plugins/node-unschedulable/plugin.ts'
import { podTopologySpread } from './plugins/pod-topology-spread/plugin.ts'
import { prioritySort } from './plugins/priority-sort/plugin.ts'
import { schedulingGates } from './plugins/scheduling-gates/plugin.ts'
import { taintToleration } from './plugins/taint-toleration/plugin.ts'
import { volumeBinding } from './plugins/volume-binding/plugin.ts'
import { volumeRestrictions } from './plugins/volume-restrictions/plugin.ts'
import { volumeZone } from './plugins/volume-zone/plugin.ts'

/** A plugin of a profile; `weight` multiplies its score. */
export interface RegisteredPlugin { readonly plugin: AnyPlugin; readonly weight: number }

/** Models pkg/scheduler/apis/config/v1/default_plugins.go (v1.35). */
export const defaultProfile: readonly RegisteredPlugin[] = [
  { plugin: schedulingGates, weight: 0 },
  { plugin: prioritySort, weight: 0 },
  { plugin: nodeUnschedulable, weight: 0 },
  { plugin: nodeName, weight: 0 },
  { plugin: taintToleration, weight: 3 },
  { plugin: nodeAffinity, weight: 2 },
  { plugin: nodePorts, weight: 0 },
  { plugin: nodeResourcesFit, weight: 1 },
  { plugin: volumeRestrictions, weight: 0 },
  { plugin: nodeVolumeLimits, weight: 0 },
  { plugin: volumeBinding, weight: 0 },
  { plugin: volumeZone, weight: 0 },
  { plugin: podTopologySpread, weight: 2 },
  { plugin: interPodAffinity, weight: 2 },
  { plugin: dynamicResources, weight: 2 },
  { plugin: defaultPreemption, weight: 0 },
  { plugin: nodeResourcesBalancedAllocation, weight: 1 },
  { plugin: imageLocality, weight: 1 },
  { plugin: defaultBinder, weight: 0 },
]

/** Plugins that no default profile has: a configuration may enable them by name. */
export const optionalPlugins: readonly AnyPlugin[] = [gpuTopology]
