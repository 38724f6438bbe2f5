/**
 * Verdicts on nodes that no table of a class can hold: by filters that look at the whole cluster, with pods nominated to
 * the node, and on trial. Models RunFilterPluginsWithNominatedPods of framework/runtime (v1.35).
 */

import type { Pod } from '../api/types.ts'
import type { ClassTable, StatusTable } from './class-table.ts'
import type { NodeSlot } from './cluster-cache.ts'
import type { CompiledFilter, CompiledProfile } from './compiled-profile.ts'
import type { Cycle } from './framework.ts'
import { schedulerReasons } from './messages.ts'
import type { Nominator } from './nominator.ts'
import type { PluginStates } from './plugin-states.ts'
import { priorityOf } from './pod-class.ts'
import { errorStatus, unresolvable } from './status.ts'
import type { PluginStatus } from './status.ts'

const nobodyLower = unresolvable(schedulerReasons.noVictims)
/** Nobody is nominated. */
export const noPods: readonly Pod[] = []

/** A filter as it stands in one search: the status of the node in a slot. */
type CrossTest = (index: number) => PluginStatus

/** The filters of one profile on single nodes, for the cycle that runs. Verdicts are numbers of `StatusTable`; 0 means that the node fits. */
export class NodeVerdicts {
  private readonly profile: CompiledProfile
  private readonly plugins: PluginStates
  private readonly statuses: StatusTable
  private readonly nominator: Nominator
  private cycle!: Cycle
  private table!: ClassTable
  /** Filters that look at the whole cluster and have to do with the pod. */
  private readonly crossFilters: CompiledFilter[] = []

  constructor(profile: CompiledProfile, plugins: PluginStates, statuses: StatusTable, nominator: Nominator) {
    this.profile = profile
    this.plugins = plugins
    this.statuses = statuses
    this.nominator = nominator
  }

  /** Takes over a cycle whose PreFilter plugins have run. */
  begin(cycle: Cycle, table: ClassTable): void {
    const { skipped } = this.plugins
    this.cycle = cycle
    this.table = table
    this.crossFilters.length = 0
    for (const filter of this.profile.crossFilters) {
      if ((filter.stateAt < 0 || !skipped[filter.stateAt]) && filter.plugin.isIdle?.(cycle) !== true) this.crossFilters.push(filter)
    }
  }

  get hasCrossFilters(): boolean {
    return this.crossFilters.length > 0
  }

  /** Whether such filters look at nothing but the cache, so that their verdicts stand until it changes. */
  get readsCacheOnly(): boolean {
    return this.crossFilters.every(({ plugin }) => plugin.readsCacheOnly)
  }

  /** The filters that look at the whole cluster, as they stand at the beginning of a search. */
  crossTests(): CrossTest[] {
    const { cycle } = this
    return this.crossFilters.map(({ plugin, stateAt }) => {
      const state = this.plugins.states[stateAt]
      return plugin.testOf?.(cycle, state) ?? ((index) => plugin.filter(cycle, cycle.cache.getSlot(index), state))
    })
  }

  /** The first rejection by such a filter, as a status number; 0 for none. */
  testVerdict(tests: readonly CrossTest[], index: number): number {
    for (let i = 0; i < tests.length; i++) {
      const status = tests[i](index)
      if (status.code === 'success') continue
      const { name } = this.crossFilters[i].plugin
      return this.statuses.intern(told(status, name), name)
    }
    return 0
  }

  private crossVerdict(index: number): number {
    const slot = this.cycle.cache.getSlot(index)
    for (const { plugin, stateAt } of this.crossFilters) {
      const status = plugin.filter(this.cycle, slot, this.plugins.states[stateAt])
      if (status.code !== 'success') return this.statuses.intern(told(status, plugin.name), plugin.name)
    }
    return 0
  }

  /** Other pods of the same or a higher priority that are nominated to a node. */
  nominatedAhead(index: number): readonly Pod[] {
    const { pod, cache } = this.cycle
    const nominated = this.nominator.podsOn(cache.getSlot(index).name)
    return nominated.length === 0 ? noPods : nominated.filter((other) => priorityOf(other) >= priorityOf(pod) && other.metadata.uid !== pod.metadata.uid)
  }

  /** The filters with such pods as if they ran there; only if those say yes, also without them. */
  withNominated(index: number, ahead: readonly Pod[]): number {
    const { cache } = this.cycle
    const slot = cache.getSlot(index)
    const before = slot.pods
    const trials = ahead.map((other) => cache.trialEntry(other, slot))
    for (const entry of trials) cache.placePod(entry)
    const id = this.fresh(slot)
    for (const entry of trials) cache.liftPod(entry)
    slot.pods = before
    this.refreshStates()
    return id === 0 ? this.fresh(slot) : id
  }

  /** All filters on a node as it is now, without the caches. */
  fresh(slot: NodeSlot): number {
    this.refreshStates()
    const id = this.table.verdictOf(this.cycle, this.statuses, slot)
    return id === 0 ? this.crossVerdict(slot.index) : id
  }

  /** Brings plugin states back in line after trials. */
  refreshStates(): void {
    this.plugins.refresh(this.cycle)
  }

  /** As `filter` on a node whose pods were changed for a trial, nominated pods included. */
  filterAgain(slot: NodeSlot): PluginStatus {
    const ahead = this.nominatedAhead(slot.index)
    return this.statuses.get(ahead.length > 0 ? this.withNominated(slot.index, ahead) : this.fresh(slot))
  }

  /** What is known of a node without its pods of lower priority; undefined when it must be tried. */
  knownWithoutVictims(slot: NodeSlot): PluginStatus | undefined {
    if (this.nominator.size > 0 && this.nominator.podsOn(slot.name).length > 0) return undefined
    const id = this.table.liftedVerdict(this.cycle, this.statuses, slot)
    if (id !== 0) return id < 0 ? nobodyLower : this.statuses.get(id)
    if (this.crossFilters.length === 0) return undefined
    const { plugin, stateAt } = this.crossFilters[0]
    const status = plugin.standsAnyway?.(this.cycle, slot, this.plugins.states[stateAt])
    return status === undefined ? undefined : this.statuses.named(status, plugin.name)
  }
}

/** An error of a filter, with the name of the plugin before it. */
function told(status: PluginStatus, plugin: string): PluginStatus {
  return status.code === 'error' ? errorStatus(schedulerReasons.filterError(plugin, status.reasons.join(', '))) : status
}
