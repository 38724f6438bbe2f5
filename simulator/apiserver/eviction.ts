/** The eviction subresource. Models kubernetes/pkg/registry/core/pod/storage EvictionREST (v1.35). */

import { apiErrors } from '../api/errors.ts'
import type { KindInfo } from '../api/kinds.ts'
import { matchesLabelSelector } from '../api/selector.ts'
import type { Condition, Pod, PodDisruptionBudget, Status } from '../api/types.ts'
import { isPodReady } from '../store/pod-class.ts'
import { keyOf, objectKey } from '../store/resource-id.ts'
import type { Store } from '../store/store.ts'
import type { Outcome, ServerClock } from './ports.ts'
import { refused } from './registry.ts'
import type { Registry, WriteOptions } from './registry.ts'

const budgets = 'poddisruptionbudgets.policy'

interface EvictionParts {
  readonly store: Store
  readonly registry: Registry
  readonly clock: ServerClock
}

/** Deletes a pod if its disruption budget allows; 429 if not. */
export function evictPod(parts: EvictionParts, kind: KindInfo, pod: Pod, graceSeconds: number | undefined, options: WriteOptions): Outcome<Pod> {
  const { namespace, name, uid } = pod.metadata
  if (needsNoBudget(pod)) return markAndDelete(parts, kind, pod, graceSeconds, options)
  const matching = parts.store
    .listInNamespace<PodDisruptionBudget>(budgets, namespace ?? '')
    .filter((budget) => budget.spec?.selector !== undefined && matchesLabelSelector(budget.spec.selector, pod.metadata.labels))
  if (matching.length > 1) return refused(apiErrors.internal('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'))
  if (matching.length === 1) {
    const [budget] = matching
    if (!isHealthyEnough(pod, budget)) {
      const refusal = spendBudget(parts, budget, pod, options.isDryRun)
      if (refusal !== undefined) return refused(refusal)
    }
  }
  return markAndDelete(parts, kind, pod, graceSeconds, options, objectKey(namespace, name ?? ''), uid)
}

/** Finished, pending and already terminating pods are evicted without a budget. */
function needsNoBudget(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined
}

/** An unready pod does not spend the budget when the policy or the count of healthy pods allows. */
function isHealthyEnough(pod: Pod, budget: PodDisruptionBudget): boolean {
  if (isPodReady(pod)) return false
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {}
  return currentHealthy >= desiredHealthy && desiredHealthy > 0
}

function spendBudget(parts: EvictionParts, budget: PodDisruptionBudget, pod: Pod, isDryRun: boolean): Status | undefined {
  const { status } = budget
  const budgetName = budget.metadata.name
  if (status === undefined || (status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    return tooMany(`Cannot evict pod as it would violate the pod's disruption budget.`, `The disruption budget ${budgetName} is still being processed by the server.`, 10)
  }
  if (status.disruptionsAllowed < 1) {
    const text = `The disruption budget ${budgetName} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`
    return tooMany(`Cannot evict pod as it would violate the pod's disruption budget.`, text, 0)
  }
  if (isDryRun) return undefined
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name ?? '']: parts.clock.timestamp(parts.clock.nowMs) }
  const disruptionsAllowed = status.disruptionsAllowed - 1
  const conditions = withAllowedCondition(status, disruptionsAllowed > 0, parts.clock)
  parts.registry.putStatus(budgets, keyOf(budget), budget, { ...status, disruptionsAllowed, disruptedPods, conditions })
  return undefined
}

/** Models pkg/apis/policy UpdateDisruptionAllowedCondition. */
function withAllowedCondition(status: NonNullable<PodDisruptionBudget['status']>, isAllowed: boolean, clock: ServerClock): Condition[] {
  const { conditions = [], observedGeneration } = status
  const text = isAllowed ? 'True' : 'False'
  const known = conditions.find((condition) => condition.type === 'DisruptionAllowed')
  const lastTransitionTime = known?.status === text ? known.lastTransitionTime : clock.timestamp(clock.nowMs)
  const condition: Condition = { type: 'DisruptionAllowed', status: text, observedGeneration, lastTransitionTime, reason: isAllowed ? 'SufficientPods' : 'InsufficientPods', message: '' }
  return known === undefined ? [...conditions, condition] : conditions.map((each) => (each === known ? condition : each))
}

function tooMany(message: string, cause: string, retryAfterSeconds: number): Status {
  const status = apiErrors.tooManyRequests(message, retryAfterSeconds)
  return { ...status, details: { ...status.details, causes: [{ reason: 'DisruptionBudget', message: cause }] } }
}

/** Says in the pod's conditions that the Eviction API ended it, then deletes it. Models addConditionAndDeletePod. */
function markAndDelete(parts: EvictionParts, kind: KindInfo, pod: Pod, gracePeriodSeconds: number | undefined, options: WriteOptions, key = keyOf(pod), uid = pod.metadata.uid): Outcome<Pod> {
  if (!options.isDryRun) {
    const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget')
    const lastTransitionTime = parts.clock.timestamp(parts.clock.nowMs)
    const condition: Condition = { type: 'DisruptionTarget', status: 'True', observedGeneration: pod.metadata.generation, lastTransitionTime, reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }
    parts.registry.putStatus('pods', key, pod, { ...pod.status, conditions: [...conditions, condition] })
  }
  const outcome = parts.registry.delete(kind, key, { gracePeriodSeconds, uid }, { ...options, subresource: undefined })
  return outcome.ok ? { ok: true, object: outcome.object.object as Pod, warnings: [] } : outcome
}
