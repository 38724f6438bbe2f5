/**
 * Pods that the scheduler cannot tell apart share one class: what is computed for one of them holds for all.
 * A class is found by the text of the fields that matter to any plugin.
 */

import type { ContainerPort, Pod, PodAffinityTerm, Volume } from '../api/types.ts'
import { compileRequiredNodeAffinity, compileSelector, matchesNothing } from './matching.ts'
import type { Matcher, NodeTest } from './matching.ts'
import { isSidecar, nonZeroRequests, podRequests, scoringRequests } from './pod-requests.ts'
import type { Amounts } from './pod-requests.ts'

/** One term of pod affinity or anti-affinity, compiled. Weight is 1 for required terms. */
export interface AffinityTerm {
  readonly topologyKey: string
  readonly namespaces: readonly string[]
  /** Undefined when the term names no namespace selector. */
  readonly namespaceSelector: Matcher
  readonly selector: Matcher
  readonly weight: number
  readonly source: PodAffinityTerm
}

/** What a term asks for. */
export type TermRole = 'requiredAffinity' | 'requiredAntiAffinity' | 'preferredAffinity' | 'preferredAntiAffinity'

/** A term with a text that is equal for terms of one role that say the same, but for the weight. */
export interface KeyedTerm { readonly key: string; readonly role: TermRole; readonly term: AffinityTerm }

/** What a pod takes from its node. */
export interface PodUsage {
  readonly requests: Amounts
  readonly nonZeroCpu: number
  readonly nonZeroMemory: number
}

/** A host port in use. */
export interface HostPort { readonly ip: string; readonly protocol: string; readonly port: number }

/** All pods of one shape. Immutable but for the slots in which plugins keep what they derive from it. */
export interface PodClass {
  /** Small and unique in one cache. */
  readonly id: number
  readonly key: string
  /** The first pod seen of this class. Only fields that are part of the key may be read from it. */
  readonly pod: Pod
  readonly namespace: string
  readonly priority: number
  readonly usage: PodUsage
  /** CPU in millis and memory in bytes with which it counts where NodeResourcesFit scores it. */
  readonly scoringCpu: number
  readonly scoringMemory: number
  readonly requiredNode: NodeTest | undefined
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly AffinityTerm[]
  readonly preferredAntiAffinity: readonly AffinityTerm[]
  readonly hostPorts: readonly HostPort[]
  readonly claimNames: readonly string[]
  /** True when any volume may bind the pod to certain nodes. */
  readonly hasStorage: boolean
  /** True when any term of pod affinity or anti-affinity is set. */
  readonly hasAffinity: boolean
  /** All terms together. */
  readonly terms: readonly KeyedTerm[]
  /** What plugins have derived for this class, by plugin name. */
  readonly memo: Map<string, unknown>
}

/** "namespace/name". */
export function podKeyOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`
}

/** The pod's priority; 0 when none is set. */
export function priorityOf(pod: Pod): number {
  return pod.spec.priority ?? 0
}

/** True for a pod that is being deleted. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

function compileTerm(pod: Pod, term: PodAffinityTerm, weight: number): AffinityTerm {
  const isOwnNamespace = (term.namespaces === undefined || term.namespaces.length === 0) && term.namespaceSelector === undefined
  return {
    topologyKey: term.topologyKey,
    namespaces: isOwnNamespace ? [pod.metadata.namespace ?? ''] : (term.namespaces ?? []),
    namespaceSelector: term.namespaceSelector === undefined ? matchesNothing : compileSelector(term.namespaceSelector),
    selector: compileSelector(term.labelSelector),
    weight,
    source: term,
  }
}

/** Host ports of containers and sidecars. */
export function hostPortsOf({ spec }: Pod): HostPort[] {
  const containers = [...(spec.initContainers ?? []).filter(isSidecar), ...spec.containers]
  const ports: HostPort[] = []
  for (const { ports: declared } of containers) {
    for (const { hostPort = 0, hostIP = '', protocol = '' } of declared ?? ([] as ContainerPort[])) {
      if (hostPort > 0) ports.push({ ip: hostIP === '' ? '0.0.0.0' : hostIP, protocol: protocol === '' ? 'TCP' : protocol, port: hostPort })
    }
  }
  return ports
}

function keyOfContainers(containers: Pod['spec']['containers'] | undefined): unknown {
  return containers?.map((c) => [c.image, c.resources, c.ports, c.restartPolicy])
}

function claimsOf({ spec }: Pod): string[] {
  const names: string[] = []
  for (const volume of spec.volumes ?? []) if (volume.persistentVolumeClaim !== undefined) names.push(volume.persistentVolumeClaim.claimName)
  return names
}

/** Volumes that come with the pod or from the API say nothing about nodes. */
function volumesThatMatter({ spec }: Pod): Volume[] {
  return (spec.volumes ?? []).filter((v) => v.projected === undefined && v.configMap === undefined && v.secret === undefined && v.emptyDir === undefined && v.downwardAPI === undefined)
}

/** The text that is equal for pods of one class. */
export function classKeyOf(pod: Pod): string {
  const { metadata, spec } = pod
  const owner = metadata.ownerReferences?.find((o) => o.controller)
  const isPlain = spec.volumes === undefined
  return JSON.stringify([
    metadata.namespace, metadata.labels, keyOfContainers(spec.containers), spec.priority, spec.tolerations, spec.nodeSelector, spec.affinity,
    owner && [owner.apiVersion, owner.kind, owner.name], spec.topologySpreadConstraints, keyOfContainers(spec.initContainers), spec.overhead,
    spec.resources, isPlain ? undefined : volumesThatMatter(pod), spec.resourceClaims, spec.preemptionPolicy, hasNamedVolume(pod) ? metadata.name : undefined,
  ])
}

/**
 * True when two versions of one pod share all parts that make its class. A binding and changes of status keep them, so
 * this spares most changes the text of the key.
 */
export function isSameShape(a: Pod, b: Pod): boolean {
  if (a.metadata.labels !== b.metadata.labels || a.metadata.ownerReferences !== b.metadata.ownerReferences) return false
  const x = a.spec
  const y = b.spec
  return x === y || (x.containers === y.containers && x.initContainers === y.initContainers && x.volumes === y.volumes
    && x.tolerations === y.tolerations && x.nodeSelector === y.nodeSelector && x.affinity === y.affinity
    && x.topologySpreadConstraints === y.topologySpreadConstraints && x.priority === y.priority && x.overhead === y.overhead
    && x.resources === y.resources && x.resourceClaims === y.resourceClaims && x.preemptionPolicy === y.preemptionPolicy)
}

/** Generic ephemeral volumes and generated claims carry the pod's name. */
export function hasNamedVolume({ spec }: Pod): boolean {
  return (spec.volumes?.some((v) => v.ephemeral !== undefined) ?? false) || (spec.resourceClaims?.some((c) => c.resourceClaimTemplateName !== undefined) ?? false)
}

/** What a pod takes from a node, with in-place resize seen when `useStatus`. */
export function usageOf(pod: Pod, useStatus: boolean): PodUsage {
  const nonZero = nonZeroRequests(pod, useStatus)
  return {
    requests: podRequests(pod, { useStatus }),
    nonZeroCpu: nonZero.get('cpu') ?? 0,
    nonZeroMemory: nonZero.get('memory') ?? 0,
  }
}

type AffinityTerms = Pick<PodClass, 'requiredAffinity' | 'requiredAntiAffinity' | 'preferredAffinity' | 'preferredAntiAffinity'>

/** All terms of a pod's affinity to other pods. */
export function compileAffinity(pod: Pod): AffinityTerms {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {}
  const required = (terms: readonly PodAffinityTerm[] | undefined): AffinityTerm[] => (terms ?? []).map((term) => compileTerm(pod, term, 1))
  const weighted = (terms: readonly { weight: number; podAffinityTerm: PodAffinityTerm }[] | undefined): AffinityTerm[] =>
    (terms ?? []).map(({ weight, podAffinityTerm }) => compileTerm(pod, podAffinityTerm, weight))
  return {
    requiredAffinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: weighted(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: weighted(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  }
}

const noTerms: readonly KeyedTerm[] = []
const termRoles: readonly TermRole[] = ['requiredAffinity', 'requiredAntiAffinity', 'preferredAffinity', 'preferredAntiAffinity']

/** The text of what a term says. */
export function termKeyOf({ namespaces, source: { topologyKey, labelSelector, namespaceSelector } }: AffinityTerm): string {
  return JSON.stringify([topologyKey, namespaces, labelSelector, namespaceSelector])
}

function keyedTerms(terms: AffinityTerms): KeyedTerm[] {
  return termRoles.flatMap((role) => terms[role].map((term) => ({ key: `${role} ${termKeyOf(term)}`, role, term })))
}

/** Derives a class from its first pod. */
export function makePodClass(id: number, key: string, pod: Pod): PodClass {
  const terms = compileAffinity(pod)
  const scoring = scoringRequests(pod)
  const keyed = pod.spec.affinity === undefined ? noTerms : keyedTerms(terms)
  return {
    id, key, pod,
    namespace: pod.metadata.namespace ?? '',
    priority: priorityOf(pod),
    usage: usageOf(pod, false),
    scoringCpu: scoring.get('cpu') ?? 0,
    scoringMemory: scoring.get('memory') ?? 0,
    requiredNode: compileRequiredNodeAffinity(pod),
    ...terms,
    hasAffinity: keyed.length > 0,
    terms: keyed,
    hostPorts: hostPortsOf(pod),
    claimNames: claimsOf(pod),
    hasStorage: volumesThatMatter(pod).length > 0,
    memo: new Map(),
  }
}
