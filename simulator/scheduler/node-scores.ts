/** Scores of the nodes that fit. Models prioritizeNodes of pkg/scheduler/schedule_one.go (v1.35). */

import type { ClassTable } from './class-table.ts'
import type { CompiledProfile } from './compiled-profile.ts'
import type { Cycle, Plugin } from './framework.ts'
import type { PluginStatus } from './status.ts'

/** What is scored. */
export interface ScoredNodes {
  readonly cycle: Cycle
  readonly profile: CompiledProfile
  /** Slots; the first `count` are valid. */
  readonly feasible: Int32Array
  readonly count: number
  /** What the plugin's own PreFilter left. */
  filterStateOf(plugin: Plugin): unknown
}

/**
 * Keeps the arrays that scoring fills, so that a cycle allocates none. Totals are sums of normalized scores (0 to 100)
 * times the plugins' weights.
 */
export class NodeScorer {
  private totals = new Float64Array(64)
  private scratch = new Float64Array(64)

  /** @returns totals in the order of the nodes, less what is the same for all of them, or the error of a plugin; good until the next call */
  score(nodes: ScoredNodes, table: ClassTable): Float64Array | PluginStatus {
    const { cycle, feasible, count } = nodes
    if (table.problem !== undefined) return table.problem
    this.fitTo(feasible.length)
    const { totals, scratch } = this
    const { answers } = table
    for (let i = 0; i < count; i++) totals[i] = answers[feasible[i]]
    for (const { plugin, weight, state, raws, isUneven } of table.normalized) {
      // What all nodes get alike does not change the choice.
      if (!isUneven || plugin.isIndifferent?.(cycle) === true) continue
      for (let i = 0; i < count; i++) scratch[i] = raws[feasible[i]]
      plugin.normalize?.(cycle, scratch, feasible, count, state)
      addWeighted(totals, scratch, weight, count)
    }
    return this.addGlobal(nodes) ?? totals
  }

  /** Adds the scores of the plugins that look at the whole cluster. */
  private addGlobal({ cycle, profile, feasible, count, filterStateOf }: ScoredNodes): PluginStatus | undefined {
    const { totals, scratch } = this
    for (const { plugin, weight } of profile.scores) {
      if (plugin.scoreAll === undefined || plugin.isIndifferent?.(cycle) === true) continue
      const prepared = plugin.preScore?.(cycle, feasible, count)
      if (prepared?.status.code === 'skip') continue
      if (prepared !== undefined && prepared.status.code !== 'success') return prepared.status
      plugin.scoreAll(cycle, scratch, feasible, count, prepared?.state, filterStateOf(plugin))
      plugin.normalize?.(cycle, scratch, feasible, count, prepared?.state)
      addWeighted(totals, scratch, weight, count)
    }
    return undefined
  }

  private fitTo(capacity: number): void {
    if (this.totals.length >= capacity) return
    this.totals = new Float64Array(capacity)
    this.scratch = new Float64Array(capacity)
  }
}

/** Raw and normalized scores before the weight, plugin by plugin and without the caches. @returns the error of a plugin */
export function scoreInDetail({ cycle, profile, feasible, count, filterStateOf }: ScoredNodes, onPlugin: (plugin: string, raw: Float64Array, scores: Float64Array) => void): PluginStatus | undefined {
  for (const { plugin } of profile.scores) {
    const prepared = plugin.preScore?.(cycle, feasible, count)
    if (prepared?.status.code === 'skip') continue
    if (prepared !== undefined && prepared.status.code !== 'success') return prepared.status
    const state = prepared?.state
    const scores = new Float64Array(count)
    if (plugin.scoreAll !== undefined) plugin.scoreAll(cycle, scores, feasible, count, state, filterStateOf(plugin))
    else for (let i = 0; i < count; i++) scores[i] = plugin.score?.(cycle, cycle.cache.getSlot(feasible[i]), state) ?? 0
    const raw = scores.slice()
    plugin.normalize?.(cycle, scores, feasible, count, state)
    onPlugin(plugin.name, raw, scores)
  }
  return undefined
}

function addWeighted(totals: Float64Array, scores: Float64Array, weight: number, count: number): void {
  for (let i = 0; i < count; i++) totals[i] += scores[i] * weight
}
