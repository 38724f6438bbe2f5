/** What PreFilter plugins leave for the later points of one cycle. Models RunPreFilterPlugins of framework/runtime (v1.35). */

import { compareText } from '../kernel/text.ts'
import type { Cycle, Plugin, PreFilterPlugin } from './framework.ts'
import { schedulerReasons } from './messages.ts'
import { errorStatus, success, unresolvable, withPlugin } from './status.ts'
import type { PluginStatus } from './status.ts'

/** What PreFilter found. */
export interface PreFilterOutcome {
  readonly status: PluginStatus
  readonly nodeNames: ReadonlySet<string> | undefined
  /** Plugins that narrowed the nodes. */
  readonly narrowedBy: readonly string[]
}

/** Runs PreFilter and holds each plugin's state for the rest of the cycle. States are made anew in each cycle and must not outlast it. */
export class PluginStates {
  private readonly preFilters: readonly PreFilterPlugin<unknown>[]
  /** States by the place of the plugin. */
  states: unknown[] = []
  /** True for plugins that have nothing to do with the pod. */
  skipped: boolean[] = []
  /** How many plugins have run. */
  private count = 0

  constructor(preFilters: readonly PreFilterPlugin<unknown>[]) {
    this.preFilters = preFilters
  }

  /** Runs the PreFilter plugins. */
  begin(cycle: Cycle): PreFilterOutcome {
    const { preFilters } = this
    this.states = preFilters.map(() => undefined)
    this.skipped = preFilters.map(() => false)
    let nodeNames: ReadonlySet<string> | undefined
    let rejection: PluginStatus | undefined
    const narrowedBy: string[] = []
    for (let i = 0; i < preFilters.length; i++) {
      const plugin = preFilters[i]
      this.count = i + 1
      const result = plugin.preFilter(cycle)
      const { code } = result.status
      this.states[i] = result.state
      this.skipped[i] = code === 'skip'
      if (code === 'unschedulable') rejection = withPlugin(result.status, plugin.name)
      else if (code === 'error') return { status: toldOfPreFilter(result.status, plugin.name), nodeNames: undefined, narrowedBy: [] }
      else if (code !== 'success' && code !== 'skip') return { status: withPlugin(result.status, plugin.name), nodeNames: undefined, narrowedBy: [] }
      if (code !== 'success' || result.nodeNames === undefined) continue
      narrowedBy.push(plugin.name)
      narrowedBy.sort(compareText)
      nodeNames = nodeNames === undefined ? result.nodeNames : new Set([...nodeNames].filter((name) => result.nodeNames?.has(name)))
      if (nodeNames.size === 0) return { status: unresolvable(noNodeText(narrowedBy)), nodeNames, narrowedBy }
    }
    return { status: rejection ?? success, nodeNames, narrowedBy }
  }

  /** Brings the states in line with a trial change. */
  refresh(cycle: Cycle): void {
    const { preFilters } = this
    for (let i = 0; i < preFilters.length; i++) if (!this.skipped[i]) preFilters[i].refresh?.(cycle, this.states[i])
  }

  /** What the PreFilter of a plugin left. */
  stateOf(plugin: Plugin): unknown {
    return this.states[this.preFilters.findIndex((other) => other === plugin)]
  }

  /** As `stateOf`; undefined when the cycle ended before the plugin. */
  resultOf(plugin: Plugin): { readonly state: unknown } | undefined {
    const at = this.preFilters.findIndex((other) => other === plugin)
    return at >= 0 && at < this.count ? { state: this.states[at] } : undefined
  }
}

function toldOfPreFilter(status: PluginStatus, plugin: string): PluginStatus {
  return withPlugin(errorStatus(schedulerReasons.preFilterError(plugin, status.reasons.join(', '))), plugin)
}

function noNodeText(plugins: readonly string[]): string {
  return plugins.length === 1 ? schedulerReasons.noNodeOfPlugin(plugins[0]) : schedulerReasons.noNodeOfAll(plugins)
}
