/** Loads a KubeSchedulerConfiguration as kube-scheduler does: decode, default, check, make the profiles. */

import { assert } from '../../kernel/assert.ts'
import { aggregateText } from '../../api/go-text.ts'
import { decodeConfiguration, isLoadError } from './decode.ts'
import type { DecodedConfiguration, LoadError } from './decode.ts'
import { completeArgs, mergePlugins } from './defaults.ts'
import { builtInPlugins, coschedulingPlugins, optionalPluginPoints } from './plugin-points.ts'
import type { PluginRegistry } from './plugin-points.ts'
import { makeProfiles } from './profiles.ts'
import { configurationKind, configurationVersion } from './schema.ts'
import type { SchedulerConfiguration } from './types.ts'
import { configurationProblems } from './validation.ts'
import type { Extender, LeaderElection, UncheckedConfiguration, UncheckedProfile } from './validation.ts'

const defaultName = 'default-scheduler'

/** The plugins that a cluster with these add-ons knows. */
export function pluginRegistry(addOns: readonly string[]): PluginRegistry {
  return { ...builtInPlugins, ...optionalPluginPoints, ...(addOns.includes('coscheduling') ? coschedulingPlugins : {}) }
}

interface ProfileDocument {
  readonly schedulerName?: string
  readonly percentageOfNodesToScore?: number
  readonly plugins?: { readonly [point: string]: { readonly enabled?: readonly { name?: string; weight?: number }[]; readonly disabled?: readonly { name?: string }[] } }
}

function profilesOf({ document, args }: DecodedConfiguration, plugins: PluginRegistry): UncheckedProfile[] {
  const given = (document['profiles'] ?? []) as readonly ProfileDocument[]
  const list = given.length === 0 ? [{}] : given
  return list.map(({ schedulerName, percentageOfNodesToScore, plugins: custom }: ProfileDocument, i) => {
    const sets = mergePlugins(custom)
    return {
      // Only a single profile is given a name.
      schedulerName: schedulerName ?? (list.length === 1 ? defaultName : ''),
      ...(percentageOfNodesToScore !== undefined && { percentageOfNodesToScore }),
      sets,
      args: completeArgs(args[i] ?? [], sets, plugins),
    }
  })
}

function withDefaults(decoded: DecodedConfiguration, plugins: PluginRegistry): UncheckedConfiguration {
  const { document } = decoded
  const number = (field: string, byDefault: number): number => (document[field] as number | undefined) ?? byDefault
  return {
    percentageOfNodesToScore: number('percentageOfNodesToScore', 0),
    podInitialBackoffSeconds: number('podInitialBackoffSeconds', 1),
    podMaxBackoffSeconds: number('podMaxBackoffSeconds', 10),
    parallelism: number('parallelism', 16),
    profiles: profilesOf(decoded, plugins),
    leaderElection: (document['leaderElection'] ?? {}) as LeaderElection,
    burst: (document['clientConnection'] as { burst?: number } | undefined)?.burst ?? 0,
    extenders: (document['extenders'] ?? []) as readonly Extender[],
  }
}

/**
 * Loads a document. Extenders are checked, but nothing calls them.
 * @param addOns add-ons of the cluster; 'coscheduling' brings the plugin of that name
 * @returns the configuration, or the real loader's error text
 */
export function loadSchedulerConfiguration(text: string, addOns: readonly string[] = []): SchedulerConfiguration | LoadError {
  const plugins = pluginRegistry(addOns)
  const decoded = decodeConfiguration(text, plugins)
  if (isLoadError(decoded)) return decoded
  const unchecked = withDefaults(decoded, plugins)
  const problems = configurationProblems(unchecked)
  if (problems.length > 0) return { error: aggregateText(problems) }
  const profiles = makeProfiles(unchecked.profiles, plugins)
  if (!Array.isArray(profiles)) return profiles
  const { percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds, parallelism } = unchecked
  return { percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds, parallelism, profiles }
}

/** The configuration of a scheduler that nobody configured. */
export function defaultConfiguration(): SchedulerConfiguration {
  const { percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds, parallelism, profiles: unchecked } = withDefaults({ document: {}, args: [] }, builtInPlugins)
  const profiles = makeProfiles(unchecked, builtInPlugins)
  assert(Array.isArray(profiles), 'the default profile is valid')
  return { percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds, parallelism, profiles }
}

/** The document of a scheduler that nobody configured. */
export const defaultConfigurationDocument = `apiVersion: ${configurationVersion}\nkind: ${configurationKind}\n`
