/** From the plugin sets of a profile to the plugins of each point. Models pkg/scheduler/framework/runtime/framework.go (v1.35). */

import { aggregateText } from '../../api/go-text.ts'
import { interfaceOf } from './plugin-points.ts'
import type { PluginRegistry } from './plugin-points.ts'
import { extensionPoints } from './types.ts'
import type { ExtensionPoint, PluginArguments, PluginEntry, PluginSets, SchedulerProfile } from './types.ts'
import type { UncheckedProfile } from './validation.ts'
import { argProblems } from './validation-args.ts'

const totalScoreMax = 2 ** 63
const nodeScoreMax = 100

/** A profile that cannot be made; the message is the loader's. */
class ProfileFailure extends Error {}

type Names = { [point in ExtensionPoint]: string[] }

/** The plugins that a point names itself. */
function namedAt(point: ExtensionPoint, sets: PluginSets, plugins: PluginRegistry): string[] {
  const names: string[] = []
  for (const { name } of sets[point].enabled) {
    if (!Object.hasOwn(plugins, name)) throw new ProfileFailure(`${interfaceOf(point)} "${name}" does not exist`)
    if (!plugins[name]!.points.includes(point)) throw new ProfileFailure(`plugin "${name}" does not extend ${interfaceOf(point)} plugin`)
    if (names.includes(name)) throw new ProfileFailure(`plugin "${name}" already registered as "${interfaceOf(point)}"`)
    names.push(name)
  }
  return names
}

/** Adds what multiPoint brings: overridden plugins first, then those of multiPoint, then the others of the point. */
function expandAt(point: ExtensionPoint, named: readonly string[], sets: PluginSets, plugins: PluginRegistry): string[] {
  const disabled = new Set(sets[point].disabled.map(({ name }) => name))
  if (disabled.has('*')) return [...named]
  const expanded: string[] = []
  const overridden: string[] = []
  for (const { name } of sets.multiPoint.enabled) {
    if (!Object.hasOwn(plugins, name)) throw new ProfileFailure(`${interfaceOf(point)} "${name}" does not exist`)
    if (!plugins[name]!.points.includes(point) || disabled.has(name)) continue
    if (named.includes(name)) overridden.push(name)
    else if (expanded.includes(name)) throw new ProfileFailure(`plugin "${name}" already registered as "${interfaceOf(point)}"`)
    else expanded.push(name)
  }
  return [...named.filter((name) => overridden.includes(name)), ...expanded, ...named.filter((name) => !overridden.includes(name))]
}

function weightsOf(sets: PluginSets, plugins: PluginRegistry): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  let total = 0
  for (const { name, weight } of [...sets.score.enabled, ...sets.multiPoint.enabled]) {
    if (!plugins[name]?.points.includes('score') || weights.has(name)) continue
    const actual = weight === 0 ? 1 : weight
    weights.set(name, actual)
    // Added up in 64 bits, a negative weight overflows at once.
    if (actual < 0 || actual * nodeScoreMax > totalScoreMax - total) throw new ProfileFailure('total score of Score plugins could overflow')
    total += actual * nodeScoreMax
  }
  return weights
}

function namedAnywhere(sets: PluginSets): ReadonlySet<string> {
  return new Set(Object.values(sets).flatMap((set) => set.enabled.map(({ name }) => name)))
}

function checkOwnArgs(profile: UncheckedProfile, used: ReadonlySet<string>): void {
  const fit = profile.args.find(({ name }) => name === 'NodeResourcesFit')
  if (fit?.args === undefined || !used.has('NodeResourcesFit')) return
  const problems = argProblems('NodeResourcesFit', fit.args, '')
  if (problems.length > 0) throw new ProfileFailure(`initializing plugin "NodeResourcesFit": ${aggregateText(problems)}`)
}

function pluginsOf(profile: UncheckedProfile, plugins: PluginRegistry): SchedulerProfile['plugins'] {
  const { sets, schedulerName } = profile
  checkOwnArgs(profile, namedAnywhere(sets))
  const names = {} as Names
  for (const point of extensionPoints) names[point] = namedAt(point, sets, plugins)
  if (sets.multiPoint.enabled.length > 0) for (const point of extensionPoints) names[point] = expandAt(point, names[point], sets, plugins)
  if (names.queueSort.length !== 1) throw new ProfileFailure(`only one queue sort plugin required for profile with scheduler name "${schedulerName}", but got ${names.queueSort.length}`)
  if (names.bind.length === 0) throw new ProfileFailure(`at least one bind plugin is needed for profile with scheduler name "${schedulerName}"`)
  const weights = weightsOf(sets, plugins)
  const entries = (point: ExtensionPoint): PluginEntry[] => names[point].map((name) => ({ name, weight: point === 'score' ? (weights.get(name) ?? 1) : 0 }))
  return Object.fromEntries(extensionPoints.map((point) => [point, entries(point)])) as unknown as SchedulerProfile['plugins']
}

/** Lists that Go leaves out when they are empty. */
const optionalLists: readonly string[] = ['defaultConstraints', 'ignoredResources', 'ignoredResourceGroups', 'preferredDuringSchedulingIgnoredDuringExecution', 'matchExpressions', 'matchFields', 'values', 'matchLabelKeys']

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([key, inner]) => !(optionalLists.includes(key) && Array.isArray(inner) && inner.length === 0))
  return Object.fromEntries(members.map(([key, inner]) => [key, withoutEmpty(inner)]))
}

function argsOf({ args, sets }: UncheckedProfile): Partial<PluginArguments> {
  const used = namedAnywhere(sets)
  return Object.fromEntries(args.flatMap(({ name, args: given }) => (given !== undefined && used.has(name) ? [[name, withoutEmpty(given)]] : [])))
}

/** Makes the profiles. @returns them, or the text of what is wrong with the first bad one */
export function makeProfiles(unchecked: readonly UncheckedProfile[], plugins: PluginRegistry): SchedulerProfile[] | { readonly error: string } {
  const profiles: SchedulerProfile[] = []
  for (const profile of unchecked) {
    const { schedulerName, percentageOfNodesToScore } = profile
    try {
      const points = pluginsOf(profile, plugins)
      profiles.push({ schedulerName, ...(percentageOfNodesToScore !== undefined && { percentageOfNodesToScore }), plugins: points, args: argsOf(profile) })
    } catch (failure) {
      if (!(failure instanceof ProfileFailure)) throw failure
      return { error: `initializing profiles: creating profile for scheduler name ${schedulerName}: ${failure.message}` }
    }
    const first = profiles[0]!.plugins.queueSort[0]!.name
    const { name } = profiles[profiles.length - 1]!.plugins.queueSort[0]!
    if (name !== first) return { error: `initializing profiles: different queue sort plugins for profile "${schedulerName}": "${name}", first: "${first}"` }
  }
  return profiles
}
