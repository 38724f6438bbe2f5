import { matchesRequiredNodeAffinity } from '../../../api/node-selector.ts'
import { matchesLabelSelector } from '../../../api/selector.ts'
import { findUntoleratedTaint, hardEffects } from '../../../api/tolerations.ts'
import type { KubeObject, LabelSelector, Node, Pod, StringMap, TopologySpreadConstraint } from '../../../api/types.ts'
import { log } from '../../../kernel/math.ts'
import { findObject, listObjects, never, no, podsOn } from './types.ts'
import type { Cluster, ReferencePlugin } from './types.ts'

const hostname = 'kubernetes.io/hostname'
type Effect = 'DoNotSchedule' | 'ScheduleAnyway'

function selectorOf(labels: StringMap): LabelSelector { return { matchLabels: labels } }

/** The selectors of services and of the owner; together they say who belongs to the pod. */
function selectorsOfOwners(pod: Pod, cluster: Cluster): LabelSelector[] {
  const namespace = pod.metadata.namespace ?? ''
  const services = listObjects<KubeObject & { spec: { selector?: StringMap } }>(cluster, 'Service')
    .filter(({ metadata, spec }) => metadata.namespace === namespace && spec.selector !== undefined && matchesLabelSelector(selectorOf(spec.selector), pod.metadata.labels))
  const merged: StringMap = Object.assign({}, ...services.map(({ spec }) => spec.selector)) as StringMap
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller)
  const found = owner && findObject<KubeObject & { spec: { selector?: unknown } }>(cluster, owner.kind, namespace, owner.name)
  const isLabelSelector = owner?.apiVersion === 'apps/v1' && ['ReplicaSet', 'StatefulSet'].includes(owner.kind)
  const isMap = owner?.apiVersion === 'v1' && owner.kind === 'ReplicationController'
  const byOwner = isLabelSelector ? (found?.spec.selector as LabelSelector | undefined) : isMap && found ? selectorOf((found.spec.selector ?? {}) as StringMap) : undefined
  return [...(Object.keys(merged).length > 0 ? [selectorOf(merged)] : []), ...(byOwner ? [byOwner] : [])]
}

function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0
}

interface Rule extends TopologySpreadConstraint {
  /** All must match; a selector that selects everything is left out, none at all selects nothing. */
  readonly selectors: readonly LabelSelector[] | undefined
  readonly isOwn: boolean
}

function rulesOf(pod: Pod, cluster: Cluster, effect: Effect): Rule[] {
  const own = pod.spec.topologySpreadConstraints ?? []
  const labels = pod.metadata.labels ?? {}
  if (own.length > 0) {
    return own.filter((c) => c.whenUnsatisfiable === effect).map((c) => {
      const keys = (c.matchLabelKeys ?? []).filter((key) => labels[key] !== undefined)
      const byKeys = selectorOf(Object.fromEntries(keys.map((key) => [key, labels[key]])))
      return { ...c, isOwn: true, selectors: c.labelSelector && [c.labelSelector, byKeys].filter((s) => !isEmptySelector(s)) }
    })
  }
  const selectors = selectorsOfOwners(pod, cluster).filter((s) => !isEmptySelector(s))
  if (effect === 'DoNotSchedule' || selectors.length === 0) return []
  const soft = { whenUnsatisfiable: effect, selectors, isOwn: false }
  return [{ ...soft, topologyKey: hostname, maxSkew: 3 }, { ...soft, topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 }]
}

function selects({ selectors }: Rule, labels: StringMap | undefined): boolean {
  return selectors !== undefined && selectors.every((selector) => matchesLabelSelector(selector, labels))
}

/** Pods of a node that count; a rule that selects everything counts nobody. */
function countOn(cluster: Cluster, node: Node, rule: Rule, namespace: string): number {
  if (rule.selectors?.length === 0) return 0
  return podsOn(cluster, node.metadata.name ?? '')
    .filter(({ metadata }) => metadata.namespace === namespace && metadata.deletionTimestamp === undefined && selects(rule, metadata.labels)).length
}

function domainOf(node: Node, { topologyKey }: Rule): string | undefined { return node.metadata.labels?.[topologyKey] }

function isIncluded(pod: Pod, node: Node, rule: Rule): boolean {
  if ((rule.nodeAffinityPolicy ?? 'Honor') === 'Honor' && matchesRequiredNodeAffinity(pod.spec, node) !== true) return false
  return rule.nodeTaintsPolicy !== 'Honor' || findUntoleratedTaint(node.spec?.taints, pod.spec.tolerations, hardEffects) === undefined
}

function hasAll(node: Node, rules: readonly Rule[]): boolean { return rules.every((rule) => domainOf(node, rule) !== undefined) }
function add(a: number, b: number): number { return a + b }

export const podTopologySpread: ReferencePlugin = {
  name: 'PodTopologySpread',
  weight: 2,
  preFilter(pod, cluster) {
    return rulesOf(pod, cluster, 'DoNotSchedule').length === 0 ? 'skip' : undefined
  },
  filter(pod, node, cluster) {
    const rules = rulesOf(pod, cluster, 'DoNotSchedule')
    for (const rule of rules) {
      const domain = domainOf(node, rule)
      if (domain === undefined) return never("node(s) didn't match pod topology spread constraints (missing required label)")
      const counted = cluster.nodes.filter((other) => hasAll(other, rules) && isIncluded(pod, other, rule))
      const domains = [...new Set(counted.map((other) => domainOf(other, rule)))]
      const countIn = (of: string | undefined): number => counted.filter((other) => domainOf(other, rule) === of).map((other) => countOn(cluster, other, rule, pod.metadata.namespace ?? '')).reduce(add, 0)
      const lowest = domains.length < (rule.minDomains ?? 1) ? 0 : Math.min(2 ** 31 - 1, ...domains.map(countIn))
      const self = selects(rule, pod.metadata.labels) ? 1 : 0
      if (countIn(domain) + self - lowest > rule.maxSkew) return no("node(s) didn't match pod topology spread constraints")
    }
    return undefined
  },
  score(pod, nodes, cluster) {
    const rules = rulesOf(pod, cluster, 'ScheduleAnyway')
    if (rules.length === 0) return 'skip'
    const needsAll = rules[0].isOwn
    const namespace = pod.metadata.namespace ?? ''
    const ranked = nodes.filter((node) => !needsAll || hasAll(node, rules))
    const counted = cluster.nodes.filter((node) => !needsAll || hasAll(node, rules))
    const partOf = (node: Node, rule: Rule): number => {
      const domain = domainOf(node, rule)
      if (domain === undefined) return 0
      const isHost = rule.topologyKey === hostname
      const size = isHost ? ranked.length : new Set(ranked.map((other) => domainOf(other, rule))).size
      const inDomain = isHost ? [node] : counted.filter((other) => domainOf(other, rule) === domain && isIncluded(pod, other, rule))
      return inDomain.map((other) => countOn(cluster, other, rule, namespace)).reduce(add, 0) * log(size + 2) + (rule.maxSkew - 1)
    }
    const raw = nodes.map((node) => (ranked.includes(node) ? Math.floor(rules.map((rule) => partOf(node, rule)).reduce(add, 0) + 0.5) : -1))
    const valid = raw.filter((score) => score >= 0)
    const [low, high] = [Math.min(...valid), Math.max(0, ...valid)]
    return { raw, normalized: raw.map((score) => (score < 0 ? 0 : high === 0 ? 100 : Math.trunc((100 * (high + low - score)) / high))) }
  },
}
