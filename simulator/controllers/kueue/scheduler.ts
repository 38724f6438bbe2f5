/**
 * Gives quota to waiting workloads. Models sigs.k8s.io/kueue/pkg/scheduler with pkg/queue (v0.10).
 * Differs: an attempt that changes nothing is not repeated until something changes, where the real one tries ten times a
 * second; workloads that push each other out are held back (flapping.ts); fair sharing, topologies and MultiKueue are left
 * out.
 */

import type { ApiClient } from '../../api/client.ts'
import { matchesLabelSelector } from '../../api/selector.ts'
import type { Namespace } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import type { Table } from '../../kernel/table.ts'
import type { ComponentContext, Controller, ControllerWatch, ReconcileResult, StoreChange } from '../../store/component.ts'
import { done } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { toResourceList } from './amounts.ts'
import { hasFlavorsLeft, runCycle } from './admission-cycle.ts'
import type { Head, Outcome } from './admission-cycle.ts'
import { evict, findCondition, hasQuotaReservation, isActive, isAdmitted, isEvicted, isFinished, isTrue, releaseQuota, reserveQuota, withCondition } from './conditions.ts'
import { readWaitForPodsReady } from './configuration.ts'
import { afterPreemption } from './flapping.ts'
import type { Flapping } from './flapping.ts'
import { toApi } from './flavor-assigner.ts'
import type { TriedFlavors } from './flavor-assigner.ts'
import { reasonTexts } from './preemption.ts'
import { activityOf, headByQueue, isHeldBack, pendingByQueue, readWorld, snapshotOf } from './queues.ts'
import type { World } from './queues.ts'
import { infoOf } from './snapshot.ts'
import type { WorkloadInfo } from './snapshot.ts'
import { namespaceName, statusTimeOf } from './status-time.ts'
import { resources } from './types.ts'
import type { ClusterQueue, LocalQueue, Workload, WorkloadStatus } from './types.ts'

/** Real attempts follow each other within a few milliseconds. */
const betweenAttemptsMs = 5
const eventTextMax = 1024

/** What the scheduler remembers of workloads that it could not admit. */
interface Memory {
  /** Tried and put aside until something changes. */
  readonly parked: Table<boolean>
  readonly tried: Table<TriedFlavors>
  /** Workloads that were preempted soon after they got their quota. */
  readonly flapping: Table<Flapping>
}

function memoryOf({ table }: ComponentContext): Memory {
  return { parked: table('parked'), tried: table('tried'), flapping: table('flapping') }
}

// ---- what changes wake up ----------------------------------------------------------------------------------------------

function wantsAnotherTry(before: Workload, after: Workload): boolean {
  const same = (type: string): boolean => equalJson(findCondition(before.status?.conditions, type), findCondition(after.status?.conditions, type))
  return !equalJson(before.spec, after.spec) || !equalJson(before.status?.reclaimablePods, after.status?.reclaimablePods) || !same('Evicted') || !same('Requeued')
}

function keysOfWorkload({ before, after, key }: StoreChange): readonly string[] {
  const old = before as Workload | undefined
  const now = after as Workload | undefined
  if (old === undefined) return ['cycle']
  const freed = `freed|${old.status?.admission?.clusterQueue ?? ''}`
  if (now === undefined || isFinished(now) || !isActive(now)) return hasQuotaReservation(old) ? [`changed|${key}`, freed, 'cycle'] : [`changed|${key}`, 'cycle']
  if (hasQuotaReservation(old)) {
    const hasFreed = !hasQuotaReservation(now) || !equalJson(old.status?.reclaimablePods, now.status?.reclaimablePods)
    return hasFreed ? [`changed|${key}`, freed, 'cycle'] : hasBecomeReady(old, now) ? ['cycle'] : []
  }
  return wantsAnotherTry(old, now) ? [`changed|${key}`, 'cycle'] : []
}

/** While admission waits for ready pods, that they are so lets the next one in. */
function hasBecomeReady(before: Workload, after: Workload): boolean {
  return !isTrue(before.status?.conditions, 'PodsReady') && isTrue(after.status?.conditions, 'PodsReady')
}

function keysOfQueue({ before, after }: StoreChange): readonly string[] {
  const [old, now] = [before as ClusterQueue | undefined, after as ClusterQueue | undefined]
  return old !== undefined && now !== undefined && equalJson(old.spec, now.spec) ? [] : ['all', 'cycle']
}

function keysOfLocalQueue({ before, after }: StoreChange): readonly string[] {
  return equalJson((before as LocalQueue | undefined)?.spec, (after as LocalQueue | undefined)?.spec) ? [] : ['cycle']
}

function keysOfNamespace({ before, after }: StoreChange): readonly string[] {
  return before === undefined || after === undefined || equalJson(before.metadata.labels, after.metadata.labels) ? [] : ['all', 'cycle']
}

const watches: readonly ControllerWatch[] = [
  { resource: resources.workloads, keysOf: keysOfWorkload },
  { resource: resources.clusterQueues, keysOf: keysOfQueue },
  { resource: resources.localQueues, keysOf: keysOfLocalQueue },
  { resource: resources.flavors, keysOf: ({ before, after }) => (before !== undefined && after !== undefined && equalJson((before as ClusterQueue).spec, (after as ClusterQueue).spec) ? [] : ['all', 'cycle']) },
  { resource: 'namespaces', keysOf: keysOfNamespace },
]

/** Puts the workloads of a queue and its cohort back in line. */
function unpark(queueName: string | undefined, context: ComponentContext): void {
  const { parked, tried } = memoryOf(context)
  const world = readWorld(context.api)
  const cohort = world.clusterQueues.find(({ metadata }) => metadata.name === queueName)?.spec.cohort ?? ''
  const isConcerned = (name: string): boolean => queueName === undefined || name === queueName || (cohort !== '' && world.clusterQueues.some(({ metadata, spec }) => metadata.name === name && spec.cohort === cohort))
  for (const [name, waiting] of pendingByQueue(world)) {
    if (!isConcerned(name)) continue
    for (const workload of waiting) {
      parked.delete(keyOf(workload))
      tried.delete(keyOf(workload))
    }
  }
}

// ---- one attempt -------------------------------------------------------------------------------------------------------

function problemOf({ workload }: WorkloadInfo, queue: ClusterQueue, api: ApiClient): Head['problem'] {
  const namespace = api.find<Namespace>('namespaces', namespaceName(workload))
  if (namespace === undefined) return { message: `Could not obtain workload namespace: Namespace "${namespaceName(workload)}" not found` }
  const { namespaceSelector } = queue.spec
  // A queue without a selector takes workloads of no namespace.
  if (namespaceSelector === undefined || !matchesLabelSelector(namespaceSelector, namespace.metadata.labels)) return { message: "Workload namespace doesn't match ClusterQueue selector", isNamespaceMismatch: true }
  return undefined
}

function headsOf(world: World, context: ComponentContext): Head[] {
  const { parked, tried, flapping } = memoryOf(context)
  const { nowMs } = context.clock
  const now = context.clock.timestamp(context.clock.nowMs)
  const first = headByQueue(world, (one) => {
    const key = keyOf(one)
    return !parked.has(key) && (flapping.get(key)?.untilMs ?? 0) <= nowMs && !isHeldBack(one, now)
  })
  return world.clusterQueues.flatMap((queue) => {
    if (!activityOf(queue, world.flavors).isActive) return []
    const workload = first.get(queue.metadata.name ?? '')
    if (workload === undefined) return []
    const info = infoOf(workload, queue.metadata.name ?? '')
    const problem = problemOf(info, queue, context.api)
    const before = tried.get(info.key)
    return [{ info, ...(before === undefined ? {} : { tried: before }), ...(problem === undefined ? {} : { problem }) }]
  })
}

function write(workload: Workload, status: WorkloadStatus, { api }: ComponentContext): boolean {
  return api.updateStatus(resources.workloads, { ...workload, status }).ok
}

function admit({ info, assignment }: Outcome & { kind: 'admitted' }, world: World, context: ComponentContext): void {
  const { recorder, clock } = context
  const { workload, clusterQueue } = info
  const time = statusTimeOf(clock)
  const checks = world.clusterQueues.find(({ metadata }) => metadata.name === clusterQueue)?.spec.admissionChecks ?? []
  const status = reserveQuota(workload, { clusterQueue, podSetAssignments: toApi(assignment) }, checks, time)
  if (!write(workload, status, context)) return
  const since = findCondition(workload.status?.conditions, 'Requeued')?.lastTransitionTime ?? workload.metadata.creationTimestamp ?? time.now
  recorder.record(workload, 'Normal', 'QuotaReserved', `Quota reserved in ClusterQueue ${clusterQueue}, wait time since queued was ${time.elapsedSeconds(since)}s`)
  if (isAdmitted({ ...workload, status })) recorder.record(workload, 'Normal', 'Admitted', `Admitted by ClusterQueue ${clusterQueue}, wait time since reservation was 0s`)
}

/** @returns whether a workload was told to go that was not before */
function preempt({ info, targets }: Outcome & { kind: 'preempting' }, context: ComponentContext): boolean {
  const { clock } = context
  const { flapping } = memoryOf(context)
  const time = statusTimeOf(clock)
  let hasNew = false
  for (const { info: target, reason } of targets) {
    const { workload } = target
    if (isEvicted(workload)) continue
    const message = `Preempted to accommodate a workload (UID: ${info.workload.metadata.uid}) due to ${reasonTexts[reason]}`
    const evicted = evict(workload, 'Preempted', message, time)
    const conditions = withCondition(evicted.conditions, { type: 'Preempted', status: 'True', reason, message }, time.now)
    if (!write(workload, { ...evicted, conditions }, context)) continue
    hasNew = true
    const since = clock.parse(findCondition(workload.status?.conditions, 'QuotaReserved')?.lastTransitionTime ?? time.now)
    flapping.set(target.key, afterPreemption(flapping.get(target.key), clock.nowMs - since, clock.nowMs))
    context.recorder.record(workload, 'Normal', 'EvictedDueToPreempted', message)
    context.recorder.record(workload, 'Normal', 'Preempted', message)
  }
  return hasNew
}

function tellPending(info: WorkloadInfo, message: string, context: ComponentContext): void {
  const { workload, podSets } = info
  const resourceRequests = podSets.map(({ name, requests }) => ({ name, resources: toResourceList(requests) }))
  const status = { ...releaseQuota(workload, 'Pending', message, statusTimeOf(context.clock)), resourceRequests }
  if (!equalJson(status, workload.status ?? {})) write(workload, status, context)
  context.recorder.record(workload, 'Warning', 'Pending', message.slice(0, eventTextMax))
}

/** Remembers what became of a workload. @returns whether another attempt may change something */
function settle(outcome: Outcome, world: World, context: ComponentContext): boolean {
  const { parked, tried } = memoryOf(context)
  const { key, clusterQueue } = outcome.info
  if (outcome.kind === 'admitted') {
    tried.delete(key)
    admit(outcome, world, context)
    return true
  }
  if (outcome.kind === 'waiting' && outcome.tried !== undefined) tried.set(key, outcome.tried)
  else tried.delete(key)
  const hasPreempted = outcome.kind === 'preempting' && preempt(outcome, context)
  tellPending(outcome.info, outcome.message, context)
  // A skipped workload fits no better until others have changed something.
  if (outcome.kind !== 'waiting') return hasPreempted
  if (hasFlavorsLeft(outcome.tried)) return true
  const isStrict = world.clusterQueues.find(({ metadata }) => metadata.name === clusterQueue)?.spec.queueingStrategy === 'StrictFIFO'
  if (isStrict && outcome.isNamespaceMismatch !== true) return false
  parked.set(key, true)
  return true
}

/** True while an admitted workload is not ready and the manager is told to wait for it. */
function mustWait({ api }: ComponentContext): boolean {
  if (readWaitForPodsReady(api)?.blocksAdmission !== true) return false
  return api.list<Workload>(resources.workloads).some((workload) => isAdmitted(workload) && !isFinished(workload) && !isTrue(workload.status?.conditions, 'PodsReady'))
}

function wait({ workload }: WorkloadInfo, context: ComponentContext): void {
  const status = releaseQuota(workload, 'Waiting', 'waiting for all admitted workloads to be in PodsReady condition', statusTimeOf(context.clock))
  if (!equalJson(status, workload.status ?? {})) write(workload, status, context)
}

function attempt(context: ComponentContext): ReconcileResult {
  const world = readWorld(context.api)
  const heads = headsOf(world, context)
  if (heads.length === 0) return nextTry(context)
  const outcomes = runCycle(heads, snapshotOf(world), context.clock.timestamp(context.clock.nowMs))
  let mayChange = false
  for (const outcome of outcomes) {
    if (outcome.kind === 'admitted' && mustWait(context)) wait(outcome.info, context)
    else mayChange = settle(outcome, world, context) || mayChange
  }
  return mayChange ? { requeueAfterMs: betweenAttemptsMs } : nextTry(context)
}

/** Comes back when the first of those that flap may be tried again. */
function nextTry(context: ComponentContext): ReconcileResult {
  const { nowMs } = context.clock
  let untilMs = Number.POSITIVE_INFINITY
  for (const [, flap] of memoryOf(context).flapping.entries()) if (flap.untilMs > nowMs) untilMs = Math.min(untilMs, flap.untilMs)
  return untilMs === Number.POSITIVE_INFINITY ? done : { requeueAfterMs: untilMs - nowMs }
}

/** The admission loop of Kueue. Its keys tell what has changed; `cycle` is an attempt. */
export const kueueScheduler: Controller = {
  name: 'kueue-admission',
  serviceAccount: 'kueue-controller-manager',
  namespace: 'kueue-system',
  watches,
  reconcile(key, context) {
    const [what = '', name = ''] = key.split('|')
    const { parked, tried } = memoryOf(context)
    if (what === 'cycle') return attempt(context)
    if (what === 'changed') {
      const workload = context.api.find<Workload>(resources.workloads, name)
      if (workload === undefined || isFinished(workload)) memoryOf(context).flapping.delete(name)
      parked.delete(name)
      tried.delete(name)
    } else unpark(what === 'freed' ? name : undefined, context)
    return done
  },
}

