/**
 * Why a pod is where it is, or why it is nowhere: every node with the plugin that rejected it or with every plugin's
 * score, what preemption could do, and what wakes the pod. Computed on demand from the scheduler's present view; it
 * changes nothing.
 */

import type { Pod } from '../api/types.ts'
import { CycleRunner } from './cycle-runner.ts'
import { explainPreemption } from './explain-preemption.ts'
import type { PreemptionExplanation } from './explain-preemption.ts'
import { wakeUpOf } from './explain-wake.ts'
import type { WakeUp } from './explain-wake.ts'
import type { FailedCycle } from './framework.ts'
import { podKeyOf } from './pod-class.ts'
import type { Scheduler } from './scheduler.ts'
import { isRejected } from './status.ts'
import type { PluginStatus, StatusCode } from './status.ts'

export interface Rejection { readonly plugin: string; readonly code: StatusCode; readonly reasons: readonly string[] }
export interface PluginScore { readonly plugin: string; readonly raw: number; readonly score: number; readonly weight: number }

/** One node: rejected, or scored. */
export interface NodeExplanation {
  readonly node: string
  readonly rejection?: Rejection
  /** True for a node that fits, but that an attempt does not look at: it has found enough before. */
  readonly isUnseen?: true
  /** In profile order; empty when it was the only node that fits, and for an unseen one. */
  readonly scores: readonly PluginScore[]
  readonly total: number
}

/** How an attempt saves work on a large cluster. */
export interface Sampling {
  /** Nodes that fit are enough at this number. */
  readonly wanted: number
  /** Nodes that were looked at. */
  readonly lookedAt: number
  /** Where the search began; '' when the pod was nominated to a node. */
  readonly firstNode: string
  /** The nominated node that fits, so that no other is looked at. */
  readonly nominatedNode?: string
}

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
  /** Scored nodes first, as the search found them, then those that do not fit or were not looked at. */
  readonly nodes: readonly NodeExplanation[]
  /** All nodes that fit, unseen ones too. */
  readonly feasible: readonly string[]
  /** Nodes of the highest total among those looked at; the choice among them is random. */
  readonly best: readonly string[]
  /** Absent when every node was looked at. */
  readonly sampling?: Sampling
  readonly preemption?: PreemptionExplanation
  /** Name of the queue that holds it, or ''. */
  readonly queue: string
  readonly wake: WakeUp
}

function rejectionOf(status: { code: StatusCode; reasons: readonly string[]; plugin?: string }, plugin = ''): Rejection {
  return { plugin: status.plugin ?? plugin, code: status.code, reasons: status.reasons }
}

type NodePart = Pick<PodExplanation, 'nodes' | 'feasible' | 'best' | 'preFilter' | 'error' | 'preemption' | 'sampling'> & { readonly rejectors: readonly string[] }
const noNodes: NodePart = { nodes: [], feasible: [], best: [], rejectors: [] }

class Explainer {
  private readonly scheduler: Scheduler
  private readonly runner: CycleRunner
  private readonly pod: Pod
  private readonly rejections = new Map<PluginStatus, Rejection>()

  constructor(scheduler: Scheduler, pod: Pod) {
    this.scheduler = scheduler
    this.runner = new CycleRunner(scheduler.profileOf(pod), scheduler.nominator)
    this.pod = pod
  }

  explain(): NodePart {
    const { runner, scheduler } = this
    const cycle = scheduler.cycleOf(this.pod)
    if (scheduler.cache.nodeCount === 0) return noNodes
    runner.nextStart = scheduler.nextStart
    const { status, nodeNames, narrowedBy } = runner.begin(cycle)
    const failed = runner.failedCycle(cycle, { pick: () => 0 })
    if (status.code !== 'success') {
      const preFilter = rejectionOf(status, narrowedBy.join(','))
      if (!isRejected(status)) return { ...noNodes, error: preFilter }
      const rejectors = [...new Set([...runner.tally.rejectors(), ...narrowedBy])]
      return status.code === 'unschedulable' ? { ...noNodes, preFilter, rejectors, ...this.preemption(failed) } : { ...noNodes, preFilter, rejectors }
    }
    const searched = this.search(nodeNames)
    if (runner.problem !== undefined) return this.failed(runner.problem, narrowedBy)
    const rejectors = [...new Set([...runner.tally.rejectors(), ...narrowedBy])]
    if (runner.feasibleCount === 0) return { ...noNodes, nodes: this.rejectedNodes(narrowedBy), rejectors, ...this.preemption(failed) }
    return { ...this.scored(searched, narrowedBy), rejectors, ...(searched.sampling === undefined ? {} : { sampling: searched.sampling }) }
  }

  /** Searches as an attempt does and scores what it finds; then looks at all nodes. */
  private search(nodeNames: ReadonlySet<string> | undefined): Searched {
    const { runner, scheduler: { cache } } = this
    const order = nodeNames === undefined ? cache.nodeOrder() : cache.nodeOrder().filter((index) => nodeNames.has(cache.getSlot(index).name))
    const start = runner.nextStart
    runner.findFeasible(nodeNames)
    const fitting = Array.from(runner.feasible.subarray(0, runner.feasibleCount))
    const lookedAt = order.reduce((count, index) => (runner.tally.hasRejected(index) ? count + 1 : count), fitting.length)
    if (runner.problem !== undefined || fitting.length === 0 || lookedAt >= order.length) return { fitting }
    const details = this.details(fitting)
    const nominatedNode = this.pod.status?.nominatedNodeName ?? ''
    const isNominated = fitting.length === 1 && cache.getSlot(fitting[0]).name === nominatedNode
    const sampling: Sampling = { wanted: fitting.length, lookedAt, firstNode: isNominated ? '' : cache.getSlot(order[start % order.length]).name, ...(isNominated ? { nominatedNode } : {}) }
    if (!isNominated) {
      runner.nextStart = start
      runner.findFeasible(nodeNames, true)
    }
    return { fitting, details, sampling }
  }

  /** A filter failed: no node is chosen, whatever the others say. */
  private failed(problem: PluginStatus, narrowedBy: readonly string[]): NodePart {
    const feasible = [...this.feasibleSlots()].map((index) => this.scheduler.cache.getSlot(index).name)
    return { ...noNodes, nodes: this.rejectedNodes(narrowedBy), feasible, error: rejectionOf(problem) }
  }

  private preemption(failed: FailedCycle): Pick<PodExplanation, 'preemption'> {
    return this.runner.profile.postFilters.length === 0 ? {} : { preemption: explainPreemption(failed) }
  }

  private feasibleSlots(): Set<number> {
    return new Set(this.runner.feasible.subarray(0, this.runner.feasibleCount))
  }

  private rejectedNodes(narrowedBy: readonly string[]): NodeExplanation[] {
    const fits = this.feasibleSlots()
    const nodes: NodeExplanation[] = []
    for (const slot of this.scheduler.cache.nodeSlots()) {
      if (fits.has(slot.index)) continue
      const status = this.runner.tally.statusOf(slot.index)
      if (status.reasons.length > 0) nodes.push({ node: slot.name, rejection: this.shared(status, narrowedBy), scores: noScores, total: 0 })
    }
    return nodes
  }

  /** Thousands of nodes give a handful of answers. */
  private shared(status: PluginStatus, narrowedBy: readonly string[]): Rejection {
    let rejection = this.rejections.get(status)
    if (rejection === undefined) {
      rejection = rejectionOf(status, narrowedBy.join(','))
      this.rejections.set(status, rejection)
    }
    return rejection
  }

  /** Every plugin's score of the nodes that `feasible` holds now. */
  private details(fitting: readonly number[]): Details {
    const { runner, runner: { profile } } = this
    const scores: PluginScore[][] = fitting.map(() => [])
    const totals = fitting.map(() => 0)
    if (fitting.length === 1) return { scores, totals }
    const problem = runner.scoreInDetail((plugin, raws, normalized) => {
      const weight = profile.scores.find((s) => s.plugin.name === plugin)?.weight ?? 0
      scores.forEach((list, i) => {
        list.push({ plugin, raw: raws[i], score: normalized[i], weight })
        totals[i] += normalized[i] * weight
      })
    })
    return { scores, totals, ...(problem === undefined ? {} : { problem }) }
  }

  private scored({ fitting, details = this.details(fitting) }: Searched, narrowedBy: readonly string[]): Omit<NodePart, 'rejectors'> {
    const { runner, scheduler: { cache } } = this
    const { scores, totals, problem } = details
    const names = fitting.map((index) => cache.getSlot(index).name)
    if (problem !== undefined) return { nodes: this.rejectedNodes(narrowedBy), feasible: names, best: [], error: rejectionOf(problem) }
    const seen = new Set(fitting)
    const unseen = Array.from(runner.feasible.subarray(0, runner.feasibleCount)).filter((index) => !seen.has(index)).map((index) => cache.getSlot(index).name)
    const highest = totals.reduce((a, b) => (b > a ? b : a))
    return {
      nodes: [
        ...names.map((node, i) => ({ node, scores: scores[i], total: totals[i] })),
        ...unseen.map((node) => ({ node, isUnseen: true as const, scores: noScores, total: 0 })),
        ...this.rejectedNodes(narrowedBy),
      ],
      feasible: [...names, ...unseen],
      best: names.filter((_name, i) => totals[i] === highest),
    }
  }
}

const noScores: readonly PluginScore[] = []

interface Details { readonly scores: readonly PluginScore[][]; readonly totals: readonly number[]; readonly problem?: PluginStatus }
/** What an attempt finds; scored already when not all nodes were looked at. */
interface Searched { readonly fitting: readonly number[]; readonly details?: Details; readonly sampling?: Sampling }

/**
 * Explains a pod against the cluster as it is now.
 * A pod that runs is lifted off its node for the time of the question.
 */
export function explainPod(scheduler: Scheduler, pod: Pod): PodExplanation {
  const podKey = podKeyOf(pod)
  const row = scheduler.queue.find(podKey)
  const head = { podKey, nodeName: pod.spec.nodeName ?? '', queue: row?.queue ?? '' }
  const told = ({ rejectors, ...part }: NodePart & Pick<PodExplanation, 'gate'>): PodExplanation => {
    const known = row?.queue === 'unschedulable' || row?.queue === 'backoff' ? row.rejectors : rejectors
    return { ...head, ...part, wake: wakeUpOf(scheduler.profileOf(pod), known, row, scheduler.waiting.find(podKey)) }
  }
  const gate = scheduler.gateOf(pod)
  if (gate !== undefined) return told({ ...noNodes, rejectors: [gate.plugin ?? ''], gate: rejectionOf(gate) })
  const entry = scheduler.cache.findEntry(podKey)
  const explainer = new Explainer(scheduler, pod.spec.nodeName === undefined ? pod : unassigned(pod))
  if (entry === undefined) return told(explainer.explain())
  const before = entry.slot.pods
  scheduler.cache.liftPod(entry)
  const part = explainer.explain()
  scheduler.cache.placePod(entry)
  entry.slot.pods = before
  return told(part)
}

/** The pod as it was before it was bound. */
export function unassigned(pod: Pod): Pod {
  const { nodeName: _nodeName, ...spec } = pod.spec
  return { ...pod, spec }
}
