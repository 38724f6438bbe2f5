/** Tries pods that do not exist, for suggestions: would it fit here, where would it go, whom would it evict. Nothing is bound or evicted. */

import type { Pod } from '../api/types.ts'
import { CycleRunner } from './cycle-runner.ts'
import { explainPreemption } from './explain-preemption.ts'
import type { PreemptionExplanation } from './explain-preemption.ts'
import { schedulerReasons } from './messages.ts'
import type { Scheduler } from './scheduler.ts'
import { success, unresolvable, unschedulable, withPlugin } from './status.ts'
import type { PluginStatus } from './status.ts'

/** Answers what-if questions with the real plugins. Works on the scheduler of a fork; answers are as of its cache at the moment of the call. */
export class PodTrials {
  private readonly scheduler: Scheduler
  private readonly runner: CycleRunner

  /**
   * @param scheduler of a fork: the caller may change its cache between two trials
   * @param like a pod whose profile those that are tried have
   */
  constructor(scheduler: Scheduler, like: Pod) {
    this.scheduler = scheduler
    this.runner = new CycleRunner(scheduler.profileOf(like), scheduler.nominator)
  }

  /** What the first plugin that minds says about a pod on one node; success when none does. */
  verdictOn(pod: Pod, nodeName: string): PluginStatus {
    const { runner, scheduler } = this
    const gate = scheduler.gateOf(pod)
    if (gate !== undefined) return gate
    const slot = scheduler.cache.findSlot(nodeName)
    if (slot?.node === undefined) return unresolvable(schedulerReasons.notFound)
    const { status, nodeNames, narrowedBy } = runner.begin(scheduler.cycleOf(pod))
    if (status.code !== 'success') return narrowedBy.length === 0 ? status : withPlugin(status, narrowedBy[0])
    if (nodeNames !== undefined && !nodeNames.has(nodeName)) return withPlugin(unresolvable(schedulerReasons.notInPreFilter(narrowedBy)), narrowedBy[0])
    const verdict = runner.verdicts.filterAgain(slot)
    return verdict.code === 'success' ? success : verdict
  }

  /** Nodes of the highest score, one of which the pod would get; none when it fits nowhere. */
  landing(pod: Pod): readonly string[] {
    const { runner, scheduler: { cache } } = this
    if (this.search(pod).code !== 'success') return []
    const names = Array.from(runner.feasible.subarray(0, runner.feasibleCount), (index) => cache.getSlot(index).name)
    if (names.length === 1) return names
    const totals = runner.score()
    if (!(totals instanceof Float64Array)) return []
    const highest = names.reduce((best, _name, i) => (totals[i] > best ? totals[i] : best), totals[0])
    return names.filter((_name, i) => totals[i] === highest)
  }

  /** What preemption could do for a pod that fits nowhere; undefined when it fits, or may not be scheduled at all. */
  preemption(pod: Pod): PreemptionExplanation | undefined {
    const { runner, scheduler } = this
    const status = this.search(pod)
    return status.code === 'unschedulable' ? explainPreemption(runner.failedCycle(scheduler.cycleOf(pod), { pick: () => 0 })) : undefined
  }

  private search(pod: Pod): PluginStatus {
    const { runner, scheduler } = this
    const gate = scheduler.gateOf(pod)
    if (gate !== undefined) return gate
    if (scheduler.cache.nodeCount === 0) return unresolvable(schedulerReasons.noNodes)
    runner.nextStart = scheduler.nextStart
    const { status, nodeNames } = runner.begin(scheduler.cycleOf(pod))
    if (status.code !== 'success') return status
    runner.findFeasible(nodeNames)
    if (runner.problem !== undefined) return runner.problem
    return runner.feasibleCount === 0 ? unschedulable() : success
  }
}
