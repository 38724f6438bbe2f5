import type { NodeVerdict, PodExplanation } from '../../../session/explanation.ts'
import { compareText } from '../../format.view.ts'

/** Short heads for the scheduler's plugins; others keep their name. */
const shortNames: Readonly<Record<string, string>> = {
  NodeUnschedulable: 'Cordon', NodeName: 'Name', TaintToleration: 'Taints', NodeAffinity: 'Affinity', NodePorts: 'Ports', NodeResourcesFit: 'Fit', NodeResourcesBalancedAllocation: 'Balance', ImageLocality: 'Image',
  PodTopologySpread: 'Spread', InterPodAffinity: 'Pod affinity', VolumeBinding: 'Volumes', VolumeZone: 'Zone', NodeVolumeLimits: 'Vol. limits', VolumeRestrictions: 'Vol. rules', DynamicResources: 'Devices',
}
export function shortPlugin(plugin: string): string { return shortNames[plugin] ?? plugin }

export interface FilterTable { readonly heads: readonly string[]; readonly rows: readonly { readonly node: string; readonly cells: readonly ('yes' | 'no' | 'not-asked')[]; readonly why: string; readonly isFeasible: boolean }[] }

/** Filters that said no to some node, and those before the last of them, in running order; one column each. */
export function filterTable(explanation: PodExplanation): FilterTable {
  const plugins: string[] = []
  for (const node of explanation.nodes) for (const filter of node.filters) if (!plugins.includes(filter.plugin)) plugins.push(filter.plugin)
  const guilty = new Set(explanation.nodes.map((node) => node.rejectedBy))
  const shown = plugins.length <= 6 ? plugins : plugins.filter((plugin) => guilty.has(plugin) || ['NodeUnschedulable', 'TaintToleration', 'NodeAffinity', 'NodeResourcesFit'].includes(plugin))
  const rows = [...explanation.nodes].sort(byDepth).map((node) => ({
    node: node.node, isFeasible: node.rejectedBy === undefined, why: node.why ?? node.reasons?.join(', ') ?? (node.rejectedBy === undefined ? 'feasible' : node.rejectedBy),
    cells: shown.map((plugin) => node.filters.find((filter) => filter.plugin === plugin)?.verdict ?? 'not-asked'),
  }))
  return { heads: shown.map(shortPlugin), rows }
}

/** Nodes that came furthest stand first. */
function byDepth(a: NodeVerdict, b: NodeVerdict): number {
  const depth = (node: NodeVerdict) => (node.rejectedBy === undefined ? 1000 : node.filters.findIndex((filter) => filter.verdict === 'no'))
  return depth(b) - depth(a) || compareText(a.node, b.node)
}

export interface ScoreTable { readonly heads: readonly string[]; readonly rows: readonly { readonly node: string; readonly cells: readonly { readonly text: string; readonly isBest: boolean; readonly detail: string }[]; readonly total: string; readonly isChosen: boolean }[] }

/** Weighted scores of the feasible nodes, best total first. Columns where all are 0 are left out. */
export function scoreTable(explanation: PodExplanation): ScoreTable {
  const scored = explanation.nodes.filter((node) => node.scores !== undefined)
  const plugins: { plugin: string; weight: number }[] = []
  for (const node of scored) for (const score of node.scores ?? []) if (!plugins.some((row) => row.plugin === score.plugin)) plugins.push(score)
  const weighted = (node: NodeVerdict, plugin: string) => node.scores?.find((score) => score.plugin === plugin)
  const shown = plugins.filter(({ plugin }) => scored.some((node) => (weighted(node, plugin)?.weighted ?? 0) !== 0))
  const rows = [...scored].sort((a, b) => Number(b.isChosen === true) - Number(a.isChosen === true) || (b.total ?? 0) - (a.total ?? 0) || compareText(a.node, b.node)).map((node) => ({
    node: node.node, isChosen: node.isChosen === true, total: String(node.total ?? ''),
    cells: shown.map(({ plugin }) => {
      const score = weighted(node, plugin)
      const best = Math.max(...scored.map((other) => weighted(other, plugin)?.weighted ?? 0))
      const differs = scored.some((other) => (weighted(other, plugin)?.weighted ?? 0) !== best)
      return { text: String(score?.weighted ?? ''), isBest: differs && score?.weighted === best, detail: score === undefined ? '' : `raw ${score.raw}, normalized ${score.normalized}, weight ${score.weight}` }
    }),
  }))
  return { heads: shown.map(({ plugin, weight }) => `${shortPlugin(plugin)} ×${weight}`), rows }
}

/** "Last attempt" of the head control. */
export function attemptText(explanation: PodExplanation): string { return `${explanation.attempt} of ${explanation.attemptCount}` }
