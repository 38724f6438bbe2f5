/**
 * Nodes and pods of the scheduler's benchmark. The first eleven workloads have the names, nodes, pods and sampling of the
 * benchmark of the real algorithm; test/oracle/schedbench holds the same data in Go, the ones of our own included.
 */

import type { Affinity, LabelSelector, Node, Pod, PodAffinityTerm, PodSpec, StringMap, TopologySpreadConstraint } from '../../simulator/api/types.ts'

export const zoneKey = 'topology.kubernetes.io/zone'
export const hostnameKey = 'kubernetes.io/hostname'

interface PodShape { labels?: StringMap; requests?: { [resource: string]: string }; spec?: Partial<PodSpec> }
export interface Workload {
  readonly name: string
  readonly nodes: number
  /** Pods scheduled before the clock starts. */
  readonly first?: number
  /** Pods bound before the clock starts. */
  readonly prebound?: number
  readonly pods: number
  readonly hasZones?: boolean
  readonly hasGpus?: boolean
  readonly shape?: PodShape
  readonly fails?: boolean
  readonly isOwned?: boolean
  /** What every node has to give, in place of 4 CPUs and 32Gi. */
  readonly allocatable?: { readonly [resource: string]: string }
  /** The bound pods have the shape of the others. */
  readonly boundLikePods?: boolean
  /** No two pods are alike: without or with terms about other pods. */
  readonly unlike?: 'requests' | 'affinity'
}

function color(value: string): LabelSelector {
  return { matchLabels: { color: value } }
}

function friend(value: string): Affinity {
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: hostnameKey, labelSelector: color(value) }] } }
}

const antiAffinity: PodShape = {
  labels: { color: 'green' },
  spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: hostnameKey, labelSelector: color('green') }] } } },
}
const preferredAffinity: PodShape = {
  labels: { color: 'red' },
  spec: { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: hostnameKey, labelSelector: color('red') } }] } } },
}
const spread: PodShape = {
  labels: { color: 'blue' },
  spec: { topologySpreadConstraints: [{ maxSkew: 5, topologyKey: zoneKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: color('blue') }] },
}
const zoneTerms = { nodeSelectorTerms: [{ matchExpressions: [{ key: zoneKey, operator: 'In', values: ['zone-0', 'zone-1'] }] }] }

/** The workloads of the real algorithm's benchmark, by its names. */
export const sharedWorkloads: readonly Workload[] = [
  { name: 'basic-500', nodes: 500, pods: 1000 },
  { name: 'basic-5000', nodes: 5000, pods: 10000 },
  { name: 'basic-15000', nodes: 15000, pods: 10000 },
  { name: 'required-anti-affinity-hostname', nodes: 5000, first: 1000, pods: 2000, shape: antiAffinity },
  { name: 'preferred-affinity-hostname', nodes: 5000, first: 1000, pods: 3000, shape: preferredAffinity },
  { name: 'spread-zone-do-not-schedule', nodes: 5000, first: 1000, pods: 5000, hasZones: true, shape: spread },
  { name: 'required-node-affinity', nodes: 5000, first: 1000, pods: 5000, hasZones: true, shape: { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: zoneTerms } } } } },
  { name: 'extended-resource-gpu', nodes: 5000, pods: 10000, hasGpus: true, shape: { requests: { 'nvidia.com/gpu': '1' } } },
  { name: 'unschedulable-beyond-every-node', nodes: 5000, prebound: 20000, pods: 1000, shape: { requests: { cpu: '9' } }, fails: true },
  { name: 'unschedulable-full-no-victims', nodes: 5000, prebound: 20000, pods: 500, fails: true },
  { name: 'unschedulable-preemption-all-candidates', nodes: 5000, prebound: 20000, pods: 200, shape: { spec: { priority: 10, affinity: friend('nobody') } }, fails: true },
  { name: 'unlike-5000', nodes: 5000, pods: 5000, unlike: 'requests' },
  { name: 'unlike-affinity-5000', nodes: 5000, pods: 5000, unlike: 'affinity' },
]

/** The shape of owned pods, which get the soft default spread constraints. */
export const ownedWorkload: Workload = { name: 'owned-5000', nodes: 5000, pods: 10000, isOwned: true }

// ---- workloads in which no two pods are alike ----------------------------------------------------------------------

/** A stream of small numbers that the Go program draws alike. */
class Draws {
  private state: number
  constructor(seed: number) {
    this.state = seed >>> 0
  }

  below(bound: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0
    return (this.state >>> 8) % bound
  }
}

const disks: readonly string[] = ['ssd', 'hdd', 'nvme']

function unlikeNode(index: number): { labels: StringMap; allocatable: { [resource: string]: string } } {
  const draws = new Draws(index)
  const size = draws.below(3)
  return {
    labels: { [zoneKey]: `zone-${index % 3}`, rack: `rack-${index % 100}`, disk: disks[draws.below(3)], generation: `${draws.below(9)}` },
    allocatable: { cpu: `${4 << size}`, memory: `${16 << size}Gi` },
  }
}

function nodeAffinityOf(draws: Draws): Affinity['nodeAffinity'] {
  const required = draws.below(3)
  const rack = `rack-${draws.below(100)}`
  const terms = [
    undefined,
    { key: 'rack', operator: 'NotIn' as const, values: [rack, `rack-${draws.below(100)}`] },
    { key: 'disk', operator: 'In' as const, values: [disks[draws.below(3)], disks[draws.below(3)]] },
  ]
  const term = terms[required]
  const weight = draws.below(100)
  const generation = `${draws.below(9)}`
  return {
    ...(term !== undefined && { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [term] }] } }),
    ...(weight >= 50 && { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, preference: { matchExpressions: [{ key: 'generation', operator: 'Gt' as const, values: [generation] }] } }] }),
  }
}

/** Terms about other pods, each of which leaves some node of each zone or the zone of the first of its kind. */
function podTermsOf(draws: Draws, app: string, tier: string): Pick<PodSpec, 'affinity' | 'topologySpreadConstraints'> {
  const kind = draws.below(6)
  const weight = 1 + draws.below(100)
  const skew = 1 + draws.below(5)
  const spreads = draws.below(3)
  const own: PodAffinityTerm = { topologyKey: hostnameKey, labelSelector: { matchLabels: { app } } }
  const ofTier: PodAffinityTerm = { topologyKey: zoneKey, labelSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: [tier, `tier-${draws.below(8)}`] }] } }
  const affinities: readonly (Affinity | undefined)[] = [
    undefined,
    { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [own] } },
    { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: ofTier }] } },
    { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: own }] } },
    { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...own, topologyKey: zoneKey }] } },
    { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: { ...own, topologyKey: 'rack' } }] } },
  ]
  const constraint: TopologySpreadConstraint = spreads === 1
    ? { maxSkew: skew, topologyKey: zoneKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app } } }
    : { maxSkew: skew, topologyKey: hostnameKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { tier } } }
  // A required zone and a required spread over zones could contradict each other.
  const isSpread = spreads === 2 || (spreads === 1 && kind !== 4)
  return { ...(affinities[kind] && { affinity: affinities[kind] }), ...(isSpread && { topologySpreadConstraints: [constraint] }) }
}

function unlikeShape(index: number, kind: 'requests' | 'affinity'): PodShape {
  const draws = new Draws(index + 7)
  const labels = { app: `app-${draws.below(50)}`, tier: `tier-${draws.below(8)}`, id: `id-${index}` }
  const requests = { cpu: `${1 + draws.below(1500)}m`, memory: `${65536 + draws.below(1 << 20)}Ki` }
  const nodeAffinity = nodeAffinityOf(draws)
  const { affinity, topologySpreadConstraints } = kind === 'requests' ? {} : podTermsOf(draws, labels.app, labels.tier)
  return { labels, requests, spec: { affinity: { nodeAffinity, ...affinity }, ...(topologySpreadConstraints && { topologySpreadConstraints }) } }
}

// ---- objects -------------------------------------------------------------------------------------------------------

export function makeBenchNode(index: number, { hasZones = false, hasGpus = false, unlike, allocatable: given }: Workload): Node {
  const name = `node-${index}`
  const own = unlike === undefined ? undefined : unlikeNode(index)
  const allocatable = { cpu: '4', memory: '32Gi', pods: '110', ...(hasGpus && { 'nvidia.com/gpu': '8' }), ...own?.allocatable, ...given }
  const labels = { [hostnameKey]: name, ...(hasZones && { [zoneKey]: `zone-${index % 3}` }), ...own?.labels }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, uid: name, labels }, status: { capacity: allocatable, allocatable } }
}

export function makeBenchPod(prefix: string, index: number, { shape = {}, isOwned = false, unlike }: Pick<Workload, 'shape' | 'isOwned' | 'unlike'>): Pod {
  const name = `${prefix}-${index}`
  const own = unlike === undefined ? shape : unlikeShape(index, unlike)
  const requests = { cpu: '1', memory: '500Mi', ...own.requests }
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'web', controller: true }
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels: isOwned ? { app: 'web' } : { ...own.labels }, ...(isOwned && { ownerReferences: [owner] }) },
    spec: { schedulerName: 'default-scheduler', priority: 0, containers: [{ name: 'c', image: 'pause', resources: { requests } }], ...own.spec },
    status: { phase: 'Pending' },
  }
}
