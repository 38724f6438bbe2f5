/** What is wrong with the arguments of plugins. Models pkg/scheduler/apis/config/validation/validation_pluginargs.go (v1.35). */

import { fieldErrors as invalid, fieldErrorText } from '../../api/field-error.ts'
import type { FieldError } from '../../api/field-error.ts'
import { checkQualifiedName } from '../../api/names.ts'
import { compileNodeSelector, preferenceErrors } from '../../api/node-selector.ts'
import type { TopologySpreadConstraint } from '../../api/types.ts'
import { parseGoDuration } from '../../api/time.ts'
import type { PluginArguments, ResourceWeight, ShapePoint } from './types.ts'

const scoreMax = 10

function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function nameProblems(path: string, name: string): FieldError[] {
  return checkQualifiedName(name).map((text) => invalid.invalid(path, name, text))
}

function shapeProblems(path: string, shape: readonly ShapePoint[]): FieldError[] {
  if (shape.length === 0) return [invalid.required(path, 'at least one point must be specified')]
  const problems: FieldError[] = []
  const unsorted = shape.findIndex((point, i) => i > 0 && shape[i - 1]!.utilization >= point.utilization)
  if (unsorted > 0) problems.push(invalid.invalid(`${path}[${unsorted}].utilization`, shape[unsorted]!.utilization, 'values must be sorted in increasing order'))
  for (const [i, { utilization, score }] of shape.entries()) {
    if (utilization < 0 || utilization > 100) problems.push(invalid.invalid(`${path}[${i}].utilization`, utilization, 'not in valid range [0, 100]'))
    if (score < 0 || score > scoreMax) problems.push(invalid.invalid(`${path}[${i}].score`, score, `not in valid range [0, ${scoreMax}]`))
  }
  return problems
}

function fitProblems({ ignoredResources = [], ignoredResourceGroups = [], scoringStrategy }: PluginArguments['NodeResourcesFit'], path: string): FieldError[] {
  const problems: FieldError[] = ignoredResources.flatMap((name, i) => nameProblems(`${child(path, 'ignoredResources')}[${i}]`, name))
  for (const [i, group] of ignoredResourceGroups.entries()) {
    const at = `${child(path, 'ignoredResourceGroups')}[${i}]`
    if (group.includes('/')) problems.push(invalid.invalid(at, group, "resource group name can't contain '/'"))
    problems.push(...nameProblems(at, group))
  }
  const strategy = child(path, 'scoringStrategy')
  const { type, resources, requestedToCapacityRatio } = scoringStrategy
  const types: readonly string[] = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']
  if (!types.includes(type)) problems.push(invalid.notSupported(`${strategy}.type`, type, types))
  for (const [i, { name, weight }] of resources.entries()) {
    if (weight <= 0 || weight > 100) problems.push(invalid.invalid(`${strategy}.resources[${i}].weight`, weight, `resource weight of ${name} not in valid range (0, 100]`))
  }
  // The real scheduler crashes when this strategy comes without its parameters; here they are asked for.
  if (requestedToCapacityRatio !== undefined || type === 'RequestedToCapacityRatio') problems.push(...shapeProblems(`${strategy}.shape`, requestedToCapacityRatio?.shape ?? []))
  return problems
}

function balancedProblems({ resources }: { readonly resources: readonly ResourceWeight[] }, path: string): FieldError[] {
  const problems: FieldError[] = []
  for (const [i, { name, weight }] of resources.entries()) {
    if (resources.findIndex((other) => other.name === name) < i) problems.push(invalid.duplicate(`${path}.resources[${i}].name`, name))
    if (weight !== 1) problems.push(invalid.invalid(`${path}.resources[${i}].weight`, weight, 'must be 1'))
  }
  return problems
}

function preemptionProblems({ minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute }: PluginArguments['DefaultPreemption'], path: string): FieldError[] {
  const problems: FieldError[] = []
  const atPercentage = `${path}.minCandidateNodesPercentage`
  const atAbsolute = `${path}.minCandidateNodesAbsolute`
  if (percentage < 0 || percentage > 100) problems.push(invalid.invalid(atPercentage, percentage, 'not in valid range [0, 100]'))
  if (absolute < 0) problems.push(invalid.invalid(atAbsolute, absolute, 'not in valid range [0, inf)'))
  if (percentage === 0 && absolute === 0) {
    problems.push(invalid.invalid(atPercentage, percentage, 'cannot be zero at the same time as minCandidateNodesAbsolute'))
    problems.push(invalid.invalid(atAbsolute, absolute, 'cannot be zero at the same time as minCandidateNodesPercentage'))
  }
  return problems
}

function constraintProblems(path: string, constraints: readonly TopologySpreadConstraint[], i: number): FieldError[] {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', labelSelector } = constraints[i]! as Partial<TopologySpreadConstraint>
  const at = `${path}[${i}]`
  const problems: FieldError[] = []
  if (maxSkew <= 0) problems.push(invalid.invalid(`${at}.maxSkew`, maxSkew, 'not in valid range (0, inf)'))
  if (topologyKey === '') problems.push(invalid.required(`${at}.topologyKey`, 'can not be empty'))
  else problems.push(...nameProblems(`${at}.topologyKey`, topologyKey))
  const actions: readonly string[] = ['DoNotSchedule', 'ScheduleAnyway']
  if (whenUnsatisfiable === '') problems.push(invalid.required(`${at}.whenUnsatisfiable`, 'can not be empty'))
  else if (!actions.includes(whenUnsatisfiable)) problems.push(invalid.notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, actions))
  if (labelSelector !== undefined) problems.push(invalid.forbidden(`${at}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod'))
  const twin = constraints.findIndex((other) => (other.topologyKey ?? '') === topologyKey && (other.whenUnsatisfiable ?? '') === whenUnsatisfiable)
  if (twin < i) problems.push(invalid.duplicate(at, `{${topologyKey}, ${whenUnsatisfiable}}`))
  return problems
}

function spreadProblems({ defaultingType, defaultConstraints = [] }: PluginArguments['PodTopologySpread'], path: string): FieldError[] {
  const types: readonly string[] = ['System', 'List']
  const at = `${path}.defaultingType`
  const problems: FieldError[] = []
  if (!types.includes(defaultingType)) problems.push(invalid.notSupported(at, defaultingType, types))
  else if (defaultingType === 'System' && defaultConstraints.length > 0) problems.push(invalid.invalid(at, defaultingType, 'when .defaultConstraints are not empty'))
  return [...problems, ...defaultConstraints.flatMap((_constraint, i) => constraintProblems(`${path}.defaultConstraints`, defaultConstraints, i))]
}

/** Node selectors make texts of their own. */
function nodeAffinityProblems({ addedAffinity }: PluginArguments['NodeAffinity'], path: string): string[] {
  const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const preferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const at = `${path}.addedAffinity`
  const terms = required === undefined ? [] : compileNodeSelector({ nodeSelectorTerms: required.nodeSelectorTerms ?? [] }, `${at}.requiredDuringSchedulingIgnoredDuringExecution`)
  return [...terms.flatMap((term) => term.errors), ...preferenceErrors(preferred, `${at}.preferredDuringSchedulingIgnoredDuringExecution`)]
}

function volumeProblems({ bindTimeoutSeconds, shape }: PluginArguments['VolumeBinding'], path: string): FieldError[] {
  const problems: FieldError[] = []
  if (bindTimeoutSeconds < 0) problems.push(invalid.invalid(`${path}.bindTimeoutSeconds`, bindTimeoutSeconds, 'invalid BindTimeoutSeconds, should not be a negative value'))
  if (shape !== undefined) {
    const points = shape.map(({ utilization, score }) => ({ Utilization: utilization, Score: score }))
    problems.push(invalid.invalid(`${path}.shape`, points, 'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring'))
  }
  return problems
}

function dynamicResourcesProblems({ filterTimeout, bindingTimeout }: PluginArguments['DynamicResources'], path: string): FieldError[] {
  const problems: FieldError[] = []
  const timeoutMs = parseGoDuration(filterTimeout)
  if (typeof timeoutMs === 'number' && timeoutMs < 0) problems.push(invalid.invalid(`${path}.filterTimeout`, filterTimeout, 'must be zero or positive'))
  if (bindingTimeout !== undefined) problems.push(invalid.forbidden(`${path}.bindingTimeout`, 'DRADeviceBindingConditions or DRAResourceClaimDeviceStatus feature gate is disabled'))
  return problems
}

function affinityProblems({ hardPodAffinityWeight: weight }: PluginArguments['InterPodAffinity'], path: string): FieldError[] {
  return weight < 0 || weight > 100 ? [invalid.invalid(`${path}.hardPodAffinityWeight`, weight, 'not in valid range [0, 100]')] : []
}

/** All that is wrong with a plugin's arguments, as texts. `path` is where they stand; '' when a plugin checks its own. */
export function argProblems(plugin: string, args: unknown, path: string): string[] {
  switch (plugin) {
    case 'DefaultPreemption': return preemptionProblems(args as PluginArguments['DefaultPreemption'], path).map(fieldErrorText)
    case 'InterPodAffinity': return affinityProblems(args as PluginArguments['InterPodAffinity'], path).map(fieldErrorText)
    case 'NodeAffinity': return nodeAffinityProblems(args as PluginArguments['NodeAffinity'], path)
    case 'NodeResourcesFit': return fitProblems(args as PluginArguments['NodeResourcesFit'], path).map(fieldErrorText)
    case 'NodeResourcesBalancedAllocation': return balancedProblems(args as PluginArguments['NodeResourcesBalancedAllocation'], path).map(fieldErrorText)
    case 'PodTopologySpread': return spreadProblems(args as PluginArguments['PodTopologySpread'], path).map(fieldErrorText)
    case 'VolumeBinding': return volumeProblems(args as PluginArguments['VolumeBinding'], path).map(fieldErrorText)
    case 'DynamicResources': return dynamicResourcesProblems(args as PluginArguments['DynamicResources'], path).map(fieldErrorText)
    default: return []
  }
}
