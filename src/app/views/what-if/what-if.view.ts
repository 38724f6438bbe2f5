/** What a what-if shows, as texts: its changes, the answer in a sentence, figures, places, cost. */

import type { WhatIfChange } from '../../../session/what-if/changes.ts'
import type { CostRow } from '../../../session/what-if/cost.ts'
import type { GpuFigures } from '../../../session/what-if/gpu-fragmentation.ts'
import type { PlacementChange, PlacementRow } from '../../../session/what-if/placements.ts'
import type { WhatIfReport } from '../../../session/what-if/what-if.ts'

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function gpusText({ model, count, mig, sharing }: Extract<WhatIfChange, { kind: 'gpus' }>['gpus']): string {
  const profiles = mig?.devices.flatMap((layout) => Object.entries(layout.profiles).map(([name, number]) => `${number} x ${name}`)) ?? []
  if (profiles.length > 0) return `${count} x ${model}, each divided into ${profiles.join(' and ')}`
  return sharing === undefined ? `${count} x ${model}` : `${count} x ${model}, each shared by ${sharing.replicas} (${sharing.strategy === 'mps' ? 'MPS' : 'time slicing'})`
}

/** A change in a line. */
export function changeText(change: WhatIfChange): string {
  switch (change.kind) {
    case 'add-node': return `Add ${counted(change.count, 'node')} like ${change.like}`
    case 'remove-node': return `Remove node ${change.node}`
    case 'cordon': return `Cordon ${change.node}`
    case 'uncordon': return `Uncordon ${change.node}`
    case 'taint': return change.taint.endsWith('-') ? `Remove taint ${change.taint.slice(0, -1)} from ${change.node}` : `Taint ${change.node} with ${change.taint}`
    case 'label': return change.label.endsWith('-') ? `Remove label ${change.label.slice(0, -1)} from ${change.node}` : `Label ${change.node} with ${change.label}`
    case 'gpus': return `Give ${change.node} ${gpusText(change.gpus)}`
    case 'apply': return `Apply ${[...change.yaml.matchAll(/^kind:\s*(\S+)/gm)].map((match) => match[1]).join(', ') || 'objects'}`
    case 'scheduler': return 'Configure the scheduler anew'
    case 'scale': return `Scale ${change.target} to ${change.replicas}`
    case 'delete': return `Delete ${change.target}`
  }
}

const words: Record<PlacementChange, readonly [one: string, many: string]> = {
  'newly-pending': ['waits for a node', 'wait for a node'], 'newly-running': ['gets a node', 'get a node'], moved: ['moves', 'move'], restarted: ['is started anew', 'are started anew'],
  added: ['is added', 'are added'], gone: ['goes', 'go'], finished: ['ends', 'end'],
}

/** The answer in one sentence. */
export function sentenceOf({ placements }: WhatIfReport): string {
  const parts: string[] = []
  for (const change of Object.keys(words) as PlacementChange[]) {
    const count = placements.filter((row) => row.change === change).length
    if (count > 0) parts.push(`${counted(count, 'Pod')} ${words[change][count === 1 ? 0 : 1]}`)
  }
  const waiting = placements.filter((row) => row.change === 'added' && row.to === undefined).length
  if (parts.length === 0) return 'No Pod changes its place.'
  const all = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`
  return waiting === 0 ? `${all}.` : `${all}; ${waiting} of the added ${waiting === 1 ? 'waits' : 'wait'} for a node.`
}

/** How long the cluster moved, in words. */
export function settledText({ isSettled, settledSeconds }: WhatIfReport): string {
  if (!isSettled) return `Pods still move after ${Math.round(settledSeconds / 60)} simulated minutes; this is how it stands then.`
  return settledSeconds === 0 ? 'Nothing moved.' : `Nothing moves any more after ${settledSeconds} s of simulated time.`
}

export interface FigureRow { readonly label: string; readonly before: string; readonly after: string; readonly isChanged: boolean; readonly note?: string }

function fragmentText({ free, fragmented, fragmentationRate }: GpuFigures): string {
  return fragmentationRate === undefined ? 'none' : `${Math.round(fragmentationRate * 100)}% (${fragmented} of ${free})`
}

/** Dollars per hour of all nodes, with the prices that the learner set. */
export function costTotals(rows: readonly CostRow[], prices: Readonly<Record<string, number>>): { readonly before: number; readonly after: number } {
  const sum = (side: 'before' | 'after'): number => rows.reduce((total, row) => total + row[side] * (prices[row.type] ?? row.price), 0)
  return { before: sum('before'), after: sum('after') }
}

/** Figures before and after. */
export function figureRows(report: WhatIfReport, prices: Readonly<Record<string, number>>): FigureRow[] {
  const { pods, gpus, cost } = report
  const row = (label: string, before: string, after: string, note?: string): FigureRow => ({ label, before, after, isChanged: before !== after, ...(note === undefined ? {} : { note }) })
  const totals = costTotals(cost.rows, prices)
  return [
    row('Pods with a node', String(pods.before.running), String(pods.after.running)),
    row('Pods pending', String(pods.before.pending), String(pods.after.pending)),
    ...(pods.before.failed + pods.after.failed === 0 ? [] : [row('Pods failed', String(pods.before.failed), String(pods.after.failed))]),
    ...(gpus.before.total + gpus.after.total === 0 ? [] : [
      row('GPUs in use', `${gpus.before.inUse} of ${gpus.before.total}`, `${gpus.after.inUse} of ${gpus.after.total}`),
      row('Free GPUs fragmented', fragmentText(gpus.before), fragmentText(gpus.after), 'share of the free GPUs that the GPU Pods of this cluster could not use, on average'),
    ]),
    row('Nodes, $ per hour', totals.before.toFixed(2), totals.after.toFixed(2)),
  ]
}

export interface PlaceRow { readonly key: string; readonly pod: string; readonly namespace: string; readonly what: string; readonly isWaiting: boolean; readonly from: string; readonly to: string; readonly why?: string }

/** Rows of the table of Pods. */
export function placeRows(placements: readonly PlacementRow[]): PlaceRow[] {
  return placements.map(({ namespace, pod, change, from, to, why }) => ({
    key: `${namespace}/${pod}`, namespace, pod, what: change === 'added' && to === undefined ? 'is added, waits for a node' : words[change][0],
    isWaiting: to === undefined && change !== 'gone' && change !== 'finished', from: from ?? (change === 'added' ? 'new' : 'no node'), to: to ?? (change === 'gone' ? 'gone' : change === 'finished' ? 'ended' : 'no node'), ...(why === undefined ? {} : { why }),
  }))
}
