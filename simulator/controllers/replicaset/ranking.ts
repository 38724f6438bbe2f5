/** Which pods a shrinking ReplicaSet deletes first. Models kubernetes/pkg/controller ActivePodsWithRanks (v1.35). */

import type { Pod } from '../../api/types.ts'
import { mergeSorted } from '../../kernel/sort.ts'
import { compareText } from '../../kernel/text.ts'
import { compareNewestFirst, compareProgress, compareRestarts, isPodActive, isPodReady, readySinceMs } from '../pods.ts'
import type { ParseTime } from '../pods.ts'

const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost'
const int32Max = 2147483647

/** A pod with the number of related pods on its node. */
export interface RankedPod { readonly pod: Pod; readonly rank: number }

/** The annotated cost of deleting a pod; 0 when it is absent or no plain 32-bit number. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation] ?? ''
  if (!/^(0|-[0-9]+|[1-9][0-9]*)$/.test(text)) return 0
  const cost = Number(text)
  return cost > int32Max || cost < -int32Max - 1 ? 0 : cost
}

/** The whole power of two of an age in nanoseconds; -1 when it is not positive. */
function agePower(ageMs: number): number {
  if (ageMs <= 0) return -1
  let power = 0
  for (let rest = ageMs * 1e6; rest >= 2; rest /= 2) power++
  return power
}

/** Newer by power of two of the age goes first; the uid decides between equal powers. */
function compareLogarithmic(a: Pod, b: Pod, aMs: number | undefined, bMs: number | undefined, nowMs: number): number {
  if (aMs === undefined || bMs === undefined) return compareNewestFirst(aMs, bMs)
  return agePower(nowMs - aMs) - agePower(nowMs - bMs) || compareText(a.metadata.uid ?? '', b.metadata.uid ?? '')
}

function creationMs(pod: Pod, parse: ParseTime): number | undefined {
  return pod.metadata.creationTimestamp === undefined ? undefined : parse(pod.metadata.creationTimestamp)
}

function compareRanked(a: RankedPod, b: RankedPod, nowMs: number, parse: ParseTime): number {
  const byPlace = compareProgress(a.pod, b.pod) || deletionCost(a.pod) - deletionCost(b.pod) || b.rank - a.rank
  if (byPlace !== 0) return byPlace
  if (isPodReady(a.pod) && isPodReady(b.pod)) {
    const aMs = readySinceMs(a.pod, parse)
    const bMs = readySinceMs(b.pod, parse)
    if (aMs !== bMs) return compareLogarithmic(a.pod, b.pod, aMs, bMs, nowMs)
  }
  const byRestarts = compareRestarts(a.pod, b.pod)
  if (byRestarts !== 0) return byRestarts
  const aMs = creationMs(a.pod, parse)
  const bMs = creationMs(b.pod, parse)
  return aMs === bMs ? 0 : compareLogarithmic(a.pod, b.pod, aMs, bMs, nowMs)
}

/**
 * Orders pods by which one goes first.
 * @param pods with their ranks; not changed
 * @param nowMs simulated time, for the ages
 * @returns a new array, first to delete first. Equal pods keep their order.
 * Differs: upstream leaves equal pods in an order of chance; here the given order decides, so that replays agree.
 * The comparison is not transitive (equal times fall back on the order, others on the uid), hence the merge sort.
 */
export function byDeletionRank(pods: readonly RankedPod[], nowMs: number, parse: ParseTime): Pod[] {
  return mergeSorted(pods, (a, b) => compareRanked(a, b, nowMs, parse)).map(({ pod }) => pod)
}

/**
 * The pods that go.
 * @param pods active pods of the set
 * @param related pods of all sets of the same owner; many of them on a node make its pods go first
 * @param count how many go
 */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, nowMs: number, parse: ParseTime): Pod[] {
  if (count >= pods.length) return [...pods]
  const podsOnNode = new Map<string, number>()
  for (const pod of related) {
    const node = pod.spec.nodeName ?? ''
    if (isPodActive(pod)) podsOnNode.set(node, (podsOnNode.get(node) ?? 0) + 1)
  }
  return byDeletionRank(pods.map((pod) => ({ pod, rank: podsOnNode.get(pod.spec.nodeName ?? '') ?? 0 })), nowMs, parse).slice(0, count)
}
