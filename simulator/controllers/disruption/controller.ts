/** Keeps the status of PodDisruptionBudgets. Models kubernetes/pkg/controller/disruption (v1.35). */

import type { ApiClient } from '../../api/client.ts'
import { kindByKind } from '../../api/kinds.ts'
import { isSelectorError, matchesLabelSelector, matchesSelector, toSelector } from '../../api/selector.ts'
import type { Condition, KubeObject, Pod, PodDisruptionBudget } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { keyOf, objectKey, resourceId } from '../../store/resource-id.ts'
import { goSelector } from '../../api/go-selector.ts'
import { scaledIntOrPercent } from '../int-or-percent.ts'
import { controllerOf } from '../owners.ts'
import { isPodReady } from '../pods.ts'

/** How long an evicted pod may take to get a deletionTimestamp. Source: DeletionTimeout. */
const deletionTimeoutMs = 120_000
const resource = 'poddisruptionbudgets.policy'
const noKeys: readonly string[] = []

type Status = NonNullable<PodDisruptionBudget['status']>
/** How many pods there should be, or why nobody can tell. */
type Expected = { readonly pods: number; readonly healthy: number; readonly hasUnmanaged: boolean } | { readonly error: string }

interface Scalable extends KubeObject { readonly spec?: { readonly replicas?: number } }

function keysOfPod({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  if (before !== undefined && after !== undefined && isPodReady(before as Pod) === isPodReady(after as Pod) && before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    (before.metadata.labels === after.metadata.labels || equalJson(before.metadata.labels, after.metadata.labels))) return noKeys
  const budgets = api.list<PodDisruptionBudget>(resource, { namespace: (after ?? before)!.metadata.namespace })
  if (budgets.length === 0) return noKeys
  const pods = [before, after].filter((pod) => pod !== undefined)
  return budgets.filter(({ spec }) => spec?.selector !== undefined && pods.some((pod) => matchesLabelSelector(spec.selector, pod.metadata.labels))).map(keyOf)
}

/** Pods that a budget selects; an empty selector takes all, none takes none. */
function podsOf(budget: PodDisruptionBudget, api: ApiClient): Pod[] {
  const selector = toSelector(budget.spec?.selector)
  if (budget.spec?.selector === undefined || isSelectorError(selector)) return []
  return api.list<Pod>('pods', { namespace: budget.metadata.namespace }).filter((pod) => matchesSelector(selector, pod.metadata.labels))
}

/** The size of what controls a pod, with the uid of what is scaled; undefined when nothing scalable does. */
function scaleOf(pod: Pod, api: ApiClient): { readonly uid: string; readonly replicas: number } | undefined {
  const find = (object: KubeObject): Scalable | undefined => {
    const reference = controllerOf(object)
    const kind = reference === undefined ? undefined : kindByKind(reference.apiVersion, reference.kind)
    if (reference === undefined || kind === undefined || !kind.subresources.some(({ name }) => name === 'scale')) return undefined
    const owner = api.find<Scalable>(resourceId(kind.group, kind.resource), objectKey(object.metadata.namespace, reference.name))
    return owner?.metadata.uid === reference.uid ? owner : undefined
  }
  const owner = find(pod)
  if (owner === undefined) return undefined
  const top = owner.kind === 'ReplicaSet' && controllerOf(owner) !== undefined ? (find(owner) ?? owner) : owner
  return { uid: top.metadata.uid!, replicas: top.spec?.replicas ?? 1 }
}

function expectedScale(pods: readonly Pod[], api: ApiClient): { readonly count: number; readonly hasUnmanaged: boolean } | { readonly error: string } {
  const scales = new Map<string, number>()
  const seen = new Set<string>()
  let hasUnmanaged = false
  for (const pod of pods) {
    const reference = controllerOf(pod)
    if (reference === undefined) hasUnmanaged = true
    if (reference === undefined || seen.has(reference.uid)) continue
    seen.add(reference.uid)
    const scale = scaleOf(pod, api)
    if (scale === undefined) return { error: `found no controllers for pod "${pod.metadata.name!}"` }
    scales.set(scale.uid, scale.replicas)
  }
  return { count: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), hasUnmanaged }
}

function expectedPods(budget: PodDisruptionBudget, pods: readonly Pod[], api: ApiClient): Expected {
  const { minAvailable, maxUnavailable } = budget.spec ?? {}
  if (maxUnavailable === undefined && minAvailable === undefined) return { pods: 0, healthy: 0, hasUnmanaged: false }
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return { pods: pods.length, healthy: minAvailable, hasUnmanaged: false }
  const scale = expectedScale(pods, api)
  if ('error' in scale) return scale
  const limit = scaledIntOrPercent(maxUnavailable ?? minAvailable, scale.count, true)
  if ('error' in limit) return limit
  return { pods: scale.count, healthy: maxUnavailable === undefined ? limit.value : Math.max(0, scale.count - limit.value), hasUnmanaged: scale.hasUnmanaged }
}

/** Evicted pods that have not begun to go yet; those that never did are reported and dropped. */
function pendingDisruptions(budget: PodDisruptionBudget, pods: readonly Pod[], { clock, recorder }: ComponentContext): { readonly pods: { [pod: string]: string }; readonly recheckMs?: number } {
  const pending: { [pod: string]: string } = {}
  let recheckMs: number | undefined
  for (const pod of pods) {
    const time = budget.status?.disruptedPods?.[pod.metadata.name!]
    if (time === undefined || pod.metadata.deletionTimestamp !== undefined) continue
    const limitMs = clock.parse(time) + deletionTimeoutMs
    if (limitMs < clock.nowMs) {
      const { namespace } = budget.metadata
      recorder.record(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${namespace!}/${namespace!} to be deleted but it wasn't`)
      continue
    }
    recheckMs = Math.min(recheckMs ?? limitMs, limitMs)
    pending[pod.metadata.name!] = time
  }
  return recheckMs === undefined ? { pods: pending } : { pods: pending, recheckMs }
}

function withCondition(present: readonly Condition[], condition: Omit<Condition, 'lastTransitionTime'>, now: string): Condition[] {
  const index = present.findIndex(({ type }) => type === condition.type)
  const lastTransitionTime = present[index]?.status === condition.status ? present[index].lastTransitionTime : now
  const full: Condition = { ...condition, lastTransitionTime }
  return index < 0 ? [...present, full] : present.map((old, at) => (at === index ? full : old))
}

function isUpToDate(budget: PodDisruptionBudget, next: Omit<Status, 'conditions'>): boolean {
  const { conditions, ...present } = budget.status ?? {}
  const condition = conditions?.find(({ type }) => type === 'DisruptionAllowed')
  const wanted = next.disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods'
  return equalJson({ disruptedPods: {}, ...present }, { disruptedPods: {}, ...next }) && condition?.reason === wanted
}

function sync(budget: PodDisruptionBudget, context: ComponentContext): ReconcileResult {
  const { api, clock, recorder } = context
  const now = clock.timestamp(clock.nowMs)
  const pods = podsOf(budget, api)
  if (pods.length === 0) recorder.record(budget, 'Normal', 'NoPods', 'No matching pods found')
  const expected = expectedPods(budget, pods, api)
  const conditions = budget.status?.conditions ?? []
  if ('error' in expected) {
    recorder.record(budget, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${expected.error}`)
    const condition = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: expected.error, observedGeneration: budget.status?.observedGeneration } as const
    const status: Status = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...budget.status, disruptionsAllowed: 0, conditions: withCondition(conditions, condition, now) }
    if (!equalJson(status, budget.status)) api.updateStatus(resource, { ...budget, status })
    return done
  }
  if (expected.hasUnmanaged) {
    recorder.record(budget, 'Warning', 'UnmanagedPods', `Pods selected by this PodDisruptionBudget (selector: ${goSelector(budget.spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`)
  }
  const pending = pendingDisruptions(budget, pods, context)
  const currentHealthy = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && pending.pods[pod.metadata.name!] === undefined && isPodReady(pod)).length
  const disruptionsAllowed = expected.pods <= 0 ? 0 : Math.max(0, currentHealthy - expected.healthy)
  const next = {
    observedGeneration: budget.metadata.generation, ...(Object.keys(pending.pods).length === 0 ? {} : { disruptedPods: pending.pods }),
    disruptionsAllowed, currentHealthy, desiredHealthy: expected.healthy, expectedPods: expected.pods,
  }
  if (!isUpToDate(budget, next)) {
    const isAllowed = disruptionsAllowed > 0
    const condition = { type: 'DisruptionAllowed', status: isAllowed ? 'True' : 'False', reason: isAllowed ? 'SufficientPods' : 'InsufficientPods', message: '', observedGeneration: budget.metadata.generation } as const
    if (!api.updateStatus(resource, { ...budget, status: { ...next, conditions: withCondition(conditions, condition, now) } }).ok) return { failed: true }
  }
  return pending.recheckMs === undefined ? done : { requeueAfterMs: pending.recheckMs - clock.nowMs }
}

function keysOfScale({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  const replicas = (object: KubeObject | undefined): number | undefined => (object as Scalable | undefined)?.spec?.replicas
  if (before === undefined || after === undefined || replicas(before) === replicas(after)) return []
  return api.list<PodDisruptionBudget>(resource, { namespace: after.metadata.namespace }).map(keyOf)
}

/** The disruption controller. */
export const disruptionController: Controller = {
  name: 'disruption-controller',
  component: 'controllermanager',
  watches: [
    { resource, keysOf: ({ before, after, key }) => (after === undefined || (before !== undefined && equalJson(before.spec, after.spec) && equalJson(before.status, after.status)) ? [] : [key]) },
    { resource: 'pods', keysOf: keysOfPod },
    { resource: 'deployments.apps', keysOf: keysOfScale },
    { resource: 'statefulsets.apps', keysOf: keysOfScale },
  ],
  reconcile(key, context) {
    const budget = context.api.find<PodDisruptionBudget>(resource, key)
    return budget === undefined ? done : sync(budget, context)
  },
}
