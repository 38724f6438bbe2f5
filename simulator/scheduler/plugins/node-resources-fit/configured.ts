/**
 * NodeResourcesFit as a profile sets it up: other strategies, other resources, resources that are left to others.
 * Models kubernetes/pkg/scheduler/framework/plugins/noderesources and plugins/helper/shape_score.go (v1.35).
 */

import type { PluginArguments, ResourceWeight, ShapePoint } from '../../configuration/types.ts'
import type { ClusterCache } from '../../cluster-cache.ts'
import type { FilterPlugin, ScorePlugin } from '../../framework.ts'
import { scoreMax } from '../../framework.ts'
import type { PodClass } from '../../pod-class.ts'
import { isExtendedResource, isScalarResource } from '../../pod-requests.ts'
import type { Amounts } from '../../pod-requests.ts'
import { leastRequested, nodeResourcesFit, shortages } from './plugin.ts'

/** A use of a resource with the pod in place: how much of how much. */
export interface ResourceUse { readonly requested: number; readonly allocatable: number }

/** What counts for a resource on a node; undefined when it does not count there. `nonZero` takes pods without requests for more than nothing. */
export function useOf(cache: ClusterCache, podClass: PodClass, resource: string, index: number, nonZero: boolean): ResourceUse | undefined {
  const wanted = podClass.usage.requests.get(resource) ?? 0
  if (wanted === 0 && isScalarResource(resource)) return undefined
  const column = cache.findColumn(resource)
  const allocatable = column?.allocatable[index] ?? 0
  if (column === undefined || allocatable === 0) return undefined
  if (nonZero && resource === 'cpu') return { requested: cache.nonZeroCpu[index] + podClass.scoringCpu, allocatable }
  if (nonZero && resource === 'memory') return { requested: cache.nonZeroMemory[index] + podClass.scoringMemory, allocatable }
  return { requested: column.requested[index] + wanted, allocatable }
}

function mostRequested({ requested, allocatable }: ResourceUse): number {
  return Math.floor((Math.min(requested, allocatable) * scoreMax) / allocatable)
}

/** The value of a broken line, in whole numbers. */
function onShape(shape: readonly ShapePoint[], utilization: number): number {
  const at = shape.findIndex((point) => utilization <= point.utilization)
  if (at < 0) return shape[shape.length - 1]!.score
  if (at === 0) return shape[0]!.score
  const [before, after] = [shape[at - 1]!, shape[at]!]
  return before.score + Math.trunc(((after.score - before.score) * (utilization - before.utilization)) / (after.utilization - before.utilization))
}

type Scorer = (uses: readonly (ResourceUse | undefined)[]) => number

/** The mean of the resources that count, by weight, cut to a whole number. */
function weightedMean(resources: readonly ResourceWeight[], scoreOf: (use: ResourceUse) => number): Scorer {
  return (uses) => {
    let sum = 0
    let weights = 0
    uses.forEach((use, i) => {
      if (use === undefined) return
      sum += scoreOf(use) * resources[i]!.weight
      weights += resources[i]!.weight
    })
    return weights === 0 ? 0 : Math.floor(sum / weights)
  }
}

/** As the mean, but resources with a score of 0 do not count, and it is rounded. */
function shapedMean(resources: readonly ResourceWeight[], shape: readonly ShapePoint[]): Scorer {
  const points = shape.map(({ utilization, score }) => ({ utilization, score: score * 10 }))
  return (uses) => {
    let sum = 0
    let weights = 0
    uses.forEach((use, i) => {
      if (use === undefined) return
      const score = onShape(points, use.requested > use.allocatable ? 100 : Math.floor((use.requested * 100) / use.allocatable))
      if (score <= 0) return
      sum += score * resources[i]!.weight
      weights += resources[i]!.weight
    })
    return weights === 0 ? 0 : Math.floor(sum / weights + 0.5)
  }
}

function scorerOf({ type, resources, requestedToCapacityRatio }: PluginArguments['NodeResourcesFit']['scoringStrategy']): Scorer {
  if (type === 'RequestedToCapacityRatio') return shapedMean(resources, requestedToCapacityRatio?.shape ?? [])
  return weightedMean(resources, type === 'MostAllocated' ? mostRequested : ({ requested, allocatable }) => leastRequested(requested, allocatable))
}

function isPlain({ ignoredResources = [], ignoredResourceGroups = [], scoringStrategy: { type, resources } }: PluginArguments['NodeResourcesFit']): boolean {
  const isUsual = resources.length === 2 && resources[0]!.name === 'cpu' && resources[1]!.name === 'memory' && resources.every(({ weight }) => weight === 1)
  return ignoredResources.length === 0 && ignoredResourceGroups.length === 0 && type === 'LeastAllocated' && isUsual
}

/** Requests without those that somebody else looks after. Only extended resources can be ignored. */
function notIgnored(requests: Amounts, isIgnored: (resource: string) => boolean): Amounts {
  return new Map([...requests].filter(([resource]) => !isIgnored(resource)))
}

/** The plugin with arguments; the default one when they are as usual. */
export function makeNodeResourcesFit(args: PluginArguments['NodeResourcesFit']): FilterPlugin<void> & ScorePlugin<void> {
  if (isPlain(args)) return nodeResourcesFit
  const { scoringStrategy, ignoredResources = [], ignoredResourceGroups = [] } = args
  const scorer = scorerOf(scoringStrategy)
  const isIgnored = (resource: string): boolean =>
    isExtendedResource(resource) && (ignoredResources.includes(resource) || ignoredResourceGroups.includes(resource.split('/')[0]!))
  const filtered = new WeakMap<Amounts, Amounts>()
  return {
    ...nodeResourcesFit,
    filter({ cache, podClass: { usage: { requests } } }, slot) {
      let counted = filtered.get(requests)
      if (counted === undefined) filtered.set(requests, (counted = notIgnored(requests, isIgnored)))
      return shortages(cache, counted, slot.index, slot.pods.length)
    },
    score: ({ cache, podClass }, { index }) => scorer(scoringStrategy.resources.map(({ name }) => useOf(cache, podClass, name, index, true))),
  }
}
