/** Default plugins and arguments, and how a document changes them. Models pkg/scheduler/apis/config/v1 (v1.35). */

import type { DecodedArgs } from './decode.ts'
import type { PluginRegistry } from './plugin-points.ts'
import { extensionPoints } from './types.ts'
import type { PluginEntry, PluginSet, PluginSets, ResourceWeight } from './types.ts'

const defaultPlugins: readonly PluginEntry[] = [
  ['SchedulingGates', 0], ['PrioritySort', 0], ['NodeUnschedulable', 0], ['NodeName', 0], ['TaintToleration', 3], ['NodeAffinity', 2], ['NodePorts', 0],
  ['NodeResourcesFit', 1], ['VolumeRestrictions', 0], ['NodeVolumeLimits', 0], ['VolumeBinding', 0], ['VolumeZone', 0], ['PodTopologySpread', 2],
  ['InterPodAffinity', 2], ['DynamicResources', 2], ['DefaultPreemption', 0], ['NodeResourcesBalancedAllocation', 1], ['ImageLocality', 1], ['DefaultBinder', 0],
].map(([name, weight]) => ({ name: name as string, weight: weight as number }))

type RawEntry = { readonly name?: string; readonly weight?: number }
type RawSet = { readonly enabled?: readonly RawEntry[]; readonly disabled?: readonly RawEntry[] }

function entriesOf(entries: readonly RawEntry[] | undefined): PluginEntry[] {
  return (entries ?? []).map(({ name = '', weight = 0 }) => ({ name, weight }))
}

/** A default plugin that is named again keeps its place; other named ones come behind. */
function mergeSet(defaults: PluginSet, custom: RawSet | undefined): PluginSet {
  const enabled = entriesOf(custom?.enabled)
  const disabled = [...(custom?.disabled ?? []).map(({ name = '' }) => ({ name, weight: 0 })), ...defaults.disabled]
  const isDisabled = (name: string): boolean => disabled.some((plugin) => plugin.name === name)
  const merged: PluginEntry[] = []
  const replacing = new Set<PluginEntry>()
  if (!isDisabled('*')) {
    for (const plugin of defaults.enabled) {
      if (isDisabled(plugin.name)) continue
      const again = enabled.findLast((candidate) => candidate.name === plugin.name)
      if (again !== undefined) replacing.add(again)
      merged.push(again ?? plugin)
    }
  }
  return { enabled: [...merged, ...enabled.filter((plugin) => !replacing.has(plugin))], disabled }
}

const nothing: PluginSet = { enabled: [], disabled: [] }

/** The plugin sets of a profile: the defaults with what the document says. */
export function mergePlugins(custom: { readonly [point: string]: RawSet } | undefined): PluginSets {
  const sets: { [point: string]: PluginSet } = { multiPoint: mergeSet({ enabled: defaultPlugins, disabled: [] }, custom?.['multiPoint']) }
  for (const point of extensionPoints) sets[point] = mergeSet(nothing, custom?.[point])
  return sets as PluginSets
}

type Args = { readonly [field: string]: unknown }
const defaultResources: readonly ResourceWeight[] = [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }]

function weighted(resources: unknown): readonly ResourceWeight[] {
  const list = (resources ?? []) as readonly { name?: string; weight?: number }[]
  return list.length === 0 ? defaultResources : list.map(({ name = '', weight = 0 }) => ({ name, weight: weight === 0 ? 1 : weight }))
}

function shapeOf(points: unknown): unknown {
  return (points as readonly { utilization?: number; score?: number }[]).map(({ utilization = 0, score = 0 }) => ({ utilization, score }))
}

/** What each plugin's arguments become when fields are left out. */
const argDefaults: { readonly [plugin: string]: (args: Args) => Args } = {
  DefaultPreemption: (args) => ({ minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100, ...args }),
  InterPodAffinity: (args) => ({ hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false, ...args }),
  NodeResourcesBalancedAllocation: (args) => ({ ...args, resources: weighted(args['resources']) }),
  PodTopologySpread: (args) => ({ ...args, defaultingType: args['defaultingType'] === undefined || args['defaultingType'] === '' ? 'System' : args['defaultingType'] }),
  VolumeBinding: (args) => ({ bindTimeoutSeconds: 600, ...args, ...(args['shape'] !== undefined && { shape: shapeOf(args['shape']) }) }),
  DynamicResources: (args) => ({ filterTimeout: '10s', ...args }),
  Coscheduling: (args) => ({ permitWaitingTimeSeconds: 60, podGroupBackoffSeconds: 0, ...args }),
  NodeResourcesFit: (args) => {
    const { type, resources, requestedToCapacityRatio: ratio } = (args['scoringStrategy'] ?? { type: 'LeastAllocated' }) as { type?: string; resources?: unknown; requestedToCapacityRatio?: { shape?: unknown } }
    const shape = ratio?.shape === undefined ? ratio : { shape: shapeOf(ratio.shape) }
    return { ...args, scoringStrategy: { type: type ?? '', resources: weighted(resources), ...(shape !== undefined && { requestedToCapacityRatio: shape }) } }
  },
}

function withDefaults(name: string, { apiVersion: _apiVersion, kind: _kind, ...args }: Args): Args {
  return argDefaults[name]?.(args) ?? args
}

/** A plugin's arguments with defaults. `args` is undefined for plugins that are not known to take any. */
export interface ProfileArgs { readonly name: string; readonly args: Args | undefined }

/** The arguments of a profile: those of the document, then those of plugins that it does not mention. */
export function completeArgs(given: readonly DecodedArgs[], sets: PluginSets, plugins: PluginRegistry): ProfileArgs[] {
  const complete: ProfileArgs[] = given.map(({ name, args }) => ({ name, args: args && withDefaults(name, args) }))
  const named = new Set(given.map(({ name }) => name))
  const enabled = new Set(Object.values(sets).flatMap((set) => set.enabled.map(({ name }) => name)))
  for (const name of enabled) if (!named.has(name) && plugins[name]?.takesArgs === true) complete.push({ name, args: withDefaults(name, {}) })
  return complete
}
