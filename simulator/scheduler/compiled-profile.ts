/** A profile sorted by extension point, so that a cycle runs through plain arrays. */

import { assert } from '../kernel/assert.ts'
import type { ExtensionPoint, SchedulerConfiguration, SchedulerProfile } from './configuration/types.ts'
import type {
  AnyPlugin, BindPlugin, FilterPlugin, PermitPlugin, PostFilterPlugin, PreBindPlugin, PreEnqueuePlugin, PreFilterPlugin, PreScoreResult, QueueSortPlugin, ReservePlugin,
  ScorePlugin,
} from './framework.ts'
import { schedulerReasons } from './messages.ts'
import { makePlugin } from './registry.ts'
import type { RegisteredPlugin } from './registry.ts'
import { errorStatus, success } from './status.ts'

/** A filter and the place of its PreFilter state, if it has any. */
export interface CompiledFilter { readonly plugin: FilterPlugin<unknown>; readonly stateAt: number }
export interface CompiledScore { readonly plugin: ScorePlugin<unknown>; readonly weight: number }

/** How long a pod waits after failed attempts: the first time, and at most. */
export interface BackoffLimits { readonly firstMs: number; readonly maxMs: number }

export interface CompiledProfile {
  readonly schedulerName: string
  /** Share of the nodes that is enough to choose from; 0: adapted to their number. */
  readonly percentageOfNodesToScore: number
  /** False: the first node that fits is taken. */
  readonly hasScores: boolean
  readonly backoff: BackoffLimits
  /** All plugins, each once, in the order in which they first run. */
  readonly plugins: readonly RegisteredPlugin[]
  readonly preEnqueue: readonly PreEnqueuePlugin[]
  readonly queueSort: QueueSortPlugin
  readonly preFilters: readonly PreFilterPlugin<unknown>[]
  /** Filters whose answer is cached per class and node: those before the first one that looks at the whole cluster. */
  readonly localFilters: readonly CompiledFilter[]
  /** The other filters, in profile order. */
  readonly crossFilters: readonly CompiledFilter[]
  readonly postFilters: readonly PostFilterPlugin[]
  readonly scores: readonly CompiledScore[]
  readonly reserves: readonly { readonly plugin: ReservePlugin<unknown>; readonly stateAt: number }[]
  readonly permits: readonly PermitPlugin[]
  readonly preBinds: readonly { readonly plugin: PreBindPlugin<unknown>; readonly stateAt: number }[]
  readonly binds: readonly BindPlugin[]
}

/** What filters say that miss the state of their PreFilter, when a profile runs the one without the other. */
const missingStates: { readonly [plugin: string]: string } = {
  NodePorts: 'reading "PreFilterNodePorts" from cycleState: not found',
  NodeResourcesFit: 'error reading "PreFilterNodeResourcesFit" from cycleState: not found',
  VolumeRestrictions: 'cannot read "PreFilterVolumeRestrictions" from cycleState',
  VolumeBinding: 'not found',
  PodTopologySpread: 'reading "PreFilterPodTopologySpread" from cycleState: not found',
  InterPodAffinity: 'error reading "PreFilterInterPodAffinity" from cycleState: not found',
  DynamicResources: 'not found',
}

/** What scores say that miss their preparation, and the point that makes it. */
const missingScoreStates: { readonly [plugin: string]: { readonly point: ExtensionPoint; readonly problem: string } } = {
  TaintToleration: { point: 'preScore', problem: 'failed to read "PreScoreTaintToleration" from cycleState: not found' },
  InterPodAffinity: { point: 'preScore', problem: 'failed to read "PreScoreInterPodAffinity" from cycleState: not found' },
  PodTopologySpread: { point: 'preScore', problem: 'error reading "PreScorePodTopologySpread" from cycleState: not found' },
  DynamicResources: { point: 'preFilter', problem: 'not found' },
}

/** The plugins of a profile, made once each. */
class PluginBox {
  private readonly profile: SchedulerProfile
  private readonly made = new Map<string, AnyPlugin | undefined>()

  constructor(profile: SchedulerProfile) {
    this.profile = profile
  }

  private make(name: string): AnyPlugin | undefined {
    if (!this.made.has(name)) this.made.set(name, makePlugin(name, this.profile.args))
    return this.made.get(name)
  }

  /** The plugins of a point that do something there. */
  at(point: ExtensionPoint, method: keyof AnyPlugin = point as keyof AnyPlugin): AnyPlugin[] {
    return this.profile.plugins[point].flatMap(({ name }) => {
      const plugin = this.make(name)
      return plugin?.[method] === undefined ? [] : [plugin]
    })
  }

  /** All plugins with the weights of their scores. */
  all(): RegisteredPlugin[] {
    const weights = new Map(this.profile.plugins.score.map(({ name, weight }) => [name, weight]))
    const points: readonly ExtensionPoint[] = ['preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'permit', 'preBind', 'bind', 'postBind']
    for (const point of points) for (const { name } of this.profile.plugins[point]) this.make(name)
    return [...this.made.values()].flatMap((plugin) => (plugin === undefined ? [] : [{ plugin, weight: weights.get(plugin.name) ?? 0 }]))
  }
}

/** VolumeBinding scores nothing by default: its preparation leaves it out, and without that every node gets 0. */
const idleScore: ScorePlugin<void> = { name: 'VolumeBinding', isNodeLocal: true, score: () => 0 }

function scoresOf(box: PluginBox, profile: SchedulerProfile): CompiledScore[] {
  const weights = new Map(profile.plugins.score.map(({ name, weight }) => [name, weight]))
  const isListed = (point: ExtensionPoint): boolean => profile.plugins[point].some(({ name }) => name === idleScore.name)
  return [...box.at('score'), ...box.at('score', 'scoreAll'), ...(isListed('score') && !isListed('preScore') ? [idleScore] : [])]
    .sort((a, b) => indexIn(profile, a) - indexIn(profile, b))
    .map((plugin) => ({ plugin: scoreOf(plugin as ScorePlugin<unknown>, profile), weight: weights.get(plugin.name) ?? 1 }))
    .map(({ plugin, weight }) => ({ plugin: plugin.isNodeLocal && weight > cachedWeightMax ? uncached(plugin) : plugin, weight }))
}

/** Sums of cached scores are kept in 32 bits: twenty plugins of this weight fit. */
const cachedWeightMax = 1_000_000

/** A node-local plugin that is asked about each node in each cycle. */
function uncached({ score, ...plugin }: ScorePlugin<unknown>): ScorePlugin<unknown> {
  return {
    ...plugin,
    isNodeLocal: false,
    scoreAll(cycle, scores, feasible, count, state) {
      for (let i = 0; i < count; i++) scores[i] = score?.(cycle, cycle.cache.getSlot(feasible[i]), state) ?? 0
    },
  }
}

/** Without its preparation NodeAffinity scores every node, if only with 0. */
function unskipped(result: PreScoreResult<unknown> | undefined): PreScoreResult<unknown> {
  return result === undefined || result.status.code === 'skip' ? { status: success, state: [] } : result
}

/** The plugin; or one that only fails, when the profile has switched off what its scores need. */
function scoreOf(plugin: ScorePlugin<unknown>, profile: SchedulerProfile): ScorePlugin<unknown> {
  const runsAt = (point: ExtensionPoint): boolean => profile.plugins[point].some(({ name }) => name === plugin.name)
  if (plugin.name === 'NodeAffinity' && !runsAt('preScore')) return { ...plugin, preScore: (...given) => unskipped(plugin.preScore?.(...given)) }
  const missing = missingScoreStates[plugin.name]
  if (missing === undefined || runsAt(missing.point)) return plugin
  const status = errorStatus(schedulerReasons.scoreError(plugin.name, missing.problem))
  return { name: plugin.name, isNodeLocal: false, preScore: () => ({ status }), scoreAll: (_cycle, scores) => scores.fill(0) }
}

function indexIn(profile: SchedulerProfile, plugin: AnyPlugin): number {
  return profile.plugins.score.findIndex(({ name }) => name === plugin.name)
}

/** A filter whose PreFilter the profile has switched off. */
function withoutState(plugin: FilterPlugin<unknown>): FilterPlugin<unknown> {
  const status = errorStatus(missingStates[plugin.name]!)
  return { name: plugin.name, ...(plugin.retryOn !== undefined && { retryOn: plugin.retryOn }), isNodeLocal: false, filter: () => status }
}

function filtersOf(box: PluginBox, profile: SchedulerProfile, preFilters: readonly AnyPlugin[]): CompiledFilter[] {
  const prepared = new Set(profile.plugins.preFilter.map(({ name }) => name))
  return box.at('filter').map((plugin) => {
    const filter = plugin as FilterPlugin<unknown>
    const isLost = !prepared.has(plugin.name) && missingStates[plugin.name] !== undefined
    return { plugin: isLost ? withoutState(filter) : filter, stateAt: preFilters.indexOf(plugin) }
  })
}

/** Sorts the plugins of a profile by the points at which it runs them. */
export function compileProfile(profile: SchedulerProfile, configuration: SchedulerConfiguration): CompiledProfile {
  const box = new PluginBox(profile)
  const preFilters = box.at('preFilter')
  const stateAt = (plugin: AnyPlugin): number => preFilters.indexOf(plugin)
  const filters = filtersOf(box, profile, preFilters)
  // NodeName is about one node that is known before; it may stand behind the cached ones.
  const firstCross = filters.findIndex(({ plugin }) => !plugin.isNodeLocal && plugin.name !== 'NodeName')
  const isCached = ({ plugin }: CompiledFilter, at: number): boolean => plugin.isNodeLocal && (firstCross < 0 || at < firstCross)
  const queueSort = box.at('queueSort', 'compare')[0]
  assert(queueSort !== undefined, 'a profile needs a queue sort plugin')
  return {
    schedulerName: profile.schedulerName,
    percentageOfNodesToScore: profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore,
    hasScores: profile.plugins.score.length > 0,
    backoff: { firstMs: configuration.podInitialBackoffSeconds * 1000, maxMs: configuration.podMaxBackoffSeconds * 1000 },
    plugins: box.all(),
    preEnqueue: box.at('preEnqueue') as PreEnqueuePlugin[],
    queueSort: queueSort as QueueSortPlugin,
    preFilters: preFilters as PreFilterPlugin<unknown>[],
    localFilters: filters.filter(isCached),
    crossFilters: filters.filter((filter, at) => !isCached(filter, at)),
    postFilters: box.at('postFilter') as PostFilterPlugin[],
    scores: scoresOf(box, profile),
    reserves: [...new Set([...box.at('reserve'), ...box.at('reserve', 'unreserve')])].map((plugin) => ({ plugin: plugin as ReservePlugin<unknown>, stateAt: stateAt(plugin) })),
    permits: box.at('permit') as PermitPlugin[],
    preBinds: box.at('preBind').map((plugin) => ({ plugin: plugin as PreBindPlugin<unknown>, stateAt: stateAt(plugin) })),
    binds: box.at('bind') as BindPlugin[],
  }
}
