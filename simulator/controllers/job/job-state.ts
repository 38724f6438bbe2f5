/** One sync's picture of a Job: its pods, what is already counted, what the status will say. */

import type { Condition, Job, JobStatus, Pod } from '../../api/types.ts'
import type { ComponentContext } from '../../store/component.ts'
import { isPodActive, isPodReady, isPodTerminating } from '../pods.ts'
import { nextRecord } from './back-off.ts'
import type { BackOffRecord } from './back-off.ts'
import { completionIndexOf, indexesOf, parseIndexes, withIndexes } from './indexes.ts'
import type { Intervals } from './indexes.ts'
import { hasTrackingFinalizer, indexFailures, isIndexed, isPodFailed } from './jobs.ts'
import { failurePolicyOf, matchFailurePolicy } from './policies.ts'

/** Mutable during one sync. The pods are those of its beginning. */
export class JobState {
  job: Job
  status: JobStatus
  readonly context: ComponentContext
  readonly pods: Pod[]
  readonly activePods: readonly Pod[]
  readonly countedSucceeded: ReadonlySet<string>
  readonly countedFailed: ReadonlySet<string>
  ready: number
  terminating: number
  succeeded: number
  readonly failed: number
  readonly backOff: BackOffRecord
  finished: Condition | undefined
  succeededBefore: Intervals = []
  succeededIndexes: Intervals = []
  failedIndexes: Intervals | undefined
  /** Failed pods that keep their finalizer until their index gets a new pod. */
  delayedByIndex: ReadonlyMap<number, Pod> = new Map()
  /** Ms until the Job is to be looked at again. */
  requeueAfterMs: number | undefined

  constructor(job: Job, pods: readonly Pod[], backOff: BackOffRecord | undefined, context: ComponentContext) {
    this.job = job
    this.context = context
    this.status = { ...job.status, uncountedTerminatedPods: { ...job.status?.uncountedTerminatedPods } }
    this.pods = [...pods]
    this.activePods = pods.filter(isPodActive)
    this.countedSucceeded = new Set(this.status.uncountedTerminatedPods?.succeeded)
    this.countedFailed = new Set(this.status.uncountedTerminatedPods?.failed)
    this.ready = this.activePods.filter(isPodReady).length
    this.terminating = pods.filter(isPodTerminating).length
    const newSucceeded = this.validPods(this.countedSucceeded).filter((pod) => pod.status?.phase === 'Succeeded')
    const newFailed = this.validPods(this.countedFailed).filter((pod) => isPodFailed(pod, job))
    this.succeeded = (this.status.succeeded ?? 0) + newSucceeded.length + this.countedSucceeded.size
    this.failed = (this.status.failed ?? 0) + newFailed.filter((pod) => matchFailurePolicy(failurePolicyOf(job), pod).counts).length + this.countedFailed.size
    this.backOff = nextRecord(backOff, newSucceeded, newFailed, (text) => context.clock.parse(text))
  }

  get now(): string {
    return this.context.clock.timestamp(this.context.clock.nowMs)
  }

  get completions(): number {
    return this.job.spec.completions ?? 0
  }

  /** Asks to come back after a time, or sooner where that was asked already. */
  comeBackAfter(ms: number): void {
    this.requeueAfterMs = Math.min(this.requeueAfterMs ?? ms, ms)
  }

  /** Pods that are tracked and not in a set, with a valid index in an indexed Job. */
  validPods(except: ReadonlySet<string>): Pod[] {
    return this.pods.filter((pod) => hasTrackingFinalizer(pod) && !except.has(pod.metadata.uid!) && (!isIndexed(this.job) || this.validIndexOf(pod) !== undefined))
  }

  /** A pod's index when the Job has such an index. */
  validIndexOf(pod: Pod): number | undefined {
    const index = completionIndexOf(pod)
    return index !== undefined && index < this.completions ? index : undefined
  }

  /** Indexes that are done, by the status and by the pods. */
  countSucceededIndexes(): void {
    this.succeededBefore = parseIndexes(this.status.completedIndexes ?? '', this.completions)
    const done = this.pods.filter((pod) => pod.status?.phase === 'Succeeded' && hasTrackingFinalizer(pod) && this.validIndexOf(pod) !== undefined)
    this.succeededIndexes = withIndexes(this.succeededBefore, indexesOf(done))
    this.succeeded = this.succeededIndexes.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  }

  /** Indexes that used up their own back-off limit. */
  countFailedIndexes(): void {
    const before = parseIndexes(this.status.failedIndexes ?? '', this.completions)
    const failed = this.pods.filter((pod) => hasTrackingFinalizer(pod) && this.validIndexOf(pod) !== undefined && this.isIndexFailed(pod))
    this.failedIndexes = withIndexes(before, indexesOf(failed))
  }

  private isIndexFailed(pod: Pod): boolean {
    if (!isPodFailed(pod, this.job)) return false
    const { counts, action } = matchFailurePolicy(failurePolicyOf(this.job), pod)
    return action === 'FailIndex' || (counts && indexFailures(pod) >= this.job.spec.backoffLimitPerIndex!)
  }
}
