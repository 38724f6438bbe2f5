/** Whether a kubelet accepts a pod that is bound to its node. Models kubernetes/pkg/kubelet/lifecycle predicate.go and pkg/kubelet/cm (v1.35). */

import { matchesRequiredNodeAffinity } from '../api/node-selector.ts'
import { quantityMilli, quantityValue } from '../api/quantity.ts'
import { podRequests } from '../api/resources.ts'
import { findUntoleratedTaint } from '../api/tolerations.ts'
import type { Container, Node, Pod, PodSpec, ResourceList } from '../api/types.ts'
import type { Host } from './host.ts'
import { isTerminalPhase } from './phase.ts'
import { kubeletTexts } from './texts.ts'

export interface Rejection {
  readonly reason: string
  readonly message: string
}

/** An amount as the kubelet prints it: thousandths for CPU, whole numbers for the rest. */
function amount(resource: string, quantity: string): number {
  return resource === 'cpu' ? quantityMilli(quantity) : quantityValue(quantity)
}

function reasonOf(resource: string): string {
  return `OutOf${resource}`
}

/** Pods that count on a node: accepted, and not finished. */
function others(host: Host, pod: Pod): readonly Pod[] {
  const all = host.context.api.listPodsOnNode(pod.spec.nodeName ?? '')
  return all.filter((other) => other.metadata.uid !== pod.metadata.uid && !isTerminalPhase(other.status?.phase) && isAccepted(host, other))
}

function isAccepted(host: Host, pod: Pod): boolean {
  const stage = host.pods.get(`${pod.metadata.namespace}/${pod.metadata.name}`)?.stage
  return stage !== undefined && stage !== 'new'
}

const noResources: ResourceList = {}
const quantitiesKnownMax = 1000

/** What a pod asks for, in the order in which the kubelet looks at it. */
type Demand = readonly (readonly [resource: string, amount: number])[]

interface KnownDemand {
  readonly spec: Pick<PodSpec, 'initContainers' | 'resources' | 'overhead'>
  readonly demand: Demand
}

/** What accepted pods take of a node. Derived: it is made anew after a pod has gone. */
export class NodeUsage {
  private readonly sums = new Map<string, { pods: number; amounts: Map<string, number> }>()
  private readonly milli = new Map<string, number>()
  private readonly whole = new Map<string, number>()
  private readonly demands = new WeakMap<readonly Container[], KnownDemand>()

  /** What a pod asks for; pods of one template share it. */
  demandOf(pod: Pod): Demand {
    const { spec } = pod
    const known = this.demands.get(spec.containers)
    if (known !== undefined && known.spec.initContainers === spec.initContainers && known.spec.resources === spec.resources && known.spec.overhead === spec.overhead) return known.demand
    const requests = podRequests(pod)
    const demand = Object.keys(requests).sort(inNodeOrder).map((resource) => [resource, amount(resource, requests[resource])] as const)
    this.demands.set(spec.containers, { spec, demand })
    return demand
  }

  /** An amount as `amount` gives it; nodes of a large cluster say the same few texts. */
  amountOf(resource: string, quantity: string): number {
    const known = resource === 'cpu' ? this.milli : this.whole
    let value = known.get(quantity)
    if (value === undefined) {
      if (known.size >= quantitiesKnownMax) known.clear()
      value = amount(resource, quantity)
      known.set(quantity, value)
    }
    return value
  }

  /** Forgets what a node's pods take. */
  forget(node: string): void {
    this.sums.delete(node)
  }

  /** Adds a pod that its kubelet has just accepted. */
  add(node: string, demand: Demand): void {
    const sum = this.sums.get(node)
    if (sum === undefined) return
    sum.pods++
    for (const [resource, requested] of demand) sum.amounts.set(resource, (sum.amounts.get(resource) ?? 0) + requested)
  }

  of(host: Host, pod: Pod): { readonly pods: number; readonly amounts: ReadonlyMap<string, number> } {
    const node = pod.spec.nodeName ?? ''
    let sum = this.sums.get(node)
    if (sum === undefined) {
      sum = { pods: 0, amounts: new Map() }
      this.sums.set(node, sum)
      for (const other of others(host, pod)) this.add(node, this.demandOf(other))
    }
    return sum
  }
}

function lacking(host: Host, usage: NodeUsage, pod: Pod, node: Node, demand: Demand): Rejection | undefined {
  const allocatable = node.status?.allocatable ?? noResources
  const taken = usage.of(host, pod)
  const podsMax = usage.amountOf('pods', allocatable['pods'] ?? '110')
  if (taken.pods + 1 > podsMax) return { reason: reasonOf('pods'), message: kubeletTexts.lacks('pods', 1, taken.pods, podsMax) }
  for (const [resource, requested] of demand) {
    // An extended resource that the node never had is not the kubelet's matter.
    if (requested === 0 || (allocatable[resource] === undefined && resource.includes('/'))) continue
    const capacity = usage.amountOf(resource, allocatable[resource] ?? '0')
    const used = taken.amounts.get(resource) ?? 0
    if (requested + used <= capacity) continue
    if (resource.includes('/')) return { reason: 'UnexpectedAdmissionError', message: kubeletTexts.devices(resource, requested, Math.max(0, capacity - used), capacity) }
    return { reason: reasonOf(resource), message: kubeletTexts.lacks(resource, requested, used, capacity) }
  }
  return undefined
}

const resourceOrder: readonly string[] = ['cpu', 'memory', 'ephemeral-storage']

function inNodeOrder(a: string, b: string): number {
  const rank = (resource: string): number => (resourceOrder.includes(resource) ? resourceOrder.indexOf(resource) : resourceOrder.length)
  return rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0)
}

function hostPortConflict(host: Host, pod: Pod): boolean {
  const wanted = hostPorts(pod)
  return wanted.length > 0 && others(host, pod).some((other) => hostPorts(other).some((port) => wanted.includes(port)))
}

function hostPorts(pod: Pod): string[] {
  const ports: string[] = []
  for (const container of pod.spec.containers) for (const { hostPort, protocol = 'TCP' } of container.ports ?? []) if (hostPort !== undefined && hostPort !== 0) ports.push(`${protocol}/${hostPort}`)
  return ports
}

/** Why the kubelet refuses a pod, or undefined. */
export function admit(host: Host, usage: NodeUsage, pod: Pod, node: Node): Rejection | undefined {
  const demand = usage.demandOf(pod)
  const lack = lacking(host, usage, pod, node, demand)
  if (lack !== undefined) return lack
  const matches = matchesRequiredNodeAffinity(pod.spec, node)
  if (matches !== true) return { reason: 'NodeAffinity', message: 'Predicate NodeAffinity failed: node(s) didn\'t match Pod\'s node affinity/selector' }
  if (hostPortConflict(host, pod)) return { reason: 'NodePorts', message: 'Predicate NodePorts failed: node(s) didn\'t have free ports for the requested pod ports' }
  const taint = findUntoleratedTaint(node.spec?.taints, pod.spec.tolerations, ['NoExecute'])
  if (taint !== undefined) return { reason: 'TaintToleration', message: 'Predicate TaintToleration failed: node(s) had taints that the pod didn\'t tolerate' }
  usage.add(pod.spec.nodeName ?? '', demand)
  return undefined
}
