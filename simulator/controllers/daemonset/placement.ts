/** Which nodes a DaemonSet's pods are for. Models kubernetes/pkg/controller/daemon and its util (v1.35). */

import { matchesRequiredNodeAffinity } from '../../api/node-selector.ts'
import { findUntoleratedTaint, hardEffects } from '../../api/tolerations.ts'
import type { Affinity, Node, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { equalJson } from '../../kernel/equal.ts'
import { revisionLabel } from '../controller-revisions.ts'
import { podFromTemplate } from '../owners.ts'
import { isPodFinished } from '../pods.ts'
import type { DaemonSet, PodsOfNode } from './types.ts'

const generationAnnotation = 'deprecated.daemonset.template.generation'
const generationLabel = 'pod-template-generation'
const nameField = 'metadata.name'

const nodeTroubles: readonly (readonly [name: string, effect: string])[] = [
  ['not-ready', 'NoExecute'], ['unreachable', 'NoExecute'], ['disk-pressure', 'NoSchedule'], ['memory-pressure', 'NoSchedule'], ['pid-pressure', 'NoSchedule'], ['unschedulable', 'NoSchedule'],
]

/** A toleration takes the place of those for the same taint. */
function withToleration(tolerations: readonly Toleration[], added: Toleration): Toleration[] {
  const isSame = ({ key, operator, value, effect }: Toleration): boolean => key === added.key && operator === added.operator && (value ?? '') === '' && effect === added.effect
  return tolerations.some(isSame) ? tolerations.map((each) => (isSame(each) ? added : each)) : [...tolerations, added]
}

function tolerationsOf({ tolerations, hostNetwork }: PodSpec): Toleration[] {
  const troubles = hostNetwork === true ? [...nodeTroubles, ['network-unavailable', 'NoSchedule'] as const] : nodeTroubles
  return troubles.reduce<Toleration[]>((list, [name, effect]) => withToleration(list, { key: `node.kubernetes.io/${name}`, operator: 'Exists', effect }), [...(tolerations ?? [])])
}

/** Whether a pod is to be made on a node, and whether one that is there may stay. */
export interface Fit { readonly shouldRun: boolean; readonly mayStay: boolean }

/** Whether a node is one of the set's. */
export function fitOf({ spec }: DaemonSet, node: Node): Fit {
  const pod = spec.template.spec
  const isNamed = pod.nodeName === undefined || pod.nodeName === '' || pod.nodeName === node.metadata.name
  if (!isNamed || matchesRequiredNodeAffinity(pod, node) !== true) return { shouldRun: false, mayStay: false }
  const tolerations = tolerationsOf(pod)
  const taints = node.spec?.taints
  if (findUntoleratedTaint(taints, tolerations, hardEffects) === undefined) return { shouldRun: true, mayStay: true }
  return { shouldRun: false, mayStay: findUntoleratedTaint(taints, tolerations, ['NoExecute']) === undefined }
}

function affinityTo(node: string, affinity: Affinity | undefined): Affinity {
  const nodeSelectorTerms: NodeSelectorTerm[] = [{ matchFields: [{ key: nameField, operator: 'In', values: [node] }] }]
  return { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } }
}

/** The set's pod for a node; the scheduler binds it there. */
export function podFor(set: DaemonSet, node: string, hash: string): Pod {
  const pod = podFromTemplate(set.spec.template, set)
  const generation = set.metadata.annotations?.[generationAnnotation]
  const labels = { ...pod.metadata.labels, ...(generation === undefined ? {} : { [generationLabel]: generation }), [revisionLabel]: hash }
  return { ...pod, metadata: { ...pod.metadata, labels }, spec: { ...pod.spec, affinity: affinityTo(node, pod.spec.affinity), tolerations: tolerationsOf(pod.spec) } }
}

/** Whether a pod is of the set's template. */
export function isUpdated(set: DaemonSet, pod: Pod, hash: string): boolean {
  const labels = pod.metadata.labels ?? {}
  const generation = set.metadata.annotations?.[generationAnnotation]
  return labels[revisionLabel] === hash || (generation !== undefined && labels[generationLabel] === generation)
}

/** The node that a pod is on or waits for. */
function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName !== undefined && spec.nodeName !== '') return spec.nodeName
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const field = terms.flatMap((term) => term.matchFields ?? []).find(({ key, operator }) => key === nameField && operator === 'In')
  return field?.values?.length === 1 ? field.values[0] : undefined
}

/** Pods by node. A pod that has ended and is being deleted counts no more. */
export function byNode(pods: readonly Pod[]): PodsOfNode {
  const map = new Map<string, Pod[]>()
  for (const pod of pods) {
    if (isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined) continue
    const node = targetNode(pod)
    if (node !== undefined) map.set(node, [...(map.get(node) ?? []), pod])
  }
  return map
}

/** Scheduled ones first, then the oldest. */
export function oldestFirst(pods: readonly Pod[]): Pod[] {
  const isWaiting = ({ spec }: Pod): number => Number(spec.nodeName === undefined || spec.nodeName === '')
  return [...pods].sort((a, b) => isWaiting(a) - isWaiting(b) || compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(a.metadata.name!, b.metadata.name!))
}

/** Whether a change of a node is one that DaemonSets look at. */
export function hasNewPlacement(before: Node | undefined, after: Node): boolean {
  return before === undefined || !equalJson(before.metadata.labels ?? {}, after.metadata.labels ?? {}) || !equalJson(before.spec?.taints ?? [], after.spec?.taints ?? [])
}
