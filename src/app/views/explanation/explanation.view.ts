import type { NodeVerdict, PodExplanation } from '../../../session/explanation.ts'
import { clockText, compareText } from '../../format.view.ts'

/** Short heads for the scheduler's plugins; others keep their name. */
const shortNames: Readonly<Record<string, string>> = {
  NodeUnschedulable: 'Cordon', NodeName: 'Name', TaintToleration: 'Taints', NodeAffinity: 'Affinity', NodePorts: 'Ports', NodeResourcesFit: 'Fit', NodeResourcesBalancedAllocation: 'Balance', ImageLocality: 'Image',
  PodTopologySpread: 'Spread', InterPodAffinity: 'Pod affinity', VolumeBinding: 'Volumes', VolumeZone: 'Zone', NodeVolumeLimits: 'Vol. limits', VolumeRestrictions: 'Vol. rules', DynamicResources: 'Devices',
}
export function shortPlugin(plugin: string): string { return shortNames[plugin] ?? plugin }

/** Rows of a table that a page can hold. */
const rowsMax = 60

export interface FilterTable { readonly heads: readonly string[]; /** Rows that are left out. */ readonly moreCount: number; readonly rows: readonly { readonly node: string; readonly cells: readonly ('yes' | 'no' | 'not-asked')[]; readonly why: string; readonly isFeasible: boolean }[] }

/** Filters that said no to some node, and those before the last of them, in running order; one column each. */
export function filterTable(explanation: PodExplanation): FilterTable {
  const plugins: string[] = []
  for (const node of explanation.nodes) for (const filter of node.filters) if (!plugins.includes(filter.plugin)) plugins.push(filter.plugin)
  const guilty = new Set(explanation.nodes.map((node) => node.rejectedBy))
  const shown = plugins.length <= 6 ? plugins : plugins.filter((plugin) => guilty.has(plugin) || ['NodeUnschedulable', 'TaintToleration', 'NodeAffinity', 'NodeResourcesFit'].includes(plugin))
  const told = explanation.nodes.filter((node) => node.rejectedBy !== undefined || node.isUnseen === true || explanation.kind !== 'placed')
  const rows = told.sort(byDepth).slice(0, rowsMax).map((node) => ({
    node: node.node, isFeasible: node.rejectedBy === undefined, why: node.why ?? node.reasons?.join(', ') ?? (node.isUnseen === true ? 'fits, but was not looked at' : node.rejectedBy === undefined ? 'fits' : node.rejectedBy),
    cells: shown.map((plugin) => node.filters.find((filter) => filter.plugin === plugin)?.verdict ?? 'not-asked'),
  }))
  return { heads: shown.map(shortPlugin), rows, moreCount: told.length - rows.length }
}

/** Nodes that came furthest stand first. */
function byDepth(a: NodeVerdict, b: NodeVerdict): number {
  const depth = (node: NodeVerdict) => (node.rejectedBy === undefined ? 1000 : node.filters.findIndex((filter) => filter.verdict === 'no'))
  return depth(b) - depth(a) || compareText(a.node, b.node)
}

export interface ScoreTable { readonly moreCount: number; readonly heads: readonly string[]; readonly rows: readonly { readonly node: string; readonly cells: readonly { readonly text: string; readonly isBest: boolean; /** The raw score where normalizing changed it. */ readonly raw: string; readonly detail: string }[]; readonly total: string; readonly isChosen: boolean }[] }

/** Weighted scores of the feasible nodes, best total first. Columns where all are 0 are left out. */
export function scoreTable(explanation: PodExplanation): ScoreTable {
  const scored = explanation.nodes.filter((node) => (node.scores?.length ?? 0) > 0)
  const plugins: { plugin: string; weight: number }[] = []
  for (const node of scored) for (const score of node.scores ?? []) if (!plugins.some((row) => row.plugin === score.plugin)) plugins.push(score)
  const weighted = (node: NodeVerdict, plugin: string) => node.scores?.find((score) => score.plugin === plugin)
  const shown = plugins.filter(({ plugin }) => scored.some((node) => (weighted(node, plugin)?.weighted ?? 0) !== 0))
  const bounds = new Map(shown.map(({ plugin }) => {
    const values = scored.map((node) => weighted(node, plugin)?.weighted ?? 0)
    return [plugin, { best: values.reduce((a, b) => Math.max(a, b)), differs: values.some((value) => value !== values[0]) }]
  }))
  const rows = [...scored].sort((a, b) => Number(b.isChosen === true) - Number(a.isChosen === true) || (b.total ?? 0) - (a.total ?? 0) || compareText(a.node, b.node)).slice(0, rowsMax).map((node) => ({
    node: node.node, isChosen: node.isChosen === true, total: String(node.total ?? ''),
    cells: shown.map(({ plugin }) => {
      const score = weighted(node, plugin)
      return { text: String(score?.weighted ?? ''), raw: score === undefined || score.raw === score.normalized ? '' : `raw ${score.raw}`, isBest: bounds.get(plugin)?.differs === true && score?.weighted === bounds.get(plugin)?.best, detail: score === undefined ? '' : `raw ${score.raw}, normalized ${score.normalized}, weight ${score.weight}` }
    }),
  }))
  return { heads: shown.map(({ plugin, weight }) => `${shortPlugin(plugin)} ×${weight}`), rows, moreCount: scored.length - rows.length }
}

/** How often it was tried. */
export function attemptText({ attemptCount }: PodExplanation): string { return attemptCount === 1 ? '1 attempt' : `${attemptCount} attempts` }

/** Which moment is explained. */
export function momentText({ basis, atMs }: PodExplanation): string { return basis === 'attempt' ? `as decided at ${clockText(atMs)}` : `as of ${clockText(atMs)}` }
