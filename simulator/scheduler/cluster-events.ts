/**
 * What happens in the cluster, as far as it may wake a pod that was rejected.
 * Models pkg/scheduler/framework/events.go and kube-scheduler/framework ClusterEvent (v1.35).
 */

import type { KubeObject, Node, Pod, ResourceList } from '../api/types.ts'
import type { ObjectLister } from './framework.ts'
import { isEqual } from './is-equal.ts'
import { podRequests } from './pod-requests.ts'

export type EventAction =
  | 'add' | 'delete' | 'update'
  | 'updateNodeAllocatable' | 'updateNodeLabel' | 'updateNodeTaint' | 'updateNodeCondition' | 'updateNodeAnnotation'
  | 'updatePodLabel' | 'updatePodScaleDown' | 'updatePodToleration' | 'updatePodSchedulingGatesEliminated' | 'updatePodGeneratedResourceClaim'

/** One event. `all` wakes every pod, whatever rejected it. */
export interface ClusterEvent {
  /** Kind of the object, or '*'. */
  readonly resource: string
  readonly action: EventAction | 'all'
}

/** Objects of an event: old is absent for additions, new for deletions. */
export interface EventObjects { readonly old?: KubeObject | undefined; readonly new?: KubeObject | undefined }

/** An event that a plugin waits for. Without a hint each such event wakes the pod. */
export interface RetryRule {
  readonly resource: string
  readonly actions: readonly EventAction[]
  /** True when the event may make the pod schedulable. */
  hint?(pod: Pod, objects: EventObjects, lister: ObjectLister): boolean
}

/** Old and new object of an event on Nodes. */
export interface NodeEvent { readonly old?: Node; readonly new?: Node }
/** Old and new object of an event on Pods. */
export interface PodEvent { readonly old?: Pod; readonly new?: Pod }

/** True when a rule is about this event: a rule on 'update' also covers every special update. */
export function ruleCovers(rule: RetryRule, event: ClusterEvent): boolean {
  if (rule.resource !== event.resource || event.action === 'all') return false
  return rule.actions.includes(event.action) || (event.action.startsWith('update') && rule.actions.includes('update'))
}

function requestsShrink(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): boolean {
  for (const [resource, amount] of before) if ((after.get(resource) ?? -1) < amount) return true
  return false
}

/** What changed about a pod; a plain update when nothing of interest did. */
export function podUpdateActions(old: Pod, pod: Pod): EventAction[] {
  const actions: EventAction[] = []
  if (!isEqual(old.metadata.labels ?? {}, pod.metadata.labels ?? {})) actions.push('updatePodLabel')
  if (mayRequestLess(old, pod) && requestsShrink(podRequests(old, { useStatus: true }), podRequests(pod, { useStatus: true }))) actions.push('updatePodScaleDown')
  if ((old.spec.schedulingGates?.length ?? 0) > 0 && (pod.spec.schedulingGates?.length ?? 0) === 0) actions.push('updatePodSchedulingGatesEliminated')
  if ((old.spec.tolerations?.length ?? 0) !== (pod.spec.tolerations?.length ?? 0)) actions.push('updatePodToleration')
  if (!isEqual(claimStatuses(old), claimStatuses(pod))) actions.push('updatePodGeneratedResourceClaim')
  if (actions.length === 0) actions.push('update')
  return actions
}

/** Cheap test that spares most status updates the sums. */
function mayRequestLess(old: Pod, pod: Pod): boolean {
  return old.spec !== pod.spec || hasStatusRequests(old)
}

function hasStatusRequests({ status }: Pod): boolean {
  return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].some((s) => s.resources !== undefined)
}

function claimStatuses(pod: Pod): unknown {
  return (pod.status as { resourceClaimStatuses?: unknown } | undefined)?.resourceClaimStatuses
}

/** What changed about a node; empty when nothing of interest did. */
export function nodeUpdateActions(old: Node, node: Node): EventAction[] {
  const actions: EventAction[] = []
  if (old.spec?.unschedulable === true && node.spec?.unschedulable !== true) actions.push('updateNodeTaint')
  if (!isEqual(old.status?.allocatable ?? ({} as ResourceList), node.status?.allocatable ?? {})) actions.push('updateNodeAllocatable')
  if (!isEqual(old.metadata.labels ?? {}, node.metadata.labels ?? {})) actions.push('updateNodeLabel')
  if (!isEqual(old.spec?.taints ?? [], node.spec?.taints ?? [])) actions.push('updateNodeTaint')
  if (!isEqual(conditionsOf(old), conditionsOf(node))) actions.push('updateNodeCondition')
  if (!isEqual(old.metadata.annotations ?? {}, node.metadata.annotations ?? {})) actions.push('updateNodeAnnotation')
  return actions
}

function conditionsOf(node: Node): { [type: string]: string } {
  const statuses: { [type: string]: string } = {}
  for (const { type, status } of node.status?.conditions ?? []) statuses[type] = status
  return statuses
}
