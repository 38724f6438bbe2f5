/** Looks after the conditions of workloads: queues that are missing or stopped, deactivation, time limits. Models sigs.k8s.io/kueue/pkg/controller/core/workload_controller.go (v0.10). */

import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { done } from '../../store/component.ts'
import { equalJson } from '../../kernel/equal.ts'
import { keyOf, objectKey } from '../../store/resource-id.ts'
import { evict, findCondition, hasQuotaReservation, isActive, isAdmitted, isEvicted, isFinished, isTrue, releaseQuota, setRequeued, syncAdmitted, withCondition } from './conditions.ts'
import { backoffSeconds, readWaitForPodsReady } from './configuration.ts'
import { removeFinalizer } from './finalizer.ts'
import { activityOf, isOfConsequence } from './queues.ts'
import { statusTimeOf } from './status-time.ts'
import { resources } from './types.ts'
import type { ClusterQueue, LocalQueue, ResourceFlavor, Workload, WorkloadStatus } from './types.ts'

/** One workload with its queues. */
class WorkloadWork {
  private readonly context: ComponentContext
  private readonly workload: Workload
  private readonly local: LocalQueue | undefined
  private readonly queue: ClusterQueue | undefined

  constructor(context: ComponentContext, workload: Workload) {
    const { api } = context
    this.context = context
    this.workload = workload
    this.local = api.find<LocalQueue>(resources.localQueues, objectKey(workload.metadata.namespace, workload.spec.queueName ?? ''))
    this.queue = this.local === undefined ? undefined : api.find<ClusterQueue>(resources.clusterQueues, this.local.spec.clusterQueue)
  }

  run(): ReconcileResult {
    return (isActive(this.workload) ? this.reactivate() : this.deactivate()) ?? this.restart() ?? this.syncAdmission() ?? (hasQuotaReservation(this.workload) ? this.withQuota() : this.withoutQuota())
  }

  private get time(): ReturnType<typeof statusTimeOf> {
    return statusTimeOf(this.context.clock)
  }

  private reactivate(): ReconcileResult | undefined {
    const { workload, context } = this
    if (isTrue(workload.status?.conditions, 'DeactivationTarget')) return { failed: !context.api.update(resources.workloads, { ...workload, spec: { ...workload.spec, active: false } }).ok }
    const requeued = findCondition(workload.status?.conditions, 'Requeued')
    if (requeued?.status !== 'False') return undefined
    if (requeued.reason?.startsWith('Deactivated') === true || requeued.reason === 'InactiveWorkload') return this.write(setRequeued(workload, 'Reactivated', 'The workload was reactivated', true, this.time))
    if (requeued.reason !== 'PodsReadyTimeout' && requeued.reason !== 'AdmissionCheck') return undefined
    const { requeueAt } = workload.status?.requeueState ?? {}
    const leftMs = requeueAt === undefined ? 0 : context.clock.parse(requeueAt) - context.clock.nowMs
    if (leftMs > 0) return { requeueAfterMs: leftMs }
    const { requeueState, ...kept } = workload.status ?? {}
    const status = requeueState?.count === undefined ? kept : { ...kept, requeueState: { count: requeueState.count } }
    return this.write(setRequeued({ ...workload, status }, 'BackoffFinished', 'The workload backoff was finished', true, this.time))
  }

  private deactivate(): ReconcileResult | undefined {
    const { workload, context } = this
    const target = findCondition(workload.status?.conditions, 'DeactivationTarget')
    const { requeueState: _state, ...kept } = workload.status ?? {}
    let status: WorkloadStatus = kept
    const isNew = !isEvicted(workload)
    const reason = target === undefined ? 'Deactivated' : `DeactivatedDueTo${target.reason ?? ''}`
    const message = target === undefined ? 'The workload is deactivated' : `The workload is deactivated due to ${target.message ?? ''}`
    if (isNew) status = evict({ ...workload, status }, reason, message, this.time)
    status = { ...status, conditions: status.conditions?.filter(({ type }) => type !== 'DeactivationTarget') }
    if (equalJson(status, workload.status)) return undefined
    const result = this.write(status)
    if (isNew && status.admission !== undefined) context.recorder.record(workload, 'Normal', `EvictedDueTo${reason}`, message)
    return result
  }

  /** A queue that was stopped is open again. */
  private restart(): ReconcileResult | undefined {
    const requeued = findCondition(this.workload.status?.conditions, 'Requeued')
    if (requeued?.status !== 'False') return undefined
    const isOpen = (queue: LocalQueue | ClusterQueue | undefined): boolean => queue !== undefined && (queue.spec.stopPolicy ?? 'None') === 'None'
    if (requeued.reason === 'LocalQueueStopped' && isOpen(this.local)) return this.write(setRequeued(this.workload, 'LocalQueueRestarted', 'The LocalQueue was restarted after being stopped', true, this.time))
    if (requeued.reason === 'ClusterQueueStopped' && isOpen(this.queue)) return this.write(setRequeued(this.workload, 'ClusterQueueRestarted', 'The ClusterQueue was restarted after being stopped', true, this.time))
    return undefined
  }

  private syncAdmission(): ReconcileResult | undefined {
    const { workload, context } = this
    if (isAdmitted(workload)) return undefined
    const status = syncAdmitted(workload, workload.status ?? {}, this.time)
    if (equalJson(status, workload.status ?? {})) return undefined
    const result = this.write(status)
    if (isAdmitted({ ...workload, status })) {
      const since = findCondition(status.conditions, 'QuotaReserved')?.lastTransitionTime ?? this.time.now
      context.recorder.record(workload, 'Normal', 'Admitted', `Admitted by ClusterQueue ${status.admission?.clusterQueue ?? ''}, wait time since reservation was ${this.time.elapsedSeconds(since)}s`)
    }
    return result
  }

  private withQuota(): ReconcileResult {
    return this.failedChecks() ?? this.stopped('LocalQueue', this.workload.spec.queueName ?? '', this.local) ?? this.stopped('ClusterQueue', this.workload.status?.admission?.clusterQueue ?? '', this.queue) ?? this.limitReadiness() ?? this.limitTime()
  }

  /** Checks that were rejected deactivate the workload; those to be retried send it back to the queue. */
  private failedChecks(): ReconcileResult | undefined {
    const { workload, context } = this
    const checks = workload.status?.admissionChecks ?? []
    const rejected = checks.filter(({ state }) => state === 'Rejected')
    if (isEvicted(workload)) return undefined
    const [first] = rejected
    if (first !== undefined) {
      const result = this.deactivateFor('AdmissionCheck', `Admission check(s): [${rejected.map(({ name }) => name).join(' ')}], were rejected`)
      context.recorder.record(workload, 'Warning', 'AdmissionCheckRejected', `Deactivating workload because AdmissionCheck for ${first.name} was Rejected: ${first.message}`)
      return result
    }
    return checks.some(({ state }) => state === 'Retry') ? this.evictFor('AdmissionCheck', 'At least one admission check is false') : undefined
  }

  private deactivateFor(reason: string, message: string): ReconcileResult {
    const { metadata, status = {} } = this.workload
    return this.write({ ...status, conditions: withCondition(status.conditions, { type: 'DeactivationTarget', status: 'True', reason, message, observedGeneration: metadata.generation }, this.time.now) })
  }

  private evictFor(reason: string, message: string, workload = this.workload): ReconcileResult {
    const result = this.write(evict(workload, reason, message, this.time))
    this.context.recorder.record(this.workload, 'Normal', `EvictedDueTo${reason}`, message)
    return result
  }

  /** A workload whose pods take too long to become ready goes back to the queue, each time for longer. */
  private limitReadiness(): ReconcileResult | undefined {
    const { workload, context } = this
    const settings = readWaitForPodsReady(context.api)
    const admitted = findCondition(workload.status?.conditions, 'Admitted')
    const ready = findCondition(workload.status?.conditions, 'PodsReady')
    if (settings === undefined || admitted?.status !== 'True' || ready?.status === 'True' || isEvicted(workload)) return undefined
    const sinces = [admitted.lastTransitionTime ?? this.time.now, ready?.lastTransitionTime ?? '']
    const leftMs = settings.timeoutMs - (context.clock.nowMs - context.clock.parse(sinces[0]! > sinces[1]! ? sinces[0]! : sinces[1]!))
    if (leftMs > 0) return { requeueAfterMs: leftMs }
    const count = (workload.status?.requeueState?.count ?? 0) + 1
    if (settings.backoffLimitCount !== undefined && count > settings.backoffLimitCount) return this.deactivateFor('RequeuingLimitExceeded', 'exceeding the maximum number of re-queuing retries')
    const requeueAt = context.clock.timestamp(context.clock.nowMs + backoffSeconds(settings, count) * 1000)
    return this.evictFor('PodsReadyTimeout', `Exceeded the PodsReady timeout ${keyOf(workload)}`, { ...workload, status: { ...workload.status, requeueState: { count, requeueAt } } })
  }

  private stopped(kind: 'LocalQueue' | 'ClusterQueue', name: string, queue: LocalQueue | ClusterQueue | undefined): ReconcileResult | undefined {
    const { workload } = this
    const policy = queue?.spec.stopPolicy ?? 'None'
    if (isAdmitted(workload)) {
      if (policy !== 'HoldAndDrain' || isEvicted(workload)) return undefined
      const message = `The ${kind} is stopped`
      return kind === 'ClusterQueue' ? this.evictFor('ClusterQueueStopped', message) : this.write(evict(workload, 'LocalQueueStopped', message, this.time))
    }
    if (queue === undefined || queue.metadata.deletionTimestamp !== undefined) return this.inadmissible(`${kind} ${name} is terminating or missing`)
    return policy === 'None' ? undefined : this.inadmissible(`${kind} ${name} is stopped`)
  }

  private limitTime(): ReconcileResult {
    const { workload, context } = this
    const { maximumExecutionTimeSeconds: limit } = workload.spec
    const admitted = findCondition(workload.status?.conditions, 'Admitted')
    if (limit === undefined || admitted?.status !== 'True') return done
    const leftMs = (limit - (workload.status?.accumulatedPastExexcutionTimeSeconds ?? 0)) * 1000 - (context.clock.nowMs - context.clock.parse(admitted.lastTransitionTime ?? this.time.now))
    if (leftMs > 0) return { requeueAfterMs: leftMs }
    const result = this.deactivateFor('MaximumExecutionTimeExceeded', 'exceeding the maximum execution time')
    context.recorder.record(workload, 'Warning', 'MaximumExecutionTimeExceeded', `The maximum execution time (${limit}s) exceeded`)
    return result
  }

  private withoutQuota(): ReconcileResult {
    const { workload, context, local, queue } = this
    const { queueName = '' } = workload.spec
    if (local === undefined) return this.inadmissible(`LocalQueue ${queueName} doesn't exist`)
    if ((local.spec.stopPolicy ?? 'None') !== 'None') return this.inadmissible(`LocalQueue ${queueName} is inactive`)
    if (queue === undefined) return this.inadmissible(`ClusterQueue ${local.spec.clusterQueue} doesn't exist`)
    if (!activityOf(queue, context.api.list<ResourceFlavor>(resources.flavors)).isActive) return this.inadmissible(`ClusterQueue ${local.spec.clusterQueue} is inactive`)
    return done
  }

  private inadmissible(message: string): ReconcileResult {
    return this.write(releaseQuota(this.workload, 'Inadmissible', message, this.time))
  }

  private write(status: WorkloadStatus): ReconcileResult {
    if (equalJson(status, this.workload.status)) return done
    return { failed: !this.context.api.updateStatus(resources.workloads, { ...this.workload, status }).ok }
  }
}

/** Workloads whose LocalQueue leads to a queue. */
function workloadsOf(matches: (workload: Workload) => boolean, { api }: Pick<ComponentContext, 'api'>): readonly string[] {
  return api.list<Workload>(resources.workloads).filter((workload) => !isFinished(workload) && matches(workload)).map(keyOf)
}

/** The controller of workloads. */
export const kueueWorkloadController: Controller = {
  name: 'kueue-workload-controller',
  serviceAccount: 'kueue-controller-manager',
  namespace: 'kueue-system',
  watches: [
    { resource: resources.workloads, keysOf: (change) => (isOfConsequence(change) ? [change.key] : []) },
    { resource: resources.localQueues, keysOf: ({ before, after, key }, api) => (equalJson((before as LocalQueue | undefined)?.spec, (after as LocalQueue | undefined)?.spec) ? [] : workloadsOf(({ metadata, spec }) => objectKey(metadata.namespace, spec.queueName ?? '') === key, { api })) },
    { resource: resources.clusterQueues, keysOf: ({ before, after }, api) => (equalJson((before as ClusterQueue | undefined)?.spec, (after as ClusterQueue | undefined)?.spec) ? [] : workloadsOf(() => true, { api })) },
    { resource: resources.flavors, keysOf: ({ before, after }, api) => (before !== undefined && after !== undefined ? [] : workloadsOf((workload) => !hasQuotaReservation(workload), { api })) },
  ],
  reconcile(key, context) {
    const workload = context.api.find<Workload>(resources.workloads, key)
    if (workload === undefined) return done
    if ((workload.metadata.ownerReferences ?? []).length === 0 && workload.metadata.deletionTimestamp !== undefined) return removeFinalizer(workload, context)
    return isFinished(workload) ? done : new WorkloadWork(context, workload).run()
  },
}
