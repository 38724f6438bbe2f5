import { compareText } from '../../../kernel/text.ts'
import type { Pod, PodDisruptionBudget } from '../../../api/types.ts'
import type { NodeSlot } from '../../cluster-cache.ts'
import type { FailedCycle, PostFilterPlugin, PostFilterResult } from '../../framework.ts'
import { fitMessage, schedulerReasons } from '../../messages.ts'
import { isTerminating, podKeyOf, priorityOf } from '../../pod-class.ts'
import { errorStatus, success, unschedulable } from '../../status.ts'
import type { PluginStatus } from '../../status.ts'
import { isCandidate, selectVictims, startTimeOf } from './victims.ts'
import type { Candidate } from './victims.ts'

/** How many candidates are enough, of the nodes that evictions may help. */
export interface PreemptionOptions { readonly minCandidateNodesPercentage: number; readonly minCandidateNodesAbsolute: number }
const defaultOptions: PreemptionOptions = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 }

const int32Span = 2 ** 31

function isEvictedForPriority(pod: Pod): boolean {
  const condition = pod.status?.conditions?.find((c) => c.type === 'DisruptionTarget')
  return isTerminating(pod) && condition?.status === 'True' && condition.reason === 'PreemptionByScheduler'
}

/** Why the pod may not evict others; undefined when it may. */
export function whyNotEligible({ cycle: { cache, pod }, statusOf }: FailedCycle): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return schedulerReasons.preemptionNever
  const slot = cache.findSlot(pod.status?.nominatedNodeName ?? '')
  if (slot?.node === undefined || statusOf(slot).code === 'unschedulableAndUnresolvable') return undefined
  const priority = priorityOf(pod)
  return slot.pods.some((entry) => priorityOf(entry.pod) < priority && isEvictedForPriority(entry.pod)) ? schedulerReasons.terminatingVictim : undefined
}

/** Told of each node that evictions do not help, with the reasons. */
export type OnHopeless = (slot: NodeSlot, reasons: readonly string[]) => void

export interface CandidateSearch {
  readonly candidates: readonly Candidate[]
  /** Why evictions do not help: reason to the number of nodes that were tried. */
  readonly reasonCounts: ReadonlyMap<string, number>
  readonly rejectedCount: number
  /** What went wrong on nodes, each text once. */
  readonly problems: readonly string[]
}

/**
 * Tries the nodes that evictions might help.
 * @param slots the nodes, in the order in which they are tried
 * @param wanted stop when there are this many candidates and one of them breaks no budget
 * @param onHopeless for explanations
 */
export function findCandidates(failed: FailedCycle, slots: readonly NodeSlot[], wanted: number, onHopeless?: OnHopeless): CandidateSearch {
  const { cycle: { cache, pod, objects }, filterAgain } = failed
  const priority = priorityOf(pod)
  // Most pods that fit nowhere are no more important than any other: then there is no need to look at the nodes.
  if (priority <= cache.lowestPriority) {
    if (onHopeless !== undefined) for (const slot of slots) onHopeless(slot, [schedulerReasons.noVictims])
    return { candidates: [], reasonCounts: new Map(slots.length === 0 ? [] : [[schedulerReasons.noVictims, slots.length]]), rejectedCount: slots.length, problems: [] }
  }
  const budgets = objects.list('PodDisruptionBudget') as readonly PodDisruptionBudget[]
  const intact: Candidate[] = []
  const violating: Candidate[] = []
  const rejections = new Map<PluginStatus, number>()
  let last: PluginStatus | undefined
  let lastCount = 0
  for (const slot of slots) {
    const result = failed.knownWithoutVictims(slot) ?? selectVictims({ cache, slot, priority, budgets, filterAgain })
    if (!isCandidate(result)) {
      // Neighbors mostly say the same.
      if (result !== last) {
        if (last !== undefined) rejections.set(last, (rejections.get(last) ?? 0) + lastCount)
        last = result
        lastCount = 0
      }
      lastCount++
      onHopeless?.(slot, result.reasons)
    } else if (result.violations === 0) intact.push(result)
    else violating.push(result)
    if (intact.length > 0 && intact.length + violating.length >= wanted) break
  }
  failed.endTrials()
  if (last !== undefined) rejections.set(last, (rejections.get(last) ?? 0) + lastCount)
  return { candidates: [...intact, ...violating], ...summed(rejections) }
}

function summed(rejections: ReadonlyMap<PluginStatus, number>): Pick<CandidateSearch, 'reasonCounts' | 'rejectedCount' | 'problems'> {
  const reasonCounts = new Map<string, number>()
  const problems = new Set<string>()
  let rejectedCount = 0
  for (const [{ code, reasons }, count] of rejections) {
    rejectedCount += count
    if (code === 'error') problems.add(reasons.join(', '))
    for (const reason of reasons) reasonCounts.set(reason, (reasonCounts.get(reason) ?? 0) + count)
  }
  return { reasonCounts, rejectedCount, problems: [...problems] }
}

/** How many candidates are enough, of so many nodes. Models GetOffsetAndNumCandidates. */
export function candidatesWanted(nodeCount: number, { minCandidateNodesPercentage, minCandidateNodesAbsolute } = defaultOptions): number {
  return Math.min(nodeCount, Math.max(minCandidateNodesAbsolute, Math.floor((nodeCount * minCandidateNodesPercentage) / 100)))
}

/** Start of the victims of the highest priority: the earliest of them. */
export function earliestStart(victims: readonly Pod[]): string {
  const highest = Math.max(...victims.map(priorityOf))
  return victims.filter((pod) => priorityOf(pod) === highest).map(startTimeOf).sort(compareText)[0]
}

/** By what candidates are told apart. */
export type CandidateCriterion = 'budgetViolations' | 'highestPriority' | 'prioritySum' | 'victimCount' | 'latestStart'

/** What makes one candidate better than another, most weighty first. More is better. */
export const preferences: readonly { readonly criterion: CandidateCriterion; of(candidate: Candidate): number | string }[] = [
  { criterion: 'budgetViolations', of: ({ violations }) => -violations },
  { criterion: 'highestPriority', of: ({ victims }) => -priorityOf(victims[0]) },
  { criterion: 'prioritySum', of: ({ victims }) => -victims.reduce((sum, pod) => sum + priorityOf(pod) + int32Span, 0) },
  { criterion: 'victimCount', of: ({ victims }) => -victims.length },
  { criterion: 'latestStart', of: ({ victims }) => earliestStart(victims) },
]

/** The best candidates; more than one when nothing tells them apart. */
export function bestCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  let left = candidates
  for (const preference of preferences) {
    if (left.length <= 1) return left
    const values = left.map((candidate) => preference.of(candidate))
    const best = values.reduce((a, b) => (b > a ? b : a))
    left = left.filter((_candidate, i) => values[i] === best)
  }
  return left
}

function notHelpful({ cycle: { cache } }: FailedCycle, search: CandidateSearch): PostFilterResult {
  const reasonCounts = new Map(search.reasonCounts)
  const untried = cache.nodeCount - search.rejectedCount
  if (untried > 0) reasonCounts.set(schedulerReasons.preemptionNotHelpful, untried)
  return { status: unschedulable(fitMessage({ nodeCount: cache.nodeCount, reasonCounts, postFilterMessage: '' })), nominatedNode: '' }
}

/** Trials failed, and nothing else came of them. Several problems are told as a list. */
function broken({ problems }: CandidateSearch): PostFilterResult {
  return { status: errorStatus(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`) }
}

/** The nodes from a random one on, so that not always the same pods are victims. */
function fromRandomStart(slots: readonly NodeSlot[], failed: FailedCycle): readonly NodeSlot[] {
  if (slots.length < 2) return slots
  const offset = failed.pick(slots.length)
  return slots.slice(offset).concat(slots.slice(0, offset))
}

/** The pod is no more important than any other, as most pods that fit nowhere: no node need be looked at. */
function nobodyBelow(failed: FailedCycle): CandidateSearch {
  const count = failed.preemptibleCount()
  // Where the search would begin is drawn all the same.
  if (count > 1) failed.pick(count)
  return { candidates: [], reasonCounts: new Map(count === 0 ? [] : [[schedulerReasons.noVictims, count]]), rejectedCount: count, problems: [] }
}

/** A search that found that evictions help nowhere, without trying any. */
interface Memory { readonly search: CandidateSearch; readonly changeCount: number }

/** What the last search for a pod of the class found, as long as nothing has changed. */
function rememberedSearch(failed: FailedCycle): CandidateSearch | undefined {
  const { isRepeated, cycle: { cache, podClass } } = failed
  const memory = isRepeated ? (podClass.memo.get('DefaultPreemption') as Memory | undefined) : undefined
  if (memory?.changeCount !== cache.changes.count) return undefined
  const count = failed.preemptibleCount()
  if (count > 1) failed.pick(count)
  return memory.search
}

function newSearch(failed: FailedCycle, options: PreemptionOptions): CandidateSearch {
  const { cycle: { cache, podClass } } = failed
  const changeCount = cache.changes.count
  const slots = failed.preemptible()
  const search = findCandidates(failed, fromRandomStart(slots, failed), candidatesWanted(slots.length, options))
  // A trial would have left its traces among the changes.
  if (search.candidates.length === 0 && changeCount === cache.changes.count) podClass.memo.set('DefaultPreemption', { search, changeCount } satisfies Memory)
  return search
}

function preempt(failed: FailedCycle, options: PreemptionOptions): PostFilterResult {
  const reason = whyNotEligible(failed)
  if (reason !== undefined) return { status: unschedulable(reason) }
  const { cycle: { cache, pod } } = failed
  if (priorityOf(pod) <= cache.lowestPriority) return notHelpful(failed, nobodyBelow(failed))
  const search = rememberedSearch(failed) ?? newSearch(failed, options)
  if (search.candidates.length === 0) return search.problems.length > 0 ? broken(search) : notHelpful(failed, search)
  const { slot, victims } = bestCandidates(search.candidates)[0]
  const isUnderway = victims.every(isTerminating)
  const cleared = isUnderway ? [] : failed.nominatedTo(slot.name).filter((other) => priorityOf(other) < priorityOf(pod)).sort((a, b) => compareText(podKeyOf(a), podKeyOf(b)))
  return { status: success, nominatedNode: slot.name, preemption: { nodeName: slot.name, victims, cleared } }
}

/**
 * Evicts pods of lower priority where that makes room.
 * Models kubernetes/pkg/scheduler/framework/plugins/defaultpreemption and framework/preemption (v1.35).
 */
export function makeDefaultPreemption(options: PreemptionOptions): PostFilterPlugin {
  return {
    name: 'DefaultPreemption',
    postFilter(failed) {
      const result = preempt(failed, options)
      const { code, reasons } = result.status
      return reasons.length === 0 ? result : { ...result, status: { code, reasons: reasons.map((reason) => `preemption: ${reason}`) } }
    },
  }
}

