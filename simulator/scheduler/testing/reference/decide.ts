/** The whole decision about one pod, by the reference plugins: all nodes are looked at. */

import type { Node, Pod } from '../../../api/types.ts'
import { bestOf, candidateOn, mayPreempt } from './default-preemption.ts'
import type { Candidate } from './default-preemption.ts'
import { dynamicResources } from './dynamic-resources.ts'
import { imageLocality } from './image-locality.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'
import { nodeAffinity } from './node-affinity.ts'
import { nodeName } from './node-name.ts'
import { nodePorts } from './node-ports.ts'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable.ts'
import { nodeVolumeLimits } from './node-volume-limits.ts'
import { podTopologySpread } from './pod-topology-spread.ts'
import { schedulingGates } from './scheduling-gates.ts'
import { taintToleration } from './taint-toleration.ts'
import { isVerdict, never, no, priorityOf } from './types.ts'
import type { Cluster, ReferencePlugin, Scores, Verdict } from './types.ts'
import { volumeBinding } from './volume-binding.ts'
import { volumeRestrictions } from './volume-restrictions.ts'
import { volumeZone } from './volume-zone.ts'

/** In running order. */
export const referencePlugins: readonly ReferencePlugin[] = [
  schedulingGates, nodeUnschedulable, nodeName, taintToleration, nodeAffinity, nodePorts, nodeResourcesFit, volumeRestrictions, nodeVolumeLimits, volumeBinding, volumeZone,
  podTopologySpread, interPodAffinity, dynamicResources, nodeResourcesBalancedAllocation, imageLocality,
]

export interface Told extends Verdict { readonly plugin: string }

export interface ReferenceDecision {
  /** Why it is not even queued. */
  readonly gate?: Told
  /** Why no node was looked at. */
  readonly preFilter?: Told
  readonly feasible: readonly string[]
  readonly rejected: { readonly [node: string]: Told }
  /** By plugin; none when only one node fits. */
  readonly scores: { readonly [plugin: string]: Scores }
  /** In the order of `feasible`. */
  readonly totals: readonly number[]
  readonly best: readonly string[]
  /** A plugin that failed: the pod is tried again. */
  readonly error?: Verdict
  readonly candidates: readonly Candidate[]
  readonly bestCandidates: readonly string[]
}

const nothing = { feasible: [], rejected: {}, scores: {}, totals: [], best: [], candidates: [], bestCandidates: [] }

function nameOf(node: Node): string { return node.metadata.name ?? '' }

class Decision {
  readonly plugins: readonly ReferencePlugin[]
  readonly pod: Pod
  readonly cluster: Cluster
  private asked: readonly ReferencePlugin[] = []

  constructor(pod: Pod, cluster: Cluster, plugins: readonly ReferencePlugin[]) {
    this.plugins = plugins
    this.pod = pod
    this.cluster = cluster
  }

  decide(): ReferenceDecision {
    const { pod, cluster } = this
    for (const plugin of this.plugins) {
      const verdict = plugin.preEnqueue?.(pod, cluster)
      if (verdict !== undefined) return { ...nothing, gate: { ...verdict, plugin: plugin.name } }
    }
    if (cluster.nodes.length === 0) return nothing
    const narrowed = this.preFilter()
    if (isVerdict(narrowed)) return { ...nothing, preFilter: narrowed }
    const rejected: { [node: string]: Told } = {}
    for (const node of cluster.nodes) {
      const names = narrowed.names
      const isLeftOut = names !== undefined && !names.includes(nameOf(node))
      const verdict = isLeftOut ? { ...never(`node(s) didn't satisfy plugin(s) [${narrowed.by}]`), plugin: narrowed.by } : this.verdictWithNominated(node, cluster)
      if (verdict !== undefined) rejected[nameOf(node)] = verdict
    }
    return this.choose(rejected)
  }

  private choose(rejected: { readonly [node: string]: Told }): ReferenceDecision {
    const nominated = this.cluster.nodes.filter((node) => nameOf(node) === this.pod.status?.nominatedNodeName && rejected[nameOf(node)] === undefined)
    // Where room was made for it the pod goes, whatever the other nodes say.
    const fitting = nominated.length > 0 ? nominated : this.cluster.nodes.filter((node) => rejected[nameOf(node)] === undefined)
    const told = nominated.length > 0 ? {} : rejected
    const feasible = fitting.map(nameOf)
    const error = Object.values(told).find(({ code }) => code === 'error')
    if (error !== undefined) return { ...nothing, feasible, rejected: told, error }
    if (fitting.length === 0) return { ...nothing, rejected: told, ...this.preempt(rejected) }
    if (fitting.length === 1) return { ...nothing, feasible, rejected: told, best: feasible }
    const scored = this.score(fitting)
    if (isVerdict(scored)) return { ...nothing, feasible, rejected: told, error: scored }
    const highest = Math.max(...scored.totals)
    return { ...nothing, feasible, rejected: told, ...scored, best: feasible.filter((_name, i) => scored.totals[i] === highest) }
  }

  /** The nodes that are left, or why there are none. */
  private preFilter(): { readonly names?: readonly string[]; readonly by: string } | Told {
    const asked: ReferencePlugin[] = []
    let names: readonly string[] | undefined
    let by = ''
    for (const plugin of this.plugins) {
      const answer = plugin.preFilter?.(this.pod, this.cluster)
      if (isVerdict(answer)) return { ...answer, plugin: plugin.name }
      if (answer !== 'skip') asked.push(plugin)
      if (typeof answer === 'object') [names, by] = [answer.names, plugin.name]
    }
    this.asked = asked
    return { by, ...(names !== undefined && { names }) }
  }

  private verdict(node: Node, cluster: Cluster): Told | undefined {
    for (const plugin of this.asked) {
      const verdict = plugin.filter?.(this.pod, node, cluster)
      if (verdict === undefined) continue
      const reasons = verdict.code === 'error' ? [`running "${plugin.name}" filter plugin: ${verdict.reasons.join(', ')}`] : verdict.reasons
      return { ...verdict, reasons, plugin: plugin.name }
    }
    return undefined
  }

  /** Other pods that are to come to the node count first as if they were there, then not. */
  private verdictWithNominated(node: Node, cluster: Cluster): Told | undefined {
    const { pod } = this
    const ahead = cluster.pods.filter((other) => (other.spec.nodeName ?? '') === '' && other.status?.nominatedNodeName === nameOf(node)
      && priorityOf(other) >= priorityOf(pod) && other.metadata.uid !== pod.metadata.uid)
    const added = ahead.map((other) => ({ ...other, spec: { ...other.spec, nodeName: nameOf(node) } }))
    const crowded = { ...cluster, pods: [...cluster.pods.filter((other) => !ahead.includes(other)), ...added], before: cluster.before ?? cluster }
    return (ahead.length > 0 ? this.verdict(node, crowded) : undefined) ?? this.verdict(node, cluster)
  }

  private score(nodes: readonly Node[]): { scores: { [plugin: string]: Scores }; totals: number[] } | Verdict {
    const scores: { [plugin: string]: Scores } = {}
    const totals = nodes.map(() => 0)
    for (const plugin of this.plugins) {
      const answer = plugin.score?.(this.pod, nodes, this.cluster) ?? 'skip'
      if (isVerdict(answer)) return answer
      if (answer === 'skip') continue
      scores[plugin.name] = answer
      answer.normalized.forEach((score, i) => (totals[i] += score * (plugin.weight ?? 0)))
    }
    return { scores, totals }
  }

  private preempt(rejected: { readonly [node: string]: Told }): Pick<ReferenceDecision, 'candidates' | 'bestCandidates'> {
    if (!mayPreempt(this.pod, this.cluster, (name) => rejected[name])) return { candidates: [], bestCandidates: [] }
    const helpful = this.cluster.nodes.filter((node) => rejected[nameOf(node)]?.code === no().code)
    const candidates = helpful.flatMap((node) => candidateOn(this.pod, node, this.cluster, (_pod, at, cluster) => this.verdictWithNominated(at, cluster)) ?? [])
    return { candidates, bestCandidates: candidates.length === 0 ? [] : bestOf(candidates).map(({ node }) => node) }
  }
}

/** Decides about a pod that waits. */
export function decide(pod: Pod, cluster: Cluster, plugins: readonly ReferencePlugin[] = referencePlugins): ReferenceDecision {
  return new Decision(pod, cluster, plugins).decide()
}
