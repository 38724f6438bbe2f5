/** A profile sorted by extension point, so that a cycle runs through plain arrays. */

import type {
  AnyPlugin, BindPlugin, FilterPlugin, PermitPlugin, PostFilterPlugin, PreBindPlugin, PreEnqueuePlugin, PreFilterPlugin, QueueSortPlugin, ReservePlugin,
  ScorePlugin,
} from './framework.ts'
import { assert } from '../kernel/assert.ts'
import type { RegisteredPlugin } from './registry.ts'

/** A filter and the place of its PreFilter state, if it has any. */
export interface CompiledFilter { readonly plugin: FilterPlugin<unknown>; readonly stateAt: number }
export interface CompiledScore { readonly plugin: ScorePlugin<unknown>; readonly weight: number }

export interface CompiledProfile {
  readonly plugins: readonly RegisteredPlugin[]
  readonly preEnqueue: readonly PreEnqueuePlugin[]
  readonly queueSort: QueueSortPlugin
  readonly preFilters: readonly PreFilterPlugin<unknown>[]
  /** Filters whose answer is cached per class and node, then those that look at the whole cluster, each in profile order. */
  readonly localFilters: readonly CompiledFilter[]
  readonly crossFilters: readonly CompiledFilter[]
  readonly postFilters: readonly PostFilterPlugin[]
  readonly scores: readonly CompiledScore[]
  readonly reserves: readonly { readonly plugin: ReservePlugin<unknown>; readonly stateAt: number }[]
  readonly permits: readonly PermitPlugin[]
  readonly preBinds: readonly { readonly plugin: PreBindPlugin<unknown>; readonly stateAt: number }[]
  readonly binds: readonly BindPlugin[]
}

function having<K extends keyof AnyPlugin>(plugins: readonly RegisteredPlugin[], method: K): AnyPlugin[] {
  return plugins.map(({ plugin }) => plugin).filter((plugin) => plugin[method] !== undefined)
}

/** Sorts the plugins of a profile by what they implement. */
export function compileProfile(plugins: readonly RegisteredPlugin[]): CompiledProfile {
  const preFilters = having(plugins, 'preFilter')
  const stateAt = (plugin: AnyPlugin): number => preFilters.indexOf(plugin)
  const filters = having(plugins, 'filter').map((plugin) => ({ plugin: plugin as FilterPlugin<unknown>, stateAt: stateAt(plugin) }))
  const queueSort = having(plugins, 'compare')[0]
  assert(queueSort !== undefined, 'a profile needs a queue sort plugin')
  return {
    plugins,
    preEnqueue: having(plugins, 'preEnqueue') as PreEnqueuePlugin[],
    queueSort: queueSort as QueueSortPlugin,
    preFilters: preFilters as PreFilterPlugin<unknown>[],
    localFilters: filters.filter(({ plugin }) => plugin.isNodeLocal),
    crossFilters: filters.filter(({ plugin }) => !plugin.isNodeLocal),
    postFilters: having(plugins, 'postFilter') as PostFilterPlugin[],
    scores: plugins.filter(({ plugin }) => plugin.score !== undefined || plugin.scoreAll !== undefined).map(({ plugin, weight }) => ({ plugin: plugin as ScorePlugin<unknown>, weight })),
    reserves: having(plugins, 'reserve').map((plugin) => ({ plugin: plugin as ReservePlugin<unknown>, stateAt: stateAt(plugin) })),
    permits: having(plugins, 'permit') as PermitPlugin[],
    preBinds: having(plugins, 'preBind').map((plugin) => ({ plugin: plugin as PreBindPlugin<unknown>, stateAt: stateAt(plugin) })),
    binds: having(plugins, 'bind') as BindPlugin[],
  }
}
