/**
 * DaemonSets: a pod on each node that fits. Models kubernetes/pkg/controller/daemon (v1.35).
 * A node that goes away is no reason for a sync; the end of its pods is.
 */

import type { ApiClient } from '../../api/client.ts'
import { isSelectorError, toSelector } from '../../api/selector.ts'
import type { Node, Pod } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { claimObjects, keysOfOwnedPod, keysOfOwner, readClaimKey, selects } from '../claiming.ts'
import type { ControllerRevision } from '../controller-revisions.ts'
import { ownerKey } from '../owners.ts'
import { createEachInSlowStart, deletePod } from '../pod-control.ts'
import { isPodAvailable, isPodReady } from '../pods.ts'
import { planPods } from './manage.ts'
import { byNode, fitOf, hasNewPlacement, isUpdated, oldestFirst, podFor } from './placement.ts'
import { historyOf, truncateHistory } from './revisions.ts'
import { planUpdate } from './rolling-update.ts'
import type { Fleet } from './rolling-update.ts'
import type { DaemonSet, DaemonSetStatus, PodPlan } from './types.ts'

const resource = 'daemonsets.apps'
const burstMax = 250
const comparedFields = ['desiredNumberScheduled', 'currentNumberScheduled', 'numberMisscheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'] as const

/** The sets that a changed node concerns: it lacks a pod, has one too many, or one of a set that counts misplaced ones. */
function keysOfNode({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  const node = after as Node | undefined
  if (node === undefined || !hasNewPlacement(before as Node | undefined, node)) return []
  const owners = new Set(api.listPodsOnNode(node.metadata.name!).map((pod) => ownerKey(pod, 'DaemonSet')))
  return api.list<DaemonSet>(resource).filter((set) => {
    const { shouldRun, mayStay } = fitOf(set, node)
    const isScheduled = owners.has(keyOf(set))
    return isScheduled ? !mayStay || (set.status?.numberMisscheduled ?? 0) > 0 : shouldRun
  }).map(keyOf)
}

function keysOfRevision({ before, after }: StoreChange): readonly string[] {
  const keys = [ownerKey(before, 'DaemonSet'), ownerKey(after, 'DaemonSet')].filter((key) => key !== undefined)
  return [...new Set(keys)]
}

/** Makes and deletes pods. @returns whether a write was refused */
function carryOut(context: ComponentContext, { set, hash }: Fleet, { nodes, doomed }: PodPlan): boolean {
  const created = createEachInSlowStart(context, set, nodes.slice(0, burstMax).map((node) => podFor(set, node, hash)))
  const refusals = doomed.slice(0, burstMax).map((pod) => deletePod(context, set, pod)).filter((refusal) => refusal !== undefined)
  return created.failure !== undefined || refusals.length > 0
}

function countStatus({ set, nodes, podsOfNode, hash, isAvailable }: Fleet): DaemonSetStatus {
  const counts = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }
  const optional = { updatedNumberScheduled: 0, numberAvailable: 0, numberUnavailable: 0 }
  for (const node of nodes) {
    const pods = podsOfNode.get(node.metadata.name!)
    if (!fitOf(set, node).shouldRun) {
      if (pods !== undefined) counts.numberMisscheduled++
      continue
    }
    counts.desiredNumberScheduled++
    const pod = oldestFirst(pods ?? [])[0]
    if (pod === undefined) continue
    counts.currentNumberScheduled++
    counts.numberReady += Number(isPodReady(pod))
    optional.numberAvailable += Number(isAvailable(pod))
    optional.updatedNumberScheduled += Number(isUpdated(set, pod, hash))
  }
  optional.numberUnavailable = counts.desiredNumberScheduled - optional.numberAvailable
  return { ...counts, ...Object.fromEntries(Object.entries(optional).filter(([, count]) => count !== 0)) }
}

/** Writes the counts when they are news. @returns the status, or undefined when it was refused */
function writeStatus({ api }: ComponentContext, fleet: Fleet): DaemonSetStatus | undefined {
  const { set } = fleet
  const counts = countStatus(fleet)
  const { collisionCount, conditions, observedGeneration = 0 } = set.status ?? {}
  const generation = set.metadata.generation ?? 0
  if (observedGeneration >= generation && comparedFields.every((field) => (counts[field] ?? 0) === (set.status?.[field] ?? 0))) return counts
  const status = { ...counts, observedGeneration: generation, ...(collisionCount === undefined ? {} : { collisionCount }), ...(conditions === undefined ? {} : { conditions }) }
  return api.updateStatus<DaemonSet>(resource, { ...set, status }).ok ? counts : undefined
}

function makeFleet({ api, clock }: ComponentContext, set: DaemonSet, pods: readonly Pod[], hash: string): Fleet {
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  return { set, hash, nodes: api.list<Node>('nodes'), podsOfNode: byNode(pods), isAvailable: (pod) => isPodAvailable(pod, minReadySeconds, clock.nowMs, (text) => clock.parse(text)) }
}

function sync(context: ComponentContext, set: DaemonSet, takesOrphans: boolean): ReconcileResult {
  const { api } = context
  const owned = claimObjects<ControllerRevision>(api, 'controllerrevisions.apps', set, (revision) => selects(set, revision), takesOrphans)
  const claimed = claimObjects<Pod>(api, 'pods', set, (pod) => selects(set, pod), takesOrphans)
  if (owned.failure !== undefined || claimed.failure !== undefined) return { failed: true }
  const history = historyOf(context, set, owned.objects, claimed.objects)
  if (history === undefined) return { failed: true }
  const fleet = makeFleet(context, set, claimed.objects, history.hash)
  const plan = planPods(context, fleet)
  let hasFailed = carryOut(context, fleet, plan)
  // What was made or deleted has to be seen before the update goes on.
  const isSettled = plan.nodes.length + plan.doomed.length === 0
  if (isSettled && set.spec.updateStrategy?.type === 'RollingUpdate') hasFailed = carryOut(context, fleet, planUpdate(fleet))
  if (!hasFailed) hasFailed = !truncateHistory(context, set, history, claimed.objects)
  const status = writeStatus(context, fleet)
  if (hasFailed || status === undefined) return { failed: true }
  const minReadyMs = (set.spec.minReadySeconds ?? 0) * 1000
  const waits = [plan.retryAfterMs, minReadyMs > 0 && status.numberReady !== (status.numberAvailable ?? 0) ? minReadyMs : undefined].filter((ms) => ms !== undefined)
  return waits.length === 0 ? done : { requeueAfterMs: Math.min(...waits) }
}

/** The DaemonSet controller. */
export const daemonSetController: Controller = {
  name: 'daemon-set-controller',
  component: 'daemonset-controller',
  watches: [
    { resource, keysOf: keysOfOwner },
    { resource: 'pods', keysOf: (change, api) => keysOfOwnedPod('DaemonSet', resource, change, api) },
    { resource: 'nodes', keysOf: keysOfNode },
    { resource: 'controllerrevisions.apps', keysOf: keysOfRevision },
  ],
  reconcile(marked, context): ReconcileResult {
    const { key, takesOrphans } = readClaimKey(marked)
    const set = context.api.find<DaemonSet>(resource, key)
    if (set === undefined || set.metadata.deletionTimestamp !== undefined || isSelectorError(toSelector(set.spec.selector))) return done
    const result = sync(context, set, takesOrphans || set.status?.observedGeneration === undefined)
    // Syncs have one key, so that their failures count together.
    return takesOrphans && result.failed === true ? { enqueue: [key] } : result
  },
}
