/** An explanation as the terminal prints it: plain text, at most 120 columns where names allow it. */

import type { NodeVerdict, PodExplanation, PreemptionVerdict, SuggestedFix } from '../explanation.ts'
import { momentText } from './wake-texts.ts'

/** Nodes printed of each table; the JSON has all. */
const rowsMax = 20
const columnsMax = 110

/** Column heads of plugins; others keep their name. */
const shortNames: { readonly [plugin: string]: string } = {
  NodeUnschedulable: 'CORDON', TaintToleration: 'TAINTS', NodeAffinity: 'AFFINITY', NodeResourcesFit: 'FIT', NodeResourcesBalancedAllocation: 'BALANCE', ImageLocality: 'IMAGE', PodTopologySpread: 'SPREAD',
  InterPodAffinity: 'PODS', DynamicResources: 'DEVICES', VolumeBinding: 'VOLUMES',
}

/** Rows as columns of equal width, three blanks apart. */
function table(rows: readonly (readonly string[])[], rightFrom = Infinity): string {
  const widths = rows[0].map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => `  ${row.map((cell, column) => (column >= rightFrom ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('   ').trimEnd()}\n`).join('')
}

function wrapped(text: string, indent: string, first = indent): string {
  const lines: string[] = []
  let line = first
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line !== first && line.length + word.length + 1 > columnsMax) {
      lines.push(line)
      line = indent
    }
    line += line === first || line === indent ? word : ` ${word}`
  }
  return `${[...lines, line].join('\n')}\n`
}

function more(count: number, what: string): string {
  return count <= rowsMax ? '' : `  ... and ${count - rowsMax} more ${what}; -o json has all\n`
}

function scoreCell(node: NodeVerdict, plugin: string): string {
  const score = node.scores?.find((candidate) => candidate.plugin === plugin)
  if (score === undefined) return '-'
  return score.raw === score.normalized ? String(score.weighted) : `${score.raw}>${score.weighted}`
}

function scoreTable({ nodes, best }: PodExplanation): string {
  const scored = nodes.filter((node) => (node.scores?.length ?? 0) > 0).sort((a, b) => Number(b.isChosen) - Number(a.isChosen) || (b.total ?? 0) - (a.total ?? 0) || (a.node < b.node ? -1 : 1))
  if (scored.length === 0) return ''
  const plugins = scored[0].scores ?? []
  const heads = ['NODE', 'TOTAL', ...plugins.map(({ plugin, weight }) => `${shortNames[plugin] ?? plugin}*${weight}`)]
  const rows = scored.slice(0, rowsMax).map((node) => [`${node.isChosen === true ? '*' : best.includes(node.node) ? '=' : ' '} ${node.node}`, String(node.total), ...plugins.map(({ plugin }) => scoreCell(node, plugin))])
  return `Scores (score times weight; raw>weighted where the raw score was normalized; * chosen, = as good)\n${table([heads, ...rows], 1)}${more(scored.length, 'nodes')}`
}

function rejectedTable({ nodes }: PodExplanation): string {
  const rejected = nodes.filter((node) => node.rejectedBy !== undefined)
  if (rejected.length === 0) return ''
  const rows = rejected.slice(0, rowsMax).map((node) => [node.node, node.rejectedBy ?? '', node.why ?? node.reasons?.join(', ') ?? ''])
  return `Rejected, by the first plugin that said no\n${table([['NODE', 'PLUGIN', 'WHY'], ...rows])}${more(rejected.length, 'nodes')}`
}

function preemptionPart({ atMs, candidates, rejected, whyNot }: PreemptionVerdict): string {
  const head = `Preemption${atMs === undefined ? '' : ` at ${momentText(atMs)}`}`
  if (candidates.length === 0) return `${head}: ${whyNot}\n${rejected.slice(0, rowsMax).map(({ node, reasons }) => `  ${node}: ${reasons.join(', ')}\n`).join('')}`
  const rows = candidates.slice(0, rowsMax).map((candidate) => [
    `${candidate.isChosen ? '*' : ' '} ${candidate.node}`, String(candidate.budgetViolations), String(candidate.highestPriority), String(candidate.prioritySum), String(candidate.victims.length), candidate.victims.join(' '), candidate.why,
  ])
  return `${head} (* chosen)\n${table([['NODE', 'BUDGETS', 'HIGHEST', 'SUM', 'PODS', 'VICTIMS', 'WHY'], ...rows])}${more(candidates.length, 'candidates')}`
}

function fixPart(fix: SuggestedFix, index: number): string {
  const number = `  ${index + 1}. `
  const lines = [wrapped(`${fix.label}: ${fix.outcome}`, '     ', number)]
  for (const command of fix.commands ?? []) lines.push(`     $ ${command}\n`)
  if (fix.note !== undefined) lines.push(wrapped(fix.note, '     '))
  return lines.join('')
}

/** The whole explanation. */
export function explanationText(found: PodExplanation): string {
  const { pod, kind, basis, atMs, attemptCount, message, fixes } = found
  const attempts = attemptCount === 1 ? '1 attempt' : `${attemptCount} attempts`
  const parts = [
    `pod/${pod.name} -n ${pod.namespace ?? 'default'}: ${kind}, ${attempts}; ${basis === 'attempt' ? 'as it was decided at' : 'as of'} ${momentText(atMs)}\n${wrapped(found.sentence, '')}`,
    message === '' ? '' : wrapped(message, '  '),
    scoreTable(found),
    found.scoreNote === undefined ? '' : wrapped(found.scoreNote, ''),
    found.samplingNote === undefined ? '' : wrapped(found.samplingNote, ''),
    rejectedTable(found),
    found.preemption === undefined ? '' : preemptionPart(found.preemption),
    found.wakes === undefined ? '' : `What wakes it up\n${wrapped(found.wakes, '  ')}`,
    fixes.length === 0 ? '' : `Smallest changes that make it fit (each was tried)\n${fixes.map(fixPart).join('')}`,
  ]
  return parts.filter((part) => part !== '').join('\n')
}
