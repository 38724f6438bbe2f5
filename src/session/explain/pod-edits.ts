/** What a Pod can change so that a plugin says no no longer, by plugin. Whether it helps is tried, not assumed. */

import type { Affinity, Container, Node, NodeSelectorRequirement, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../../../simulator/index.ts'
import { matchesAnyTerm, compileNodeSelector } from '../../../simulator/api/node-selector.ts'
import { formatTaint } from '../../../simulator/api/tolerations.ts'
import { amountOf } from '../../../simulator/scheduler/pod-requests.ts'
import { amountText, resourceName, shortagesOf, untoleratedTaints } from '../node-room.ts'
import type { Editor, PodEdit } from './edits.ts'

/** Taints that come from a node's state: tolerating them is no remedy. */
export const stateTaintPrefix = 'node.kubernetes.io/'
/** Taints that keep a node for the cluster's own parts. */
export const rolePrefix = 'node-role.kubernetes.io/'
/** Skews that are tried. */
const skewTriesMax = 3
const podsResource = 'pods'

function edit(text: string, size: number, apply: (spec: PodSpec) => PodSpec, isInPlace = false): PodEdit {
  return { kind: 'pod', text, size, isInPlace, apply }
}

/** Tolerations for all taints of the node that are meant for workloads. */
const tolerate: Editor = ({ node, pod }) => {
  const taints = untoleratedTaints(node, pod.spec.tolerations)
  if (taints.length === 0 || taints.some(({ key }) => key.startsWith(stateTaintPrefix) || key.startsWith(rolePrefix))) return []
  const tolerations = taints.map(({ key, value = '', effect }): Toleration => (value === '' ? { key, operator: 'Exists', effect } : { key, operator: 'Equal', value, effect }))
  return [edit(`tolerate ${taints.map(formatTaint).join(' and ')}`, taints.length, (spec) => ({ ...spec, tolerations: [...(spec.tolerations ?? []), ...tolerations] }), true)]
}

// ---- requests --------------------------------------------------------------------------------------------------------

/** Devices have equal requests and limits; CPU and memory keep their limits unless those would be too small. */
function withRequest(container: Container, resource: string, to: string): Container {
  const { requests, limits } = container.resources ?? {}
  const isDevice = resource.includes('/')
  return {
    ...container,
    resources: {
      ...container.resources,
      ...(requests?.[resource] === undefined && isDevice ? {} : { requests: { ...requests, [resource]: to } }),
      ...(isDevice && limits?.[resource] !== undefined ? { limits: { ...limits, [resource]: to } } : {}),
    },
  }
}

interface Reduction { readonly container: string; readonly resource: string; readonly from: string; readonly to: string; readonly lost: number }

/** Takes what is too much from the container that asks for most. */
function reductionOf(pod: Pod, resource: string, tooMuch: number): Reduction | undefined {
  const asked = (container: Container): number => amountOf(resource, container.resources?.requests?.[resource] ?? '0')
  const [container] = [...pod.spec.containers].sort((a, b) => asked(b) - asked(a))
  const left = container === undefined ? 0 : asked(container) - tooMuch
  const to = amountText(resource, left)
  if (container === undefined || left <= 0 || amountOf(resource, to) <= 0) return undefined
  return { container: container.name, resource, from: amountText(resource, asked(container)), to, lost: tooMuch / asked(container) }
}

const askForLess: Editor = ({ scheduler, node, pod }) => {
  const reductions: Reduction[] = []
  for (const { resource, wanted, free } of shortagesOf(scheduler, node.metadata.name ?? '', pod)) {
    const reduction = resource === podsResource ? undefined : reductionOf(pod, resource, wanted - free)
    if (reduction === undefined) return []
    reductions.push(reduction)
  }
  if (reductions.length === 0) return []
  const text = reductions.map(({ resource, from, to }) => `ask for ${resourceName(resource)} ${to} instead of ${from}`).join(' and ')
  const apply = (spec: PodSpec): PodSpec => ({
    ...spec,
    containers: spec.containers.map((container) => reductions.filter((reduction) => reduction.container === container.name).reduce((changed, { resource, to }) => withRequest(changed, resource, to), container)),
  })
  return [edit(text, reductions.reduce((sum, { lost }) => sum + 1 + lost, 0), apply)]
}

// ---- node selector and affinity --------------------------------------------------------------------------------------

const selectNode: Editor = ({ node, pod }) => [...selectorEdits(node, pod), ...affinityEdits(node, pod)]

function selectorEdits(node: Node, pod: Pod): PodEdit[] {
  const labels = node.metadata.labels ?? {}
  const wrong = Object.entries(pod.spec.nodeSelector ?? {}).filter(([key, value]) => labels[key] !== value)
  if (wrong.length === 0) return []
  const text = wrong.map(([key, value]) => (labels[key] === undefined ? `drop the node selector ${key}=${value}` : `select nodes by ${key}=${labels[key]} instead of ${value}`)).join(' and ')
  return [edit(text, wrong.length * 1.1, (spec) => {
    const selector = { ...spec.nodeSelector }
    for (const [key] of wrong) {
      if (labels[key] === undefined) delete selector[key]
      else selector[key] = labels[key]
    }
    const { nodeSelector: _nodeSelector, ...rest } = spec
    return Object.keys(selector).length === 0 ? rest : { ...rest, nodeSelector: selector }
  })]
}

function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  return matchesAnyTerm(compileNodeSelector({ nodeSelectorTerms: [term] }), node)
}

/** The required node affinity of the term that is nearest to the node, widened to take it in. */
function affinityEdits(node: Node, pod: Pod): PodEdit[] {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (terms.length === 0 || terms.some((term) => termMatches(term, node))) return []
  const wrongOf = (term: NodeSelectorTerm): readonly NodeSelectorRequirement[] => (term.matchExpressions ?? []).filter((expression) => !termMatches({ matchExpressions: [expression] }, node))
  const [at] = terms.map((_term, i) => i).filter((i) => wrongOf(terms[i]).length > 0).sort((a, b) => wrongOf(terms[a]).length - wrongOf(terms[b]).length || a - b)
  if (at === undefined) return []
  const wrong = wrongOf(terms[at])
  const labels = node.metadata.labels ?? {}
  const widened = (expression: NodeSelectorRequirement): NodeSelectorRequirement | undefined =>
    expression.operator === 'In' && labels[expression.key] !== undefined ? { ...expression, values: [...(expression.values ?? []), labels[expression.key]] } : undefined
  const text = wrong.map((expression) => (widened(expression) === undefined ? `drop the required node affinity on ${expression.key}` : `allow ${expression.key} ${labels[expression.key]} too in the required node affinity`)).join(' and ')
  return [edit(text, wrong.length * 1.3, (spec) => {
    const expressions = (terms[at].matchExpressions ?? []).flatMap((expression) => (wrong.includes(expression) ? (widened(expression) ?? []) : expression))
    return withNodeTerms(spec, terms.flatMap((term, i) => (i !== at ? [term] : expressions.length === 0 && (term.matchFields ?? []).length === 0 ? [] : [{ ...term, matchExpressions: expressions }])))
  })]
}

function withNodeTerms(spec: PodSpec, nodeSelectorTerms: NodeSelectorTerm[]): PodSpec {
  const { requiredDuringSchedulingIgnoredDuringExecution: _required, ...preferred } = spec.affinity?.nodeAffinity ?? {}
  const nodeAffinity = nodeSelectorTerms.length === 0 ? preferred : { ...preferred, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } }
  return withAffinity(spec, { ...spec.affinity, nodeAffinity })
}

/** Parts without content are left out. */
function withAffinity(spec: PodSpec, affinity: Affinity): PodSpec {
  const kept = Object.fromEntries(Object.entries(affinity).filter(([, part]) => Object.keys(part ?? {}).length > 0)) as Affinity
  const { affinity: _affinity, ...rest } = spec
  return Object.keys(kept).length === 0 ? rest : { ...rest, affinity: kept }
}

// ---- other pods ------------------------------------------------------------------------------------------------------

type AffinityPart = 'podAffinity' | 'podAntiAffinity'

/** Required terms become preferences. */
function soften(pod: Pod, part: AffinityPart): PodEdit[] {
  const required = pod.spec.affinity?.[part]?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (required.length === 0) return []
  const keys = [...new Set(required.map((term) => term.topologyKey))].join(' and ')
  const text = `prefer rather than require ${part === 'podAffinity' ? 'Pod affinity' : 'Pod anti-affinity'} on ${keys}`
  return [edit(text, required.length * 1.4, (spec) => {
    const { requiredDuringSchedulingIgnoredDuringExecution: terms = [], preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } = spec.affinity?.[part] ?? {}
    return withAffinity(spec, { ...spec.affinity, [part]: { preferredDuringSchedulingIgnoredDuringExecution: [...preferred, ...terms.map((podAffinityTerm) => ({ weight: 100, podAffinityTerm }))] } })
  })]
}

const loosenPods: Editor = ({ pod, status }) => (status.reasons.some((reason) => reason.includes("anti-affinity")) ? soften(pod, 'podAntiAffinity') : soften(pod, 'podAffinity'))

const loosenSpread: Editor = ({ pod }) => {
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule')
  if (hard.length === 0) return []
  const skewed = (by: number): PodEdit => ({ family: 'skew', ...edit(
    `allow a skew of ${hard.map((constraint) => `${constraint.maxSkew + by} instead of ${constraint.maxSkew} over ${constraint.topologyKey}`).join(' and ')}`, hard.length * (1 + by / 10),
    (spec) => ({ ...spec, topologySpreadConstraints: spec.topologySpreadConstraints?.map((constraint) => (constraint.whenUnsatisfiable === 'DoNotSchedule' ? { ...constraint, maxSkew: constraint.maxSkew + by } : constraint)) }),
  ) })
  const soft = edit(
    `schedule anyway when spreading over ${hard.map((constraint) => constraint.topologyKey).join(' and ')} is not possible`, hard.length * 1.5,
    (spec) => ({ ...spec, topologySpreadConstraints: spec.topologySpreadConstraints?.map((constraint) => ({ ...constraint, whenUnsatisfiable: 'ScheduleAnyway' })) }),
  )
  return [...Array.from({ length: skewTriesMax }, (_unused, i) => skewed(i + 1)), soft]
}

// ---- the rest --------------------------------------------------------------------------------------------------------

const freePorts: Editor = ({ pod }) => {
  const ports = pod.spec.containers.flatMap((container) => (container.ports ?? []).filter((port) => (port.hostPort ?? 0) > 0))
  if (ports.length === 0) return []
  return [edit(`drop host port ${ports.map((port) => port.hostPort).join(' and ')}`, ports.length * 1.2, (spec) => ({
    ...spec, containers: spec.containers.map((container) => (container.ports === undefined ? container : { ...container, ports: container.ports.map(({ hostPort: _hostPort, ...port }) => port) })),
  }))]
}

const openGates: Editor = ({ pod }) => {
  const names = (pod.spec.schedulingGates ?? []).map((gate) => gate.name)
  return names.length === 0 ? [] : [edit(`remove the scheduling gate ${names.join(' and ')}`, names.length / 2, (spec) => {
    const { schedulingGates: _gates, ...rest } = spec
    return rest
  }, true)]
}

/** Edits by the plugin that says no. */
export const podEditors: { readonly [plugin: string]: Editor } = {
  SchedulingGates: openGates,
  TaintToleration: tolerate,
  NodeAffinity: selectNode,
  NodePorts: freePorts,
  NodeResourcesFit: askForLess,
  PodTopologySpread: loosenSpread,
  InterPodAffinity: loosenPods,
}
