/** Chooses a flavor for each resource of each pod set. Models sigs.k8s.io/kueue/pkg/scheduler/flavorassigner (v0.10). */

import { isSelectorError } from '../../api/selector.ts'
import { matchesRequiredNodeAffinity } from '../../api/node-selector.ts'
import { findUntoleratedTaint, hardEffects } from '../../api/tolerations.ts'
import type { NodeSelectorTerm, PodSpec, StringMap, Taint } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { amountText, flavorResource, scaledTo, toResourceList } from './amounts.ts'
import type { FlavorResource, PodSetRequests, Requests, Usage } from './amounts.ts'
import type { QueueNode, Snapshot, WorkloadInfo } from './snapshot.ts'
import type { ClusterQueue, PodSetAssignment, ResourceFlavor, ResourceGroup } from './types.ts'

/** From worst to best. Reclaim is a preemption that takes back own quota only. */
export type Mode = 'noFit' | 'preempt' | 'reclaim' | 'fit'
const rankOf: { readonly [mode in Mode]: number } = { noFit: 0, preempt: 1, reclaim: 2, fit: 3 }

/** The flavor of one resource. `triedIndex` is -1 after the last flavor was tried. */
export interface FlavorChoice { readonly flavor: string; readonly mode: Mode; readonly borrows: boolean; readonly triedIndex: number }

export interface PodSetChoice {
  readonly name: string
  readonly count: number
  readonly requests: Requests
  /** Empty when some resource fits nowhere. */
  readonly flavors: { readonly [resource: string]: FlavorChoice }
  /** Why it does not fit now; undefined when all fits. */
  readonly reasons: readonly string[] | undefined
}

/** Where the search of the next attempt goes on: the flavor that was tried last, by pod set and resource. */
export type TriedFlavors = readonly { readonly [resource: string]: number }[]

export interface Assignment {
  readonly podSets: readonly PodSetChoice[]
  readonly borrows: boolean
  readonly usage: Usage
  readonly tried: TriedFlavors
}

/** Whether own quota could be taken back from others without touching the own queue. */
export type ReclaimOracle = (queue: QueueNode, info: WorkloadInfo, key: FlavorResource, amount: number) => boolean

/** The worst mode of all: noFit without any choice. */
export function modeOf({ podSets }: Assignment): Mode {
  let mode: Mode = podSets.length === 0 ? 'noFit' : 'fit'
  for (const podSet of podSets) {
    const own = podSetMode(podSet)
    if (rankOf[own] < rankOf[mode]) mode = own
  }
  return mode
}

function podSetMode({ reasons, flavors }: PodSetChoice): Mode {
  if (reasons === undefined) return 'fit'
  const modes = Object.values(flavors).map(({ mode }) => mode)
  if (modes.length === 0) return 'noFit'
  return modes.reduce((worst, mode) => (rankOf[mode] < rankOf[worst] ? mode : worst), 'fit')
}

/** Why a workload does not fit, as its condition says it; '' when it fits. */
export function messageOf({ podSets }: Assignment): string {
  const texts = podSets.filter(({ reasons }) => reasons !== undefined).map(({ name, reasons = [] }) => `couldn't assign flavors to pod set ${name}: ${[...reasons].sort(compareText).join(', ')}`)
  return texts.join('; ')
}

/** The assignment as the API has it. */
export function toApi({ podSets }: Assignment): PodSetAssignment[] {
  return podSets.map(({ name, count, requests, flavors }) => ({
    name, count,
    flavors: Object.fromEntries(Object.entries(flavors).map(([resource, { flavor }]) => [resource, flavor])),
    resourceUsage: toResourceList(requests),
  }))
}

/** Flavors and resources that only a preemption can free. */
export function needingPreemption({ podSets }: Assignment): ReadonlySet<FlavorResource> {
  const keys = new Set<FlavorResource>()
  for (const { flavors } of podSets) for (const [resource, choice] of Object.entries(flavors)) if (choice.mode === 'preempt' || choice.mode === 'reclaim') keys.add(flavorResource(choice.flavor, resource))
  return keys
}

function sorted(requests: Requests): [string, number][] {
  return Object.entries(requests).sort(([a], [b]) => compareText(a, b))
}

function goTaint({ key, value = '', effect }: Taint): string {
  return `{${key} ${value} ${effect} <nil>}`
}

/** The pod's node selector and affinity as far as they speak of labels that flavors have. */
function affinityFor(spec: PodSpec, keys: ReadonlySet<string>): Pick<PodSpec, 'nodeSelector' | 'affinity'> {
  const nodeSelector: StringMap = Object.fromEntries(Object.entries(spec.nodeSelector ?? {}).filter(([key]) => keys.has(key)))
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const kept: NodeSelectorTerm[] = terms.map(({ matchExpressions = [] }) => ({ matchExpressions: matchExpressions.filter(({ key }) => keys.has(key)) }))
  // Terms are alternatives: one that says nothing of flavors lets every flavor pass.
  if (kept.length === 0 || kept.some(({ matchExpressions = [] }) => matchExpressions.length === 0)) return { nodeSelector }
  return { nodeSelector, affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: kept } } } }
}

interface Found { readonly flavors: { readonly [resource: string]: FlavorChoice }; readonly reasons: readonly string[] | undefined }
interface Quote { readonly mode: Mode; readonly borrows: boolean; readonly reason?: string }

/** Assigns the flavors of one workload in its queue. */
export class FlavorAssigner {
  private readonly info: WorkloadInfo
  private readonly queue: QueueNode
  private readonly snapshot: Snapshot
  private readonly oracle: ReclaimOracle
  private readonly tried: TriedFlavors

  constructor(parts: { info: WorkloadInfo; queue: QueueNode; snapshot: Snapshot; oracle: ReclaimOracle; tried?: TriedFlavors }) {
    this.info = parts.info
    this.queue = parts.queue
    this.snapshot = parts.snapshot
    this.oracle = parts.oracle
    this.tried = parts.tried ?? []
  }

  /** @param counts fewer pods for each set, for partial admission */
  assign(counts?: readonly number[]): Assignment {
    const usage = new Map<FlavorResource, number>()
    const podSets: PodSetChoice[] = []
    const tried: { [resource: string]: number }[] = []
    for (const [index, full] of this.info.podSets.entries()) {
      const podSet = counts === undefined ? full : scaledTo(full, counts[index] ?? full.count)
      const choice = this.choose(index, podSet, usage)
      podSets.push(choice)
      for (const [resource, { flavor }] of Object.entries(choice.flavors)) {
        const key = flavorResource(flavor, resource)
        usage.set(key, (usage.get(key) ?? 0) + (choice.requests[resource] ?? 0))
      }
      tried.push(Object.fromEntries(Object.entries(choice.flavors).map(([resource, { triedIndex }]) => [resource, triedIndex])))
      if (Object.keys(choice.requests).length > 0 && Object.keys(choice.flavors).length === 0) break
    }
    return { podSets, usage, tried, borrows: podSets.some(({ flavors }) => Object.values(flavors).some(({ borrows }) => borrows)) }
  }

  private choose(index: number, podSet: PodSetRequests, usage: Usage): PodSetChoice {
    const requests = this.queue.groupOf('pods') === undefined ? podSet.requests : { ...podSet.requests, pods: podSet.count }
    const flavors: { [resource: string]: FlavorChoice } = {}
    let reasons: string[] | undefined
    for (const [resource] of sorted(requests)) {
      if (flavors[resource] !== undefined) continue
      const found = this.findFlavor(index, requests, resource, usage)
      if (Object.keys(found.flavors).length === 0) return { name: podSet.name, count: podSet.count, requests, flavors: {}, reasons: found.reasons ?? [] }
      Object.assign(flavors, found.flavors)
      if (found.reasons !== undefined) reasons = [...(reasons ?? []), ...found.reasons]
    }
    return { name: podSet.name, count: podSet.count, requests, flavors, reasons }
  }

  /** The best flavor for all resources of one group. */
  private findFlavor(index: number, all: Requests, resource: string, usage: Usage): Found {
    const group = this.queue.groupOf(resource)
    if (group === undefined) return { flavors: {}, reasons: [`resource ${resource} unavailable in ClusterQueue`] }
    const requests = sorted(all).filter(([name]) => group.coveredResources.includes(name))
    const spec = this.info.workload.spec.podSets[index]?.template.spec ?? { containers: [] }
    const reasons: string[] = []
    let best: { [resource: string]: FlavorChoice } = {}
    let bestMode: Mode = 'noFit'
    let attempted = -1
    for (let at = (this.tried[index]?.[resource] ?? -1) + 1; at < group.flavors.length; at++) {
      attempted = at
      const name = group.flavors[at]!.name
      const problem = this.flavorProblem(name, spec, group)
      if (problem !== undefined) {
        reasons.push(problem)
        continue
      }
      const tried = this.tryFlavor(name, requests, usage)
      reasons.push(...tried.reasons)
      const isEnough = !triesNext(tried.mode, this.queue.queue, tried.borrows)
      if (isEnough || rankOf[tried.mode] > rankOf[bestMode]) {
        best = tried.choices
        bestMode = tried.mode
      }
      if (isEnough) break
    }
    const triedIndex = attempted === group.flavors.length - 1 ? -1 : attempted
    const flavors = Object.fromEntries(Object.entries(best).map(([name, choice]) => [name, { ...choice, triedIndex }]))
    return { flavors, reasons: bestMode === 'fit' ? undefined : reasons }
  }

  private flavorProblem(name: string, spec: PodSpec, group: ResourceGroup): string | undefined {
    const flavor = this.snapshot.flavors.get(name)
    if (flavor === undefined) return `flavor ${name} not found`
    const { nodeTaints, tolerations = [], nodeLabels = {} } = flavor.spec ?? {}
    const taint = findUntoleratedTaint(nodeTaints, [...(spec.tolerations ?? []), ...tolerations], hardEffects)
    if (taint !== undefined) return `untolerated taint ${goTaint(taint)} in flavor ${name}`
    const matches = matchesRequiredNodeAffinity(affinityFor(spec, this.labelKeys(group)), { metadata: { labels: nodeLabels } })
    return matches === true ? undefined : typeof matches === 'object' && isSelectorError(matches) ? matches.error : `flavor ${name} doesn't match node affinity`
  }

  private labelKeys({ flavors }: ResourceGroup): ReadonlySet<string> {
    return new Set(flavors.flatMap(({ name }) => Object.keys(this.flavor(name)?.spec?.nodeLabels ?? {})))
  }

  private flavor(name: string): ResourceFlavor | undefined {
    return this.snapshot.flavors.get(name)
  }

  private tryFlavor(flavor: string, requests: readonly [string, number][], usage: Usage): { mode: Mode; borrows: boolean; reasons: string[]; choices: { [resource: string]: FlavorChoice } } {
    const choices: { [resource: string]: FlavorChoice } = {}
    const reasons: string[] = []
    let mode: Mode = 'fit'
    let borrows = false
    for (const [resource, value] of requests) {
      const quote = this.quote(flavor, resource, value + (usage.get(flavorResource(flavor, resource)) ?? 0))
      if (quote.reason !== undefined) reasons.push(quote.reason)
      if (rankOf[quote.mode] < rankOf[mode]) mode = quote.mode
      borrows ||= quote.borrows
      if (mode === 'noFit') break
      choices[resource] = { flavor, mode: quote.mode, borrows: quote.borrows, triedIndex: -1 }
    }
    return { mode, borrows, reasons, choices: mode === 'noFit' ? {} : choices }
  }

  /** How one resource fits into the quota of one flavor. */
  private quote(flavor: string, resource: string, value: number): Quote {
    const key = flavorResource(flavor, resource)
    const { queue } = this
    const borrows = queue.cohort !== undefined && queue.borrowsWith(key, value)
    const available = queue.available(key)
    const most = queue.potentialAvailable(key)
    if (value > most) {
      return { mode: 'noFit', borrows: false, reason: `insufficient quota for ${resource} in flavor ${flavor}, request > maximum capacity (${amountText(resource, value)} > ${amountText(resource, most)})` }
    }
    if (value <= available) return { mode: 'fit', borrows }
    const reason = `insufficient unused quota for ${resource} in flavor ${flavor}, ${amountText(resource, value - available)} more needed`
    if (value <= queue.quotaFor(key).nominal) return { mode: this.oracle(queue, this.info, key, value) ? 'reclaim' : 'preempt', borrows, reason }
    const { policy = 'Never' } = queue.preemption.borrowWithinCohort ?? {}
    return { mode: policy === 'Never' ? 'noFit' : 'preempt', borrows, reason }
  }
}

function triesNext(mode: Mode, { spec }: ClusterQueue, borrows: boolean): boolean {
  const { whenCanPreempt = 'TryNextFlavor', whenCanBorrow = 'Borrow' } = spec.flavorFungibility ?? {}
  if ((mode === 'preempt' || mode === 'reclaim') && whenCanPreempt === 'Preempt' && (!borrows || whenCanBorrow === 'Borrow')) return false
  if (mode !== 'fit') return true
  return borrows && whenCanBorrow !== 'Borrow'
}
