/**
 * Keeps a workload for each Job that names a queue, and starts and stops the Job as the workload is admitted and evicted.
 * Models sigs.k8s.io/kueue/pkg/controller/jobframework with jobs/job (v0.10).
 */

import type { Job, KubeObject } from '../../api/types.ts'
import { equalJson } from '../../kernel/equal.ts'
import { hexDigits } from '../../kernel/hash.ts'
import type { ComponentContext, Controller, ReconcileResult } from '../../store/component.ts'
import { done } from '../../store/component.ts'
import { keyOf } from '../../store/resource-id.ts'
import { controllerReference, ownerKey } from '../owners.ts'
import { findCondition, hasQuotaReservation, isAdmitted, isEvicted, isFinished, isTrue, releaseQuota, setRequeued, withCondition } from './conditions.ts'
import { conflictText, isEquivalent, placementOf, podsCount, podSetOf, reclaimablePods, startedJob, stoppedJob } from './job-pods.ts'
import { readWaitForPodsReady } from './configuration.ts'
import { removeFinalizer } from './finalizer.ts'
import { jobPriority } from './priority.ts'
import { isOfConsequence } from './queues.ts'
import { statusTimeOf } from './status-time.ts'
import { inUseFinalizer, jobUidLabel, maxExecTimeLabel, queueLabel, resources } from './types.ts'
import type { ResourceFlavor, Workload, WorkloadStatus } from './types.ts'

const namePrefixMax = 247

/** The name of a Job's workload. The real hash is of the same parts, by SHA-1. */
export function workloadName({ metadata }: Job): string {
  const { name = '', uid = '' } = metadata
  return `${`job-${name}`.slice(0, namePrefixMax)}-${hexDigits(`Job\nbatch\n${name}\n${uid}`, 8).slice(0, 5)}`
}

function isSuspended({ spec }: Job): boolean {
  return spec.suspend === true
}

/** How a Job has ended; undefined while it has not. */
function endOf({ status }: Job): { readonly message: string; readonly isSuccess: boolean } | undefined {
  const end = status?.conditions?.find((condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True')
  return end === undefined ? undefined : { message: end.message ?? '', isSuccess: end.type === 'Complete' }
}

/** Acts on one Job; made anew for each reconcile. */
class JobWork {
  private readonly context: ComponentContext
  private readonly job: Job

  constructor(context: ComponentContext, job: Job) {
    this.context = context
    this.job = job
  }

  run(): ReconcileResult {
    const { job } = this
    const found = this.ensureOneWorkload()
    if ('result' in found) return found.result
    const { workload } = found
    if (workload !== undefined && isFinished(workload)) return this.close(workload)
    if (workload?.metadata.deletionTimestamp !== undefined) {
      this.stop(workload, 'Workload is deleted')
      return this.removeFinalizer(workload)
    }
    const end = endOf(job)
    if (end !== undefined) return workload === undefined ? done : this.finish(workload, end)
    if (workload === undefined) return this.createWorkload()
    const reclaimable = reclaimablePods(job)
    if (!equalJson(reclaimable, workload.status?.reclaimablePods ?? [])) return this.writeStatus(workload, { ...workload.status, reclaimablePods: reclaimable })
    const unready = this.notePodsReady(workload)
    if (unready !== undefined) return unready
    if (isEvicted(workload)) return this.onEviction(workload)
    if (isSuspended(job)) return this.whileSuspended(workload)
    return isAdmitted(workload) ? done : this.stop(workload, 'Not admitted by cluster queue')
  }

  private owned(): Workload[] {
    return this.context.api.listOwned<Workload>(resources.workloads, this.job.metadata.uid ?? '').filter((workload) => workload.kind === 'Workload')
  }

  /** The workload that matches the Job. Others are brought in line or deleted. */
  private ensureOneWorkload(): { readonly workload: Workload | undefined } | { readonly result: ReconcileResult } {
    const { job } = this
    const all = this.owned()
    const match = all.find((workload) => isEquivalent(job, workload, this.placement(workload)))
    const others = all.filter((workload) => workload !== match)
    if (match === undefined && others[0] !== undefined && isSuspended(job) && !hasQuotaReservation(others[0])) return { result: this.updateWorkload(others[0]) }
    if (match === undefined && !isSuspended(job) && endOf(job) === undefined) {
      const [only] = others
      if (others.length === 1 && only !== undefined) this.stop(only, 'No matching Workload; restoring pod templates according to existent Workload')
      else this.stop(undefined, 'Missing Workload; unable to restore pod templates')
    }
    if (others.length === 0) return { workload: match }
    for (const workload of others) {
      this.removeFinalizer(workload)
      this.context.api.delete(resources.workloads, keyOf(workload))
      this.tell('DeletedWorkload', `Deleted not matching Workload: ${keyOf(workload)}`)
    }
    return { result: { failed: true } }
  }

  private updateWorkload(workload: Workload): ReconcileResult {
    const updated = this.context.api.update(resources.workloads, { ...workload, spec: { ...workload.spec, ...this.desiredSpec() } })
    if (!updated.ok) return { failed: true }
    this.tell('UpdatedWorkload', `Updated not matching Workload for suspended job: ${keyOf(workload)}`)
    return done
  }

  private desiredSpec(): Workload['spec'] {
    const { labels = {} } = this.job.metadata
    const limit = Number(labels[maxExecTimeLabel])
    return { podSets: [podSetOf(this.job)], queueName: labels[queueLabel] ?? '', active: true, ...jobPriority(this.job, this.context.api), ...(limit > 0 ? { maximumExecutionTimeSeconds: limit } : {}) }
  }

  private createWorkload(): ReconcileResult {
    const { job, context } = this
    if ((job.status?.active ?? 0) > 0) return done
    const workload: Workload = {
      apiVersion: 'kueue.x-k8s.io/v1beta1', kind: 'Workload',
      metadata: { name: workloadName(job), namespace: job.metadata.namespace, labels: { [jobUidLabel]: job.metadata.uid ?? '' }, finalizers: [inUseFinalizer], ownerReferences: [controllerReference(job)] },
      spec: this.desiredSpec(),
    }
    const created = context.api.create(resources.workloads, workload)
    if (!created.ok) return { failed: true }
    this.tell('CreatedWorkload', `Created Workload: ${keyOf(workload)}`)
    return done
  }

  private placement(workload: Workload): ReturnType<typeof placementOf> {
    return hasQuotaReservation(workload) ? placementOf(workload, (name) => this.context.api.find<ResourceFlavor>(resources.flavors, name)) : undefined
  }

  private whileSuspended(workload: Workload): ReconcileResult {
    const { job, context } = this
    if (isAdmitted(workload)) return this.start(workload)
    const queueName = job.metadata.labels?.[queueLabel] ?? ''
    if (workload.spec.queueName === queueName) return done
    return { failed: !context.api.update(resources.workloads, { ...workload, spec: { ...workload.spec, queueName } }).ok }
  }

  private start(workload: Workload): ReconcileResult {
    const placement = this.placement(workload)
    if (placement === undefined) return { failed: true }
    const conflict = conflictText(this.job, placement)
    if (conflict !== undefined) return this.setFinished(workload, 'FailedToStart', conflict)
    if (!this.context.api.update('jobs.batch', startedJob(this.job, placement)).ok) return { failed: true }
    this.tell('Started', `Admitted by clusterQueue ${workload.status?.admission?.clusterQueue ?? ''}`)
    return done
  }

  /** Suspends the Job, forgets when it began so that its template may change, and restores the template. */
  private stop(workload: Workload | undefined, message: string): ReconcileResult {
    const { api } = this.context
    const wasRunning = !isSuspended(this.job)
    let { job } = this
    if (wasRunning) {
      const suspended = api.update('jobs.batch', { ...job, spec: { ...job.spec, suspend: true } })
      if (!suspended.ok) return { failed: true }
      job = suspended.object
    }
    if (job.status?.startTime !== undefined) {
      const { startTime: _startTime, ...status } = job.status
      const written = api.updateStatus('jobs.batch', { ...job, status })
      if (!written.ok) return { failed: true }
      job = written.object
    }
    const stopped = stoppedJob(job, workload)
    if (!equalJson(stopped.spec, job.spec) && !api.update('jobs.batch', stopped).ok) return { failed: true }
    if (wasRunning) this.tell('Stopped', message)
    return done
  }

  /** While the manager waits for ready pods, the workload says whether they are. Once they were, it stays so until eviction. */
  private notePodsReady(workload: Workload): ReconcileResult | undefined {
    if (readWaitForPodsReady(this.context.api) === undefined) return undefined
    const { conditions } = workload.status ?? {}
    const { succeeded = 0, ready = 0 } = this.job.status ?? {}
    const isReady = isAdmitted(workload) && (succeeded + ready >= podsCount(this.job) || isTrue(conditions, 'PodsReady'))
    const status = isReady ? 'True' : 'False'
    if (findCondition(conditions, 'PodsReady')?.status === status) return undefined
    const message = isReady ? 'All pods were ready or succeeded since the workload admission' : 'Not all pods are ready or succeeded'
    const condition = { type: 'PodsReady', status, reason: 'PodsReady', message, observedGeneration: workload.metadata.generation } as const
    return this.writeStatus(workload, { ...workload.status, conditions: withCondition(conditions, condition, statusTimeOf(this.context.clock).now) })
  }

  private onEviction(workload: Workload): ReconcileResult {
    const evicted = findCondition(workload.status?.conditions, 'Evicted')
    const message = evicted?.message ?? ''
    const stopped = this.stop(workload, message)
    if (stopped.failed === true || !hasQuotaReservation(workload) || (this.job.status?.active ?? 0) > 0) return stopped
    const time = statusTimeOf(this.context.clock)
    const reason = evicted?.reason ?? ''
    const requeued = setRequeued(workload, reason, message, reason === 'Preempted', time)
    return this.writeStatus(workload, releaseQuota({ ...workload, status: requeued }, 'Pending', message, time))
  }

  private finish(workload: Workload, { message, isSuccess }: { readonly message: string; readonly isSuccess: boolean }): ReconcileResult {
    const result = this.setFinished(workload, isSuccess ? 'Succeeded' : 'Failed', message)
    if (result.failed !== true) this.tellFinished(workload)
    return result
  }

  private setFinished(workload: Workload, reason: string, message: string): ReconcileResult {
    const { metadata, status = {} } = workload
    const { now } = statusTimeOf(this.context.clock)
    return this.writeStatus(workload, { ...status, conditions: withCondition(status.conditions, { type: 'Finished', status: 'True', reason, message, observedGeneration: metadata.generation }, now) })
  }

  /** A finished workload is told of once more, and let go. */
  private close(workload: Workload): ReconcileResult {
    if (workload.metadata.finalizers?.includes(inUseFinalizer) !== true) return done
    this.tellFinished(workload)
    return this.removeFinalizer(workload)
  }

  private tellFinished(workload: Workload): void {
    this.tell('FinishedWorkload', `Workload '${keyOf(workload)}' is declared finished`)
  }

  private writeStatus(workload: Workload, status: WorkloadStatus): ReconcileResult {
    return { failed: !this.context.api.updateStatus(resources.workloads, { ...workload, status }).ok }
  }

  private removeFinalizer(workload: Workload): ReconcileResult {
    return removeFinalizer(workload, this.context)
  }

  private tell(reason: string, message: string): void {
    this.context.recorder.record(this.job, 'Normal', reason, message)
  }
}

/** Workloads of a Job that is gone or going. */
function releaseWorkloads(key: string, context: ComponentContext): ReconcileResult {
  const owned = context.api.list<Workload>(resources.workloads).filter((workload) => ownerKey(workload, 'Job') === key)
  return { failed: owned.map((workload) => removeFinalizer(workload, context)).some(({ failed }) => failed === true) }
}

function jobKeys(object: KubeObject | undefined): readonly string[] {
  const key = ownerKey(object, 'Job')
  return key === undefined ? [] : [key]
}

/** The controller of Jobs with a queue. */
export const kueueJobController: Controller = {
  name: 'kueue-batch/job',
  serviceAccount: 'kueue-controller-manager',
  namespace: 'kueue-system',
  component: 'batch/job-kueue-controller',
  watches: [
    { resource: 'jobs.batch', keysOf: ({ before, after, key }) => ((after ?? before)?.metadata.labels?.[queueLabel] === undefined ? [] : [key]) },
    { resource: resources.workloads, keysOf: (change) => (isOfConsequence(change) ? jobKeys(change.after ?? change.before) : []) },
  ],
  reconcile(key, context) {
    const job = context.api.find<Job>('jobs.batch', key)
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return releaseWorkloads(key, context)
    return (job.metadata.labels?.[queueLabel] ?? '') === '' ? done : new JobWork(context, job).run()
  },
}
