/** What a node has left for a pod and what keeps the pod away, in figures. For texts and for what-if changes. */

import type { Node, Pod, Taint, Toleration } from '../../simulator/index.ts'
import { findUntoleratedTaint, formatTaint, hardEffects, tolerationsTolerate } from '../../simulator/api/tolerations.ts'
import { podRequests } from '../../simulator/scheduler/pod-requests.ts'
import type { Amounts } from '../../simulator/scheduler/pod-requests.ts'
import type { Scheduler } from '../../simulator/scheduler/scheduler.ts'

/** One resource that a node has too little of. CPU in thousandths of a core, memory in bytes, devices in units. */
export interface Shortage {
  readonly resource: string
  readonly wanted: number
  readonly free: number
  readonly allocatable: number
}

/** Pods count as a resource of their own. */
const podsResource = 'pods'
const gibibyte = 1024 ** 3
const mebibyte = 1024 ** 2

/** What a pod asks for, for those who ask about many nodes. */
export function wantedBy(pod: Pod): Amounts {
  return podRequests(pod, { useStatus: false })
}

/** Resources that a pod wants and a node cannot give, in the pod's order. */
export function shortagesOf(scheduler: Scheduler, nodeName: string, pod: Pod, requests = wantedBy(pod)): Shortage[] {
  const { cache } = scheduler
  const slot = cache.findSlot(nodeName)
  if (slot === undefined) return []
  const short: Shortage[] = []
  for (const [resource, wanted] of requests) {
    const column = cache.findColumn(resource)
    const allocatable = column?.allocatable[slot.index] ?? 0
    const free = allocatable - (column?.requested[slot.index] ?? 0)
    if (wanted > free && wanted > 0) short.push({ resource, wanted, free, allocatable })
  }
  const allowed = cache.podsAllowed[slot.index]
  if (slot.pods.length + 1 > allowed) short.push({ resource: podsResource, wanted: 1, free: allowed - slot.pods.length, allocatable: allowed })
  return short
}

/** Hard taints of a node that a pod does not tolerate. */
export function untoleratedTaints(node: Node, tolerations: readonly Toleration[] | undefined): Taint[] {
  return (node.spec?.taints ?? []).filter((taint) => hardEffects.includes(taint.effect) && !tolerationsTolerate(tolerations, taint))
}

/** Why NodeResourcesFit or TaintToleration says no, with figures; undefined for other plugins. */
export function whyRejected(plugin: string, scheduler: Scheduler, node: Node | undefined, pod: Pod, requests = wantedBy(pod)): string | undefined {
  if (node === undefined) return undefined
  if (plugin === 'TaintToleration') {
    const taint = findUntoleratedTaint(node.spec?.taints, pod.spec.tolerations, hardEffects)
    return taint === undefined ? undefined : `taint ${formatTaint(taint)} is not tolerated`
  }
  if (plugin !== 'NodeResourcesFit') return undefined
  const texts = shortagesOf(scheduler, node.metadata.name ?? '', pod, requests).map(shortageText)
  return texts.length === 0 ? undefined : texts.join('; ')
}

function shortageText({ resource, wanted, free, allocatable }: Shortage): string {
  const text = (amount: number): string => amountText(resource, amount)
  return `${resourceName(resource)}: ${text(wanted)} wanted, ${text(Math.max(0, free))} free of ${text(allocatable)}`
}

/** How a resource is called: GPU, CPU, memory, or its own name. */
export function resourceName(resource: string): string {
  if (resource === 'cpu') return 'CPU'
  return resource.endsWith('/gpu') ? 'GPU' : resource
}

/** An amount as a learner would write it; memory and the like are rounded down to whole Mi. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`
  if (resource !== 'memory' && resource !== 'ephemeral-storage') return String(amount)
  return amount % gibibyte === 0 ? `${amount / gibibyte}Gi` : `${Math.floor(amount / mebibyte)}Mi`
}
