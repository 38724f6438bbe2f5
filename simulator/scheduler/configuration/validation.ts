/** What is wrong with a decoded configuration. Models pkg/scheduler/apis/config/validation and component-base/config/validation (v1.35). */

import { checkQualifiedName } from '../../api/names.ts'
import { fieldErrors as invalid, fieldErrorText } from '../../api/field-error.ts'
import type { FieldError } from '../../api/field-error.ts'
import { goDuration, parseGoDuration } from '../../api/time.ts'
import { isExtendedResource } from '../pod-requests.ts'
import type { ProfileArgs } from './defaults.ts'
import { configurationVersion } from './schema.ts'
import { extensionPoints } from './types.ts'
import type { PluginSet, PluginSets } from './types.ts'
import { argProblems } from './validation-args.ts'

/** A profile with defaults, before it is checked. */
export interface UncheckedProfile {
  readonly schedulerName: string
  readonly percentageOfNodesToScore?: number
  readonly sets: PluginSets
  readonly args: readonly ProfileArgs[]
}

/** A document with defaults, before it is checked. */
export interface UncheckedConfiguration {
  readonly percentageOfNodesToScore: number
  readonly podInitialBackoffSeconds: number
  readonly podMaxBackoffSeconds: number
  readonly parallelism: number
  readonly profiles: readonly UncheckedProfile[]
  readonly leaderElection: LeaderElection
  readonly burst: number
  readonly extenders: readonly Extender[]
}

export interface LeaderElection {
  readonly leaderElect?: boolean
  readonly leaseDuration?: string
  readonly renewDeadline?: string
  readonly retryPeriod?: string
  readonly resourceLock?: string
}
export interface Extender {
  readonly prioritizeVerb?: string
  readonly weight?: number
  readonly bindVerb?: string
  readonly managedResources?: readonly { readonly name?: string }[]
}

/** Plugins that once were. */
const removedPlugins: readonly string[] = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']

function removedText(): string {
  return `was invalid in version "v1" (KubeSchedulerConfiguration is version "${configurationVersion}")`
}

function durationMs(text: string | undefined, byDefaultMs: number): number {
  const parsed = parseGoDuration(text ?? '')
  return typeof parsed !== 'number' || parsed === 0 ? byDefaultMs : parsed
}

function leaderElectionProblems(given: LeaderElection): FieldError[] {
  if (given.leaderElect === false) return []
  const problems: FieldError[] = []
  const leaseMs = durationMs(given.leaseDuration, 15_000)
  const renewMs = durationMs(given.renewDeadline, 10_000)
  const periods = { leaseDuration: leaseMs, renewDeadline: renewMs, retryPeriod: durationMs(given.retryPeriod, 2_000) }
  for (const [name, ms] of Object.entries(periods)) if (ms <= 0) problems.push(invalid.invalid(`leaderElection.${name}`, goDuration(ms), 'must be greater than zero'))
  if (leaseMs <= renewMs) problems.push(invalid.invalid('leaderElection.leaseDuration', goDuration(renewMs), 'must be greater than `RenewDeadline`'))
  const lock = given.resourceLock ?? ''
  if (lock !== '' && lock !== 'leases') problems.push(invalid.invalid('leaderElection.resourceLock', lock, 'resourceLock value must be "leases"'))
  return problems
}

function percentageProblems(path: string, percentage: number | undefined): FieldError[] {
  return percentage !== undefined && (percentage < 0 || percentage > 100) ? [invalid.invalid(path, percentage, 'not in valid range [0-100]')] : []
}

function setProblems(path: string, { enabled }: PluginSet): FieldError[] {
  return enabled.flatMap(({ name }, i) => (removedPlugins.includes(name) ? [invalid.invalid(`${path}.enabled[${i}]`, name, removedText())] : []))
}

function argsProblems(path: string, list: readonly ProfileArgs[]): string[] {
  const seen = new Set<string>()
  const problems: string[] = []
  for (const [i, { name, args }] of list.entries()) {
    const at = `${path}.pluginConfig[${i}]`
    if (seen.has(name)) problems.push(fieldErrorText(invalid.duplicate(at, name)))
    seen.add(name)
    if (removedPlugins.includes(name)) problems.push(fieldErrorText(invalid.invalid(at, name, removedText())))
    else if (args !== undefined && name !== 'NodeResourcesFit') problems.push(...argProblems(name, args, `${at}.args`))
  }
  return problems
}

function profileProblems(path: string, profile: UncheckedProfile): string[] {
  const problems: FieldError[] = profile.schedulerName === '' ? [invalid.required(`${path}.schedulerName`)] : []
  problems.push(...percentageProblems(`${path}.percentageOfNodesToScore`, profile.percentageOfNodesToScore))
  for (const point of extensionPoints) problems.push(...setProblems(`${path}.plugins.${point}`, profile.sets[point]))
  return [...problems.map(fieldErrorText), ...argsProblems(path, profile.args)]
}

/** A plugin set as Go's JSON of the internal type shows it. */
function internalSet({ enabled, disabled }: PluginSet): unknown {
  const list = (entries: PluginSet['enabled']): unknown => (entries.length === 0 ? null : entries.map(({ name, weight }) => ({ Name: name, Weight: weight })))
  return { Enabled: list(enabled), Disabled: list(disabled) }
}

function queueSortProblems(profiles: readonly UncheckedProfile[]): FieldError[] {
  const problems: FieldError[] = []
  const first = internalSet(profiles[0]!.sets.queueSort)
  const { length } = profiles[0]!.sets.queueSort.enabled
  if (length > 1) problems.push(invalid.invalid('profiles[0].plugins.queueSort.Enabled', length, 'only one queue sort plugin can be enabled'))
  for (const [i, { sets }] of profiles.entries()) {
    const set = internalSet(sets.queueSort)
    if (JSON.stringify(set) !== JSON.stringify(first)) problems.push(invalid.invalid(`profiles[${i}].plugins.queueSort`, set, 'must be the same for all profiles'))
  }
  return problems
}

function profilesProblems(profiles: readonly UncheckedProfile[]): string[] {
  const names = new Set<string>()
  const problems: string[] = []
  for (const [i, profile] of profiles.entries()) {
    problems.push(...profileProblems(`profiles[${i}]`, profile))
    // Upstream prints the path of the other profile, which has no JSON.
    if (names.has(profile.schedulerName)) problems.push(fieldErrorText(invalid.duplicate(`profiles[${i}].schedulerName`, {})))
    names.add(profile.schedulerName)
  }
  return [...problems, ...queueSortProblems(profiles).map(fieldErrorText)]
}

function backoffProblems({ podInitialBackoffSeconds: first, podMaxBackoffSeconds: most }: UncheckedConfiguration): FieldError[] {
  const problems: FieldError[] = []
  if (first <= 0) problems.push(invalid.invalid('podInitialBackoffSeconds', first, 'must be greater than 0'))
  if (most < first) problems.push(invalid.invalid('podMaxBackoffSeconds', most, 'must be greater than or equal to PodInitialBackoffSeconds'))
  return problems
}

function managedProblems(path: string, name: string, isRepeated: boolean): FieldError[] {
  const badName = checkQualifiedName(name).map((text) => invalid.invalid(path, name, text))
  const problems = badName.length > 0 ? badName : isExtendedResource(name) ? [] : [invalid.invalid(path, name, 'is an invalid extended resource name')]
  return isRepeated ? [...problems, invalid.invalid(path, name, 'duplicate extender managed resource name')] : problems
}

function extenderProblems(extenders: readonly Extender[]): FieldError[] {
  const problems: FieldError[] = []
  const managed = new Set<string>()
  for (const [i, { prioritizeVerb = '', weight = 0, managedResources = [] }] of extenders.entries()) {
    if (prioritizeVerb !== '' && weight <= 0) problems.push(invalid.invalid(`extenders[${i}].weight`, weight, 'must have a positive weight applied to it'))
    for (const [j, { name = '' }] of managedResources.entries()) {
      problems.push(...managedProblems(`extenders[${i}].managedResources[${j}].name`, name, managed.has(name)))
      managed.add(name)
    }
  }
  const binders = extenders.filter(({ bindVerb = '' }) => bindVerb !== '').length
  if (binders > 1) problems.push(invalid.invalid('extenders', `found ${binders} extenders implementing bind`, 'only one extender can implement bind'))
  return problems
}

/** All that is wrong, as the texts of single errors in the order in which they are told. */
export function configurationProblems(given: UncheckedConfiguration): string[] {
  const before = [
    ...(given.burst < 0 ? [invalid.invalid('clientConnection.burst', given.burst, 'must be non-negative')] : []),
    ...leaderElectionProblems(given.leaderElection),
    ...(given.parallelism <= 0 ? [invalid.invalid('parallelism', given.parallelism, 'should be an integer value greater than zero')] : []),
  ]
  const after = [...percentageProblems('percentageOfNodesToScore', given.percentageOfNodesToScore), ...backoffProblems(given), ...extenderProblems(given.extenders)]
  return [...before.map(fieldErrorText), ...profilesProblems(given.profiles), ...after.map(fieldErrorText)]
}
