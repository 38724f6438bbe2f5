/** Why a Pod can never fit on the nodes that there are, however long it waits: it asks for too much, or contradicts itself. */

import type { NodeSelectorRequirement, NodeSelectorTerm, Pod, PodAffinityTerm } from '../../../simulator/index.ts'
import { matchesRequiredNodeAffinity } from '../../../simulator/api/node-selector.ts'
import { tolerationsTolerate } from '../../../simulator/api/tolerations.ts'
import type { Scheduler } from '../../../simulator/scheduler/scheduler.ts'
import { podRequests } from '../../../simulator/scheduler/pod-requests.ts'
import { isCounted } from '../../../simulator/scheduler/plugins/node-resources-fit/plugin.ts'
import { amountText, resourceName } from '../node-room.ts'
import { rolePrefix } from './pod-edits.ts'

/** Sentences; empty when nothing speaks against it for good. */
export function whyNever(scheduler: Scheduler, pod: Pod): string[] {
  const contradictions = [...nodeContradictions(pod), ...podContradictions(pod)]
  return contradictions.length > 0 ? contradictions : tooLarge(scheduler, pod)
}

// ---- size ------------------------------------------------------------------------------------------------------------

function tooLarge(scheduler: Scheduler, pod: Pod): string[] {
  const { cache } = scheduler
  const all = cache.nodeSlots()
  // Nodes that are kept for the cluster's own parts do not count, unless there are no others.
  const open = all.filter((slot) => !(slot.node?.spec?.taints ?? []).some((taint) => taint.key.startsWith(rolePrefix) && !tolerationsTolerate(pod.spec.tolerations, taint)))
  const slots = open.length === 0 ? all : open
  const wanted = [...podRequests(pod, { useStatus: false })].filter(([resource, amount]) => amount > 0 && isCounted(resource))
  if (slots.length === 0 || wanted.length === 0) return []
  const of = (resource: string, index: number): number => cache.findColumn(resource)?.allocatable[index] ?? 0
  const reasons: string[] = []
  for (const [resource, amount] of wanted) {
    const largest = slots.reduce((max, slot) => Math.max(max, of(resource, slot.index)), 0)
    if (amount <= largest) continue
    const name = resourceName(resource)
    reasons.push(largest === 0 ? `It asks for ${amountText(resource, amount)} ${name}, and no node has any.` : `It asks for ${amountText(resource, amount)} ${name}; the largest node has ${amountText(resource, largest)}.`)
  }
  if (reasons.length > 0) return reasons
  const holds = (index: number): boolean => wanted.every(([resource, amount]) => amount <= of(resource, index))
  const list = wanted.map(([resource, amount]) => `${amountText(resource, amount)} ${resourceName(resource)}`).join(', ')
  if (!slots.some((slot) => holds(slot.index))) return [`No node is large enough for all of ${list} at once, even when empty.`]
  const allowed = slots.filter((slot) => slot.node !== undefined && matchesRequiredNodeAffinity(pod.spec, slot.node) === true)
  if (allowed.length > 0 && !allowed.some((slot) => holds(slot.index))) return [`No node that its node selector and affinity allow is large enough for ${list}, even when empty.`]
  return []
}

// ---- node selector and affinity --------------------------------------------------------------------------------------

function nodeContradictions({ spec }: Pod): string[] {
  const selected: NodeSelectorRequirement[] = Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => ({ key, operator: 'In', values: [value] }))
  const terms: readonly NodeSelectorTerm[] = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const conflicts = (terms.length === 0 ? [{}] : terms).map((term) => contradictionOf([...selected, ...(term.matchExpressions ?? [])]) ?? contradictionOf(term.matchFields ?? []))
  // Terms are alternatives: one that holds is enough.
  if (conflicts.includes(undefined)) return []
  const where = selected.length > 0 && terms.length > 0 ? 'Its node selector and required node affinity contradict each other' : 'Its required node affinity contradicts itself'
  return [...new Set(conflicts)].map((key) => `${where}: no value of ${key} can meet both.`)
}

/** The key of which no value meets all requirements; undefined when there is none. */
function contradictionOf(requirements: readonly NodeSelectorRequirement[]): string | undefined {
  for (const key of new Set(requirements.map((requirement) => requirement.key))) if (!canBeMet(requirements.filter((requirement) => requirement.key === key))) return key
  return undefined
}

function canBeMet(requirements: readonly NodeSelectorRequirement[]): boolean {
  const of = (operator: string): NodeSelectorRequirement[] => requirements.filter((requirement) => requirement.operator === operator)
  const needsLabel = requirements.some(({ operator }) => operator === 'In' || operator === 'Exists' || operator === 'Gt' || operator === 'Lt')
  if (of('DoesNotExist').length > 0 && needsLabel) return false
  const excluded = new Set(of('NotIn').flatMap(({ values = [] }) => values))
  const above = Math.max(...of('Gt').map(({ values = [] }) => Number(values[0])))
  const below = Math.min(...of('Lt').map(({ values = [] }) => Number(values[0])))
  const isInRange = (value: string): boolean => (above === -Infinity && below === Infinity) || (/^[-+]?\d+$/.test(value) && Number(value) > above && Number(value) < below)
  const lists = of('In').map(({ values = [] }) => values)
  if (lists.length > 0) return lists[0].some((value) => lists.every((values) => values.includes(value)) && !excluded.has(value) && isInRange(value))
  return below - above > 1
}

// ---- other pods ------------------------------------------------------------------------------------------------------

/** A Pod that must stand beside those that it must not stand beside. */
function podContradictions({ spec }: Pod): string[] {
  const wanted = spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const unwanted = new Set((spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(textOf))
  return wanted.filter((term) => unwanted.has(textOf(term))).map((term) => `Its Pod affinity and anti-affinity contradict each other: both are required for the same Pods on ${term.topologyKey}.`)
}

function textOf({ labelSelector, topologyKey, namespaces = [], namespaceSelector }: PodAffinityTerm): string {
  const labels = Object.entries(labelSelector?.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([labels, labelSelector?.matchExpressions ?? [], topologyKey, [...namespaces].sort((a, b) => (a < b ? -1 : 1)), namespaceSelector])
}
