/** What holds whatever happens, and for each a mistake that breaks it. */

import { tolerationsTolerate } from '../../../simulator/api/tolerations.ts'
import type { KubeObject, Node, Pod } from '../../../simulator/api/types.ts'
import type { CompiledFilter, CompiledProfile } from '../../../simulator/scheduler/compiled-profile.ts'
import { podKeyOf } from '../../../simulator/scheduler/pod-class.ts'
import { success } from '../../../simulator/scheduler/status.ts'
import { decide } from '../../../simulator/scheduler/testing/reference/decide.ts'
import { hostPorts, portsCollide } from '../../../simulator/scheduler/testing/reference/node-ports.ts'
import { usedOn } from '../../../simulator/scheduler/testing/reference/node-resources-fit.ts'
import { amounts, podAmounts } from '../../../simulator/scheduler/testing/reference/requests.ts'
import { podsOn, priorityOf } from '../../../simulator/scheduler/testing/reference/types.ts'
import type { Cluster } from '../../../simulator/scheduler/testing/reference/types.ts'
import { fitsSomewhere, labelsOf, podGroupLabel } from './storm.ts'
import type { Plant } from './storm.ts'

export type Moment =
  /** A node was chosen for a pod. */
  | { readonly kind: 'choice'; readonly pod: Pod; readonly nodeName: string; readonly before: Cluster }
  | { readonly kind: 'binding'; readonly pod: Pod; readonly nodeName: string }
  | { readonly kind: 'preemption'; readonly podKey: string; readonly node: string; readonly victims: readonly string[]; readonly before: Cluster }
  | { readonly kind: 'rest'; readonly bindings: readonly { readonly pod: Pod; readonly nodeName: string }[]; readonly now: Cluster }
  | { readonly kind: 'end'; readonly now: Cluster }

export interface Invariant {
  readonly name: string
  /** @returns what is wrong */
  check(moment: Moment): string | undefined
  readonly plant: Plant
}

function nodeOf({ nodes }: Cluster, name: string): Node | undefined { return nodes.find((node) => node.metadata.name === name) }
function findPod({ pods }: Cluster, key: string): Pod | undefined { return pods.find((pod) => podKeyOf(pod) === key) }

function placed(pod: Pod, nodeName: string, cluster: Cluster): Cluster {
  return { ...cluster, pods: [...cluster.pods.filter((other) => podKeyOf(other) !== podKeyOf(pod)), { ...pod, spec: { ...pod.spec, nodeName } }] }
}

/** Resources of which a pod would take more than the node has. */
function excess(pod: Pod, node: Node, after: Cluster): string | undefined {
  const has = amounts(node.status?.allocatable)
  const over = Object.entries(podAmounts(pod, { isRunning: false })).find(([resource, amount]) => amount > 0 && usedOn(after, node, resource) > (has[resource] ?? 0))
  if (over !== undefined) return `${over[0]} of ${node.metadata.name}`
  return podsOn(after, node.metadata.name ?? '').length > (has['pods'] ?? 0) ? `number of pods on ${node.metadata.name}` : undefined
}

/** A profile in which a filter never says no. */
function blind(name: string): Plant {
  return ({ scheduler: { profile } }) => {
    const lists = [profile.localFilters, profile.crossFilters] as CompiledFilter[][]
    for (const list of lists) list.forEach((entry, i) => {
      if (entry.plugin.name === name) list[i] = { ...entry, plugin: { ...entry.plugin, filter: () => success } }
    })
  }
}

function without<K extends keyof CompiledProfile>(point: K): Plant {
  return ({ scheduler: { profile } }) => {
    (profile[point] as unknown[]).length = 0
  }
}

const withinAllocatable: Invariant = {
  name: 'no binding takes more than a node has, GPUs and number of pods included',
  check(moment) {
    if (moment.kind !== 'choice') return undefined
    const node = nodeOf(moment.before, moment.nodeName)
    return node === undefined ? `${podKeyOf(moment.pod)} was bound to ${moment.nodeName}, which is gone` : excess(moment.pod, node, placed(moment.pod, moment.nodeName, moment.before))
  },
  plant: blind('NodeResourcesFit'),
}

const portsAreFree: Invariant = {
  name: 'no two pods of a node have one host port',
  check(moment) {
    if (moment.kind !== 'choice') return undefined
    const taken = podsOn(moment.before, moment.nodeName).filter((other) => podKeyOf(other) !== podKeyOf(moment.pod)).flatMap(hostPorts)
    return hostPorts(moment.pod).some((own) => taken.some((other) => portsCollide(own, other))) ? podKeyOf(moment.pod) : undefined
  },
  plant: blind('NodePorts'),
}

const taintsAreHonored: Invariant = {
  name: 'no pod comes to a node whose taints it does not tolerate',
  check(moment) {
    if (moment.kind !== 'choice') return undefined
    const taints = nodeOf(moment.before, moment.nodeName)?.spec?.taints ?? []
    const bad = taints.find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerationsTolerate(moment.pod.spec.tolerations, taint))
    return bad && `${podKeyOf(moment.pod)} on ${moment.nodeName} with ${bad.key}`
  },
  plant: blind('TaintToleration'),
}

const boundOnce: Invariant = {
  name: 'a pod is bound once and never moves',
  check(moment) {
    if (moment.kind !== 'binding' || (moment.pod.spec.nodeName ?? '') === '') return undefined
    return `${podKeyOf(moment.pod)} was on ${moment.pod.spec.nodeName} and is bound to ${moment.nodeName}`
  },
  /** The scheduler hears of each binding late, and forgets what it assumed. */
  plant(storm) {
    const { scheduler, ports } = storm
    const bind = ports.bind.bind(ports)
    const seen = new Map<string, Pod>()
    Object.assign(ports, {
      bind(pod: Pod, nodeName: string) {
        const isFirst = !seen.has(podKeyOf(pod))
        seen.set(podKeyOf(pod), pod)
        const problem = bind(pod, nodeName)
        if (isFirst && problem === undefined) {
          scheduler.cache.forgetPod(podKeyOf(pod))
          scheduler.queue.add(pod)
        }
        return problem
      },
      findPod: (key: string) => seen.get(key) ?? storm.pods.get(key),
    })
  },
}

const gatesHold: Invariant = {
  name: 'a gated pod is never bound',
  check(moment) {
    return moment.kind === 'binding' && (moment.pod.spec.schedulingGates?.length ?? 0) > 0 ? podKeyOf(moment.pod) : undefined
  },
  plant: without('preEnqueue'),
}

const victimsAreLess: Invariant = {
  name: 'only less important pods are evicted, and only by pods that may',
  check(moment) {
    if (moment.kind !== 'preemption') return undefined
    const pod = findPod(moment.before, moment.podKey)
    if (pod === undefined) return undefined
    if (pod.spec.preemptionPolicy === 'Never') return `${moment.podKey} never preempts`
    const wrong = moment.victims.find((key) => priorityOf(findPod(moment.before, key) ?? pod) >= priorityOf(pod))
    return wrong && `${moment.podKey} evicts ${wrong}`
  },
  plant({ scheduler: { profile } }) {
    const postFilters = profile.postFilters as CompiledProfile['postFilters'][number][]
    postFilters.forEach((plugin, i) => {
      if (plugin.name !== 'DefaultPreemption') return
      // It takes every pod for one of the highest priority.
      postFilters[i] = { ...plugin, postFilter: (failed) => plugin.postFilter({ ...failed, cycle: { ...failed.cycle, pod: { ...failed.cycle.pod, spec: { ...failed.cycle.pod.spec, priority: 1000 } } } }) }
    })
  },
}

const budgetsCount: Invariant = {
  name: 'a budget is broken only where every other way breaks one too',
  check(moment) {
    if (moment.kind !== 'preemption') return undefined
    const pod = findPod(moment.before, moment.podKey)
    const candidates = pod === undefined ? [] : decide(pod, moment.before).candidates
    const least = Math.min(...candidates.map(({ violations }) => violations))
    const chosen = candidates.find(({ node }) => node === moment.node)
    return chosen !== undefined && chosen.violations > least ? `${moment.podKey} breaks ${chosen.violations} on ${moment.node}, ${least} would do` : undefined
  },
  plant({ ports, scheduler }) {
    const { list } = ports.objects
    Object.assign(ports.objects, { list: (kind: string, namespace?: string): readonly KubeObject[] => (kind === 'PodDisruptionBudget' && scheduler !== undefined ? [] : list(kind, namespace)) })
  },
}

const roomIsKept: Invariant = {
  name: 'nobody takes the room that was made for a pod of the same or a higher priority',
  check(moment) {
    if (moment.kind !== 'choice') return undefined
    const { pod, nodeName, before } = moment
    const node = nodeOf(before, nodeName)
    const ahead = before.pods.filter((other) => (other.spec.nodeName ?? '') === '' && other.status?.nominatedNodeName === nodeName && podKeyOf(other) !== podKeyOf(pod) && priorityOf(other) >= priorityOf(pod)
      && other.metadata.deletionTimestamp === undefined)
    if (node === undefined || ahead.length === 0) return undefined
    const crowded = ahead.reduce((cluster, other) => placed(other, nodeName, cluster), placed(pod, nodeName, before))
    return excess(pod, node, crowded)
  },
  plant({ scheduler: { nominator } }) {
    Object.assign(nominator, { podsOn: () => [] })
  },
}

const nobodyIsForgotten: Invariant = {
  name: 'no pod stays pending while it fits',
  check(moment) {
    if (moment.kind !== 'end') return undefined
    const pending = moment.now.pods.filter((pod) => (pod.spec.nodeName ?? '') === '' && pod.metadata.deletionTimestamp === undefined)
    // The pods of a gang that never becomes whole take room and give it back, again and again.
    if (pending.some((pod) => labelsOf(pod)[podGroupLabel] !== undefined)) return undefined
    const stuck = pending.find((pod) => fitsSomewhere(pod, moment.now))
    return stuck && podKeyOf(stuck)
  },
  /** One look at a pod is answered with "not found". */
  plant({ ports }) {
    const { findPod: find } = ports
    let count = 0
    Object.assign(ports, { findPod: (key: string) => (++count % 3 === 0 ? undefined : find(key)) })
  },
}

const gangsAreWhole: Invariant = {
  name: 'of a gang enough pods are bound together, or none',
  check(moment) {
    if (moment.kind !== 'rest') return undefined
    for (const { pod } of moment.bindings) {
      const group = labelsOf(pod)[podGroupLabel]
      const minMember = (moment.now.objects.find((o) => o.kind === 'PodGroup' && o.metadata.name === group)?.spec as { minMember?: number } | undefined)?.minMember ?? 0
      const bound = moment.now.pods.filter((other) => labelsOf(other)[podGroupLabel] === group && (other.spec.nodeName ?? '') !== '')
      if (group !== undefined && bound.length < minMember) return `${bound.length} of ${group} are bound, ${minMember} are wanted`
    }
    return undefined
  },
  plant: without('permits'),
}

export const invariants: readonly Invariant[] = [
  withinAllocatable, portsAreFree, taintsAreHonored, boundOnce, gatesHold, victimsAreLess, budgetsCount, roomIsKept, nobodyIsForgotten, gangsAreWhole,
]
