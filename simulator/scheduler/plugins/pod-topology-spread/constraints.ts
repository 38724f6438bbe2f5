/**
 * The spread constraints of a class of pods, compiled, and their counters, which classes share.
 * Models kubernetes/pkg/scheduler/framework/plugins/podtopologyspread/common.go and plugins/helper/spread.go (v1.35).
 */

import { findUntoleratedTaint, hardEffects } from '../../../api/tolerations.ts'
import type { KubeObject, LabelSelector, Pod, Service, StringMap, TopologySpreadConstraint } from '../../../api/types.ts'
import type { ClusterCache, NodeSlot } from '../../cluster-cache.ts'
import type { Cycle, ObjectLister } from '../../framework.ts'
import { nodeOf } from '../../framework.ts'
import { bothMatch, compileLabelMap, compileSelector } from '../../matching.ts'
import type { Matcher } from '../../matching.ts'
import { nodeMatcherOf } from '../../node-matcher.ts'
import type { PodClass } from '../../pod-class.ts'
import { TopologyCounter } from '../../topology-counter.ts'

const hostnameLabel = 'kubernetes.io/hostname'

/** What pods without constraints of their own get, if a service or an owner selects them. They score only. */
const systemDefaults: readonly TopologySpreadConstraint[] = [
  { topologyKey: hostnameLabel, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

/** How a profile sets the plugin up. */
export interface SpreadOptions {
  /** What pods without constraints of their own get, if a service or an owner selects them. */
  readonly defaults: readonly TopologySpreadConstraint[]
  /** True: the defaults are the system's own; nodes without their labels are scored too. */
  readonly isSystem: boolean
  /** Under which name constraints are kept with a class; different for different options. */
  readonly memoKey: string
}

export const systemSpread: SpreadOptions = { defaults: systemDefaults, isSystem: true, memoKey: 'PodTopologySpread' }

/** A constraint without its counter. */
export interface SpreadRule {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly minDomains: number
  readonly selector: Matcher
  readonly honorsAffinity: boolean
  readonly honorsTaints: boolean
}

interface CompiledRule extends SpreadRule {
  readonly isHostname: boolean
  /** 1 when the pod itself matches the selector. */
  readonly selfMatch: number
  /** Name of the counter of all pods that count, and what is added where not all nodes count. */
  readonly podsKey: string
  readonly nodesKey: string
}

/** A constraint with its counter, up to date in this cycle. */
export interface SpreadConstraint extends CompiledRule { readonly counter: TopologyCounter }

export interface SpreadConstraints {
  readonly epoch: number
  readonly hard: readonly CompiledRule[]
  readonly soft: readonly CompiledRule[]
  /** Whether nodes without one of the keys are left out of scoring. */
  readonly requiresAllKeys: boolean
  /** Weight of a topology by its number of domains, computed once each. */
  readonly weightOfSize: Map<number, number>
}

function selectorOf(constraint: TopologySpreadConstraint, labels: StringMap): Matcher {
  const selector = compileSelector(constraint.labelSelector)
  const taken: StringMap = {}
  for (const key of constraint.matchLabelKeys ?? []) if (labels[key] !== undefined) taken[key] = labels[key]
  return constraint.labelSelector === undefined ? selector : bothMatch(selector, compileLabelMap(taken))
}

function compileRule(constraint: TopologySpreadConstraint, selector: Matcher): SpreadRule {
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    minDomains: constraint.minDomains ?? 1,
    selector,
    honorsAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
    honorsTaints: (constraint.nodeTaintsPolicy ?? 'Ignore') === 'Honor',
  }
}

function ownerSelector(pod: Pod, objects: ObjectLister): Matcher | undefined {
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller)
  if (owner === undefined) return undefined
  const find = (): KubeObject | undefined => objects.find(owner.kind, pod.metadata.namespace ?? '', owner.name)
  if (owner.apiVersion === 'apps/v1' && (owner.kind === 'ReplicaSet' || owner.kind === 'StatefulSet')) {
    const found = find()
    return found && compileSelector((found.spec as { selector?: LabelSelector }).selector)
  }
  if (owner.apiVersion !== 'v1' || owner.kind !== 'ReplicationController') return undefined
  const found = find()
  return found && compileLabelMap((found.spec as { selector?: StringMap }).selector ?? {})
}

/** The selector of everything that selects the pod: its services and its controller. */
function defaultSelector(pod: Pod, objects: ObjectLister): Matcher {
  const labels: StringMap = {}
  for (const object of objects.list('Service', pod.metadata.namespace ?? '')) {
    const { selector } = (object as Service).spec
    if (selector !== undefined && compileLabelMap(selector).matches(pod.metadata.labels)) Object.assign(labels, selector)
  }
  const byService = compileLabelMap(labels)
  const byOwner = ownerSelector(pod, objects)
  return byOwner === undefined ? byService : bothMatch(byService, byOwner)
}

/** The pod's own constraints of one kind, or the defaults. */
export function rulesOf(pod: Pod, objects: ObjectLister, whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway', options: SpreadOptions): SpreadRule[] {
  const own = pod.spec.topologySpreadConstraints ?? []
  const labels = pod.metadata.labels ?? {}
  if (own.length > 0) return own.filter((c) => c.whenUnsatisfiable === whenUnsatisfiable).map((c) => compileRule(c, selectorOf(c, labels)))
  const defaults = options.defaults.filter((c) => c.whenUnsatisfiable === whenUnsatisfiable)
  if (defaults.length === 0) return []
  const selector = defaultSelector(pod, objects)
  return selector.isEmpty ? [] : defaults.map((c) => compileRule(c, selector))
}

function isIncluded(rule: SpreadRule, cache: ClusterCache, podClass: PodClass, slot: NodeSlot): boolean {
  if (rule.honorsAffinity && podClass.requiredNode !== undefined && !nodeMatcherOf(cache, podClass).matches(slot)) return false
  return !rule.honorsTaints || findUntoleratedTaint(nodeOf(slot).spec?.taints, podClass.pod.spec.tolerations, hardEffects) === undefined
}

/** What decides beside the topology whether a node counts; '' when all of the topology do. */
function nodesKeyOf({ honorsAffinity, honorsTaints }: SpreadRule, { requiredNode, pod: { spec } }: PodClass, keys: readonly string[]): string {
  const own = honorsAffinity && requiredNode !== undefined ? [spec.nodeSelector, spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution] : undefined
  if (own === undefined && !honorsTaints && keys.length < 2) return ''
  return JSON.stringify([own, honorsTaints ? (spec.tolerations ?? []) : undefined, keys])
}

function compileRules(rules: readonly SpreadRule[], podClass: PodClass, requiresAllKeys: boolean): CompiledRule[] {
  const keys = requiresAllKeys ? [...new Set(rules.map((rule) => rule.topologyKey))] : []
  return rules.map((rule) => ({
    ...rule,
    isHostname: rule.topologyKey === hostnameLabel,
    selfMatch: rule.selector.matches(podClass.pod.metadata.labels) ? 1 : 0,
    podsKey: `spread ${podClass.namespace} ${rule.topologyKey} ${rule.selector.text}`,
    nodesKey: nodesKeyOf(rule, podClass, keys),
  }))
}

/** Pods of the namespace that match and are not being deleted; an empty selector counts nobody. */
function podsCounter({ cache }: Cycle, { podsKey, topologyKey, selector }: CompiledRule, namespace: string): TopologyCounter {
  const weightOf = (podClass: PodClass, isLeaving: boolean): number =>
    !isLeaving && !selector.isEmpty && podClass.namespace === namespace && selector.matches(podClass.pod.metadata.labels) ? 1 : 0
  return cache.counters.of(cache, podsKey, () => new TopologyCounter(cache.topology(topologyKey), { weightOf }))
}

/** The constraints with their counters, brought up to date. */
export function withCounters(rules: readonly CompiledRule[], cycle: Cycle, requiresAllKeys: boolean): SpreadConstraint[] {
  const { cache, podClass } = cycle
  return rules.map((rule) => {
    const all = podsCounter(cycle, rule, podClass.namespace)
    if (rule.nodesKey === '') return { ...rule, counter: all }
    const columns = requiresAllKeys ? rules.map(({ topologyKey }) => cache.topology(topologyKey)) : []
    const isEligible = (slot: NodeSlot): boolean => columns.every((column) => column.valueIds[slot.index] >= 0) && isIncluded(rule, cache, podClass, slot)
    const counter = cache.partCounters.of(cache, `${rule.podsKey} ${rule.nodesKey}`, () => new TopologyCounter(all.column, { weightOf: all.weightOf, isEligible, base: all }))
    return { ...rule, counter }
  })
}

/** The compiled constraints of the cycle's pod, made once per class and again when services or owners change. */
export function constraintsOf(cycle: Cycle, options: SpreadOptions): SpreadConstraints {
  const { podClass, objects, objectsEpoch } = cycle
  const known = podClass.memo.get(options.memoKey) as SpreadConstraints | undefined
  const hasOwn = (podClass.pod.spec.topologySpreadConstraints?.length ?? 0) > 0
  if (known !== undefined && (hasOwn || known.epoch === objectsEpoch)) return known
  const requiresAllKeys = hasOwn || !options.isSystem
  const constraints: SpreadConstraints = {
    epoch: objectsEpoch,
    hard: compileRules(rulesOf(podClass.pod, objects, 'DoNotSchedule', options), podClass, true),
    soft: compileRules(rulesOf(podClass.pod, objects, 'ScheduleAnyway', options), podClass, requiresAllKeys),
    requiresAllKeys,
    weightOfSize: new Map(),
  }
  podClass.memo.set(options.memoKey, constraints)
  return constraints
}
