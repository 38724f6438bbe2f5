/** What wakes a waiting Pod, in words. */

import type { WakeEvent, WakeUp } from '../../../simulator/scheduler/explain-wake.ts'
import type { WakeRow } from '../explanation.ts'

/** By resource and action. */
const eventTexts: { readonly [event: string]: string } = {
  'Node add': 'a node is added',
  'Node delete': 'a node is deleted',
  'Node updateNodeAllocatable': 'the allocatable resources of a node grow',
  'Node updateNodeLabel': 'labels of a node change',
  'Node updateNodeTaint': 'a taint is taken off a node',
  'Node updateNodeCondition': 'a condition of a node changes',
  'Pod add': 'a Pod is bound to a node',
  'Pod delete': 'a Pod on a node ends or is deleted',
  'Pod update': 'a Pod on a node changes',
  'Pod updatePodLabel': 'labels of a Pod change',
  'Pod updatePodScaleDown': 'a Pod on a node asks for less',
  'Pod updatePodToleration': 'this Pod gets another toleration',
  'Pod updatePodSchedulingGatesEliminated': "this Pod's last scheduling gate is removed",
  'Pod updatePodGeneratedResourceClaim': "this Pod's ResourceClaim is made",
  'PersistentVolumeClaim add': 'its PersistentVolumeClaim is made',
  'PersistentVolumeClaim update': 'its PersistentVolumeClaim changes',
  'PersistentVolume add': 'a PersistentVolume is made',
  'PersistentVolume update': 'a PersistentVolume changes',
  'CSINode add': 'a node registers a CSI driver',
  'CSINode update': 'the volume limit of a node grows',
  'VolumeAttachment delete': 'a volume is detached',
}

/** What some plugins add: not each such event wakes the Pod. */
const narrowedTexts: { readonly [event: string]: string } = {
  'NodeResourcesFit Node add': 'a node is added that is large enough',
  'TaintToleration Node add': 'a node is added whose taints it tolerates',
  'NodeAffinity Node add': 'a node is added that its node selector and affinity allow',
  'NodeAffinity Node updateNodeLabel': 'the labels of a node change so that its node selector and affinity allow it',
  'NodeUnschedulable Node add': 'a node is added that is not cordoned',
  'NodeUnschedulable Node updateNodeTaint': 'a node is uncordoned',
  'NodePorts Pod delete': 'a Pod that holds its host port ends',
  'InterPodAffinity Pod add': 'a Pod that it wants beside it is bound',
  'InterPodAffinity Pod delete': 'a Pod that it must not stand beside ends',
}

function textOf({ plugin, resource, action }: WakeEvent): string {
  const event = `${resource} ${action}`
  return narrowedTexts[`${plugin} ${event}`] ?? eventTexts[event] ?? `a ${resource} ${action === 'add' ? 'is made' : action === 'delete' ? 'is deleted' : 'changes'}`
}

/** One row for each different text, in the order of the profile. */
export function wakeRows({ events }: WakeUp): WakeRow[] {
  const rows = new Map<string, string[]>()
  for (const event of events) {
    const text = textOf(event)
    const plugins = rows.get(text)
    if (plugins === undefined) rows.set(text, [event.plugin])
    else if (!plugins.includes(event.plugin)) plugins.push(event.plugin)
  }
  return [...rows].map(([text, plugins]) => ({ plugins, text }))
}

function listed(texts: readonly string[]): string {
  const text = texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')}, or ${texts.at(-1)}`
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

/** T+MM:SS of simulated ms since T+00:00, with hours when there are any. */
export function momentText(atMs: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const seconds = Math.floor(Math.abs(atMs) / 1000)
  const hours = Math.floor(seconds / 3600)
  return `${atMs < 0 ? 'T-' : 'T+'}${hours > 0 ? `${two(hours)}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** All in a sentence or two. @param shownMs turns cluster time into ms since T+00:00 */
export function wakeSentence(wake: WakeUp, rows: readonly WakeRow[], nowMs: number, shownMs: (atMs: number) => number): string {
  const sentences: string[] = []
  if (wake.held !== undefined) sentences.push(`It has a place on ${wake.held.nodeName}, where ${wake.held.plugins.join(' and ')} holds it back; without a word from there it gives the place up at ${momentText(shownMs(wake.held.untilMs))}.`)
  if (wake.queue === 'active') sentences.push('It stands in the active queue: its turn is next.')
  const endText = momentText(shownMs(wake.backoffEndMs))
  const isBackingOff = wake.backoffEndMs > nowMs
  if (wake.queue === 'errorBackoff' && isBackingOff) sentences.push(`Its attempt failed; it backs off until ${endText}.`)
  if (wake.queue === 'backoff') sentences.push(isBackingOff ? `Something has woken it: it is tried when its back-off ends at ${endText}, or before when no other Pod waits.` : 'Something has woken it: its turn is next.')
  if (rows.length > 0 && wake.queue !== 'active' && wake.queue !== 'backoff') sentences.push(`${listed(rows.map((row) => row.text))}.`)
  if (wake.queue === 'unschedulable' && isBackingOff) sentences.push(`Its back-off lasts until ${endText}: woken before, it lets other waiting Pods go first.`)
  if (wake.flushMs !== undefined) sentences.push(`Without any of that the queue looks again at ${momentText(shownMs(wake.flushMs))}.`)
  return sentences.join(' ')
}
