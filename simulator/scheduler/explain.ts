/**
 * Why a pod is where it is, or why it is nowhere: every node with the plugin that rejected it or with every plugin's
 * score. Computed on demand from the scheduler's present view; it changes nothing.
 */

import type { Pod } from '../api/types.ts'
import { CycleRunner } from './cycle-runner.ts'
import type { FailedCycle } from './framework.ts'
import { schedulerReasons } from './messages.ts'
import { podKeyOf } from './pod-class.ts'
import { bestCandidates, findCandidates, whyNotEligible } from './plugins/default-preemption/plugin.ts'
import type { Scheduler } from './scheduler.ts'
import { isRejected } from './status.ts'
import type { PluginStatus, StatusCode } from './status.ts'

export interface Rejection { readonly plugin: string; readonly code: StatusCode; readonly reasons: readonly string[] }
export interface PluginScore { readonly plugin: string; readonly raw: number; readonly score: number; readonly weight: number }

/** One node: rejected, or scored. */
export interface NodeExplanation {
  readonly node: string
  readonly rejection?: Rejection
  /** In profile order; empty when it was the only node that fits. */
  readonly scores: readonly PluginScore[]
  readonly total: number
}

export interface CandidateExplanation { readonly node: string; readonly victims: readonly string[]; readonly budgetViolations: number; readonly isBest: boolean }

/** Everything about one pod. Plain JSON. */
export interface PodExplanation {
  readonly podKey: string
  /** Where it runs, or ''. It is explained as if it were to be scheduled again. */
  readonly nodeName: string
  /** Why it is not even queued. */
  readonly gate?: Rejection
  /** Why no node was looked at. */
  readonly preFilter?: Rejection
  /** Why plugins failed. */
  readonly error?: Rejection
  readonly nodes: readonly NodeExplanation[]
  readonly feasible: readonly string[]
  /** Nodes of the highest total; the choice among them is random. */
  readonly best: readonly string[]
  readonly preemption?: { readonly candidates: readonly CandidateExplanation[]; readonly whyNot: string }
  /** Name of the queue that holds it, or ''. */
  readonly queue: string
}

function rejectionOf(status: { code: StatusCode; reasons: readonly string[]; plugin?: string }, plugin = ''): Rejection {
  return { plugin: status.plugin ?? plugin, code: status.code, reasons: status.reasons }
}

type NodePart = Pick<PodExplanation, 'nodes' | 'feasible' | 'best' | 'preFilter' | 'error' | 'preemption'>
const noNodes: NodePart = { nodes: [], feasible: [], best: [] }

function explainCandidates(failed: FailedCycle): PodExplanation['preemption'] {
  const whyNot = whyNotEligible(failed)
  if (whyNot !== undefined) return { candidates: [], whyNot }
  const { candidates } = findCandidates(failed, failed.preemptible(), Infinity)
  const best = bestCandidates(candidates)
  return {
    candidates: candidates.map((c) => ({ node: c.slot.name, victims: c.victims.map(podKeyOf), budgetViolations: c.violations, isBest: best.includes(c) })),
    whyNot: candidates.length > 0 ? '' : schedulerReasons.preemptionNotHelpful,
  }
}

class Explainer {
  private readonly scheduler: Scheduler
  private readonly runner: CycleRunner
  private readonly pod: Pod

  constructor(scheduler: Scheduler, pod: Pod) {
    this.scheduler = scheduler
    this.runner = new CycleRunner(scheduler.profile, scheduler.nominator)
    this.pod = pod
  }

  explain(): NodePart {
    const { runner, scheduler } = this
    const cycle = scheduler.cycleOf(this.pod)
    if (scheduler.cache.nodeCount === 0) return noNodes
    const { status, nodeNames, narrowedBy } = runner.begin(cycle)
    const failed = runner.failedCycle(cycle, { pick: () => 0 })
    if (status.code !== 'success') {
      const preFilter = rejectionOf(status, narrowedBy.join(','))
      if (!isRejected(status)) return { ...noNodes, error: preFilter }
      return status.code === 'unschedulable' ? { ...noNodes, preFilter, ...this.preemption(failed) } : { ...noNodes, preFilter }
    }
    runner.findFeasible(nodeNames, true)
    if (runner.problem !== undefined) return this.failed(runner.problem, narrowedBy)
    if (runner.feasibleCount === 0) return { ...noNodes, nodes: this.rejectedNodes(narrowedBy), ...this.preemption(failed) }
    return this.scored(narrowedBy)
  }

  /** A filter failed: no node is chosen, whatever the others say. */
  private failed(problem: PluginStatus, narrowedBy: readonly string[]): NodePart {
    const feasible = [...this.feasibleSlots()].map((index) => this.scheduler.cache.getSlot(index).name)
    return { ...noNodes, nodes: this.rejectedNodes(narrowedBy), feasible, error: rejectionOf(problem) }
  }

  private preemption(failed: FailedCycle): Pick<PodExplanation, 'preemption'> {
    const preemption = explainCandidates(failed)
    return preemption === undefined ? {} : { preemption }
  }

  private feasibleSlots(): Set<number> {
    return new Set(this.runner.feasible.subarray(0, this.runner.feasibleCount))
  }

  private rejectedNodes(narrowedBy: readonly string[]): NodeExplanation[] {
    const fits = this.feasibleSlots()
    const rejected = this.scheduler.cache.nodeSlots().filter((slot) => !fits.has(slot.index))
    return rejected
      .map((slot) => ({ slot, status: this.runner.statusOf(slot) }))
      .filter(({ status }) => status.reasons.length > 0)
      .map(({ slot, status }) => ({ node: slot.name, rejection: rejectionOf(status, narrowedBy.join(',')), scores: [], total: 0 }))
  }

  private scored(narrowedBy: readonly string[]): NodePart {
    const { runner, scheduler: { cache, profile } } = this
    const slots = Array.from(runner.feasible.subarray(0, runner.feasibleCount), (index) => cache.getSlot(index))
    const names = slots.map((slot) => slot.name)
    const rejected = this.rejectedNodes(narrowedBy)
    if (slots.length === 1) return { nodes: [{ node: names[0], scores: [], total: 0 }, ...rejected], feasible: names, best: names }
    const scores: PluginScore[][] = slots.map(() => [])
    const totals = slots.map(() => 0)
    const problem = runner.scoreInDetail((plugin, raws, normalized) => {
      const weight = profile.scores.find((s) => s.plugin.name === plugin)?.weight ?? 0
      scores.forEach((list, i) => {
        list.push({ plugin, raw: raws[i], score: normalized[i], weight })
        totals[i] += normalized[i] * weight
      })
    })
    if (problem !== undefined) return { ...noNodes, error: rejectionOf(problem) }
    const highest = totals.reduce((a, b) => (b > a ? b : a))
    return {
      nodes: [...slots.map((slot, i) => ({ node: slot.name, scores: scores[i], total: totals[i] })), ...rejected],
      feasible: names,
      best: names.filter((_name, i) => totals[i] === highest),
    }
  }
}

/**
 * Explains a pod against the cluster as it is now.
 * A pod that runs is lifted off its node for the time of the question.
 */
export function explainPod(scheduler: Scheduler, pod: Pod): PodExplanation {
  const podKey = podKeyOf(pod)
  const head = { podKey, nodeName: pod.spec.nodeName ?? '', queue: scheduler.queue.find(podKey)?.queue ?? '' }
  const gate = scheduler.gateOf(pod)
  if (gate !== undefined) return { ...head, ...noNodes, gate: rejectionOf(gate) }
  const entry = scheduler.cache.findEntry(podKey)
  const explainer = new Explainer(scheduler, pod.spec.nodeName === undefined ? pod : unassigned(pod))
  if (entry === undefined) return { ...head, ...explainer.explain() }
  const before = entry.slot.pods
  scheduler.cache.liftPod(entry)
  const part = explainer.explain()
  scheduler.cache.placePod(entry)
  entry.slot.pods = before
  return { ...head, ...part }
}

function unassigned(pod: Pod): Pod {
  const { nodeName: _nodeName, ...spec } = pod.spec
  return { ...pod, spec }
}
