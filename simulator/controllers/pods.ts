/** What controllers ask about pods. Models kubernetes/pkg/controller and kubernetes/pkg/api/v1/pod (v1.35). */

import type { Condition, ContainerStatus, Pod } from '../api/types.ts'
import { isPodActive, isPodFinished, isPodReady } from '../store/pod-class.ts'

/** Reads an API timestamp as simulated ms. */
export type ParseTime = (timestamp: string) => number

/** The condition of a type, if the pod has it. */
export function podCondition(pod: Pod, type: string): Condition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type)
}

/** Being deleted, with containers that may still run. Models controller.IsPodTerminating. */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined
}

/** Since when a pod is Ready, in ms; undefined when it is not. */
export function readySinceMs(pod: Pod, parse: ParseTime): number | undefined {
  const ready = podCondition(pod, 'Ready')
  return ready?.status === 'True' && ready.lastTransitionTime !== undefined ? parse(ready.lastTransitionTime) : undefined
}

/** Ready for at least `minReadySeconds`. Models IsPodAvailable: a ready pod of zero seconds is available at once. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number, parse: ParseTime): boolean {
  if (!isPodReady(pod)) return false
  if (minReadySeconds === 0) return true
  const sinceMs = readySinceMs(pod, parse)
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1000 <= nowMs
}

/** When the first of the ready pods that are not yet available will be; undefined when none is waiting. */
export function nextAvailabilityMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number, parse: ParseTime): number | undefined {
  let earliest: number | undefined
  for (const pod of pods) {
    const sinceMs = readySinceMs(pod, parse)
    if (sinceMs === undefined) continue
    const atMs = sinceMs + minReadySeconds * 1000
    if (atMs > nowMs && (earliest === undefined || atMs < earliest)) earliest = atMs
  }
  return earliest
}

const phaseRanks: { readonly [phase: string]: number } = { Pending: 0, Unknown: 1, Running: 2 }

/** Negative when `a` goes first because it is less along: unscheduled, then pending, then not ready. */
export function compareProgress(a: Pod, b: Pod): number {
  const aNode = a.spec.nodeName ?? ''
  const bNode = b.spec.nodeName ?? ''
  if (aNode !== bNode && (aNode === '' || bNode === '')) return aNode === '' ? -1 : 1
  const aPhase = phaseRanks[a.status?.phase ?? ''] ?? 0
  const bPhase = phaseRanks[b.status?.phase ?? ''] ?? 0
  if (aPhase !== bPhase) return aPhase - bPhase
  return Number(isPodReady(a)) - Number(isPodReady(b))
}

function restartsMax(statuses: readonly ContainerStatus[] | undefined, isCounted: (name: string) => boolean): number {
  let most = 0
  for (const status of statuses ?? []) if (isCounted(status.name)) most = Math.max(most, status.restartCount)
  return most
}

/** Negative when `a` goes first because its containers (then its sidecars) restarted more often. */
export function compareRestarts(a: Pod, b: Pod): number {
  const regular = (pod: Pod): number => restartsMax(pod.status?.containerStatuses, () => true)
  const sidecar = (pod: Pod): number => {
    const names = new Set((pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always').map((container) => container.name))
    return restartsMax(pod.status?.initContainerStatuses, (name) => names.has(name))
  }
  return regular(b) - regular(a) || sidecar(b) - sidecar(a)
}

/** Negative when `a` is later than `b`, or has no time while `b` has one. */
export function compareNewestFirst(a: number | undefined, b: number | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return b - a
}

export { isPodActive, isPodFinished, isPodReady }
