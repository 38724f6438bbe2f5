/** One look at a CronJob and its Jobs. Models kubernetes/pkg/controller/cronjob syncCronJob, cleanupFinishedJobs (v1.35). */

import { mostRecentStart, nextLookMs, startName } from '../../api/cron/missed-starts.ts'
import type { CronJobTimes } from '../../api/cron/missed-starts.ts'
import { parseCron } from '../../api/cron/schedule.ts'
import type { CronSchedule } from '../../api/cron/schedule.ts'
import { findTimeZone } from '../../api/cron/zones.ts'
import { goQuote } from '../../api/go-text.ts'
import type { Job, ObjectReference } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, ReconcileResult } from '../../store/component.ts'
import { keyOf, objectKey } from '../../store/resource-id.ts'
import { controllerOf, isNamespaceTerminating } from '../owners.ts'
import { byStartTime, endOf, jobOfStart, referenceTo, rfc1123, zonedSchedule } from './cron-jobs.ts'
import type { CronJob } from './cron-jobs.ts'

const failed: ReconcileResult = { failed: true }

/** What the starts of a CronJob depend on, with times in Unix ms. */
export function timesOf({ metadata, spec, status }: CronJob, { clock }: ComponentContext): CronJobTimes {
  const unixMs = (text: string): number => clock.epochMs + clock.parse(text)
  return {
    createdMs: unixMs(metadata.creationTimestamp!),
    ...(status?.lastScheduleTime === undefined ? {} : { lastScheduleMs: unixMs(status.lastScheduleTime) }),
    ...(spec.startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds: spec.startingDeadlineSeconds }),
  }
}

/** A CronJob while it is looked at: its status is changed here and written once. */
export class CronJobSync {
  private readonly cronJob: CronJob
  private readonly context: ComponentContext
  private active: readonly ObjectReference[]
  private lastScheduleTime: string | undefined
  private lastSuccessfulTime: string | undefined
  private isChanged = false

  constructor(cronJob: CronJob, context: ComponentContext) {
    this.cronJob = cronJob
    this.context = context
    this.active = cronJob.status?.active ?? []
    this.lastScheduleTime = cronJob.status?.lastScheduleTime
    this.lastSuccessfulTime = cronJob.status?.lastSuccessfulTime
  }

  run(): ReconcileResult {
    const { metadata } = this.cronJob
    const jobs = this.context.api.list<Job>('jobs.batch', { namespace: metadata.namespace }).filter((job) => controllerOf(job)?.name === metadata.name)
    this.cleanUp(jobs)
    this.followJobs(jobs)
    this.dropMissing(new Set(jobs.map((job) => job.metadata.uid)))
    const result = metadata.deletionTimestamp === undefined ? this.start() : done
    return this.isChanged && !this.writeStatus() ? failed : result
  }

  private get nowMs(): number {
    return this.context.clock.epochMs + this.context.clock.nowMs
  }

  private tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.recorder.record(this.cronJob, type, reason, message)
  }

  private isActive(job: Job): boolean {
    return this.active.some(({ uid }) => uid === job.metadata.uid)
  }

  private forget(uid: string | undefined): void {
    this.active = this.active.filter((reference) => reference.uid !== uid)
    this.isChanged = true
  }

  private writeStatus(): boolean {
    const { active, lastScheduleTime, lastSuccessfulTime } = this
    const status = {
      ...(active.length === 0 ? {} : { active: [...active] }),
      ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
      ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
    }
    return this.context.api.updateStatus('cronjobs.batch', { ...this.cronJob, status }).ok
  }

  /** Deletes the oldest ended Jobs beyond the history limits. */
  private cleanUp(jobs: readonly Job[]): void {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = this.cronJob.spec
    this.deleteOldest(jobs, 'Complete', successfulJobsHistoryLimit)
    this.deleteOldest(jobs, 'Failed', failedJobsHistoryLimit)
  }

  private deleteOldest(jobs: readonly Job[], end: 'Complete' | 'Failed', limit: number | undefined): void {
    if (limit === undefined) return
    const ended = jobs.filter((job) => endOf(job) === end).sort(byStartTime)
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) this.deleteJob(job)
  }

  private deleteJob(job: Job): boolean {
    const result = this.context.api.delete('jobs.batch', keyOf(job), { propagationPolicy: 'Background' })
    if (!result.ok) {
      this.tell('Warning', 'FailedDelete', `Deleted job: ${result.status.message ?? ''}`)
      return false
    }
    this.forget(job.metadata.uid)
    this.tell('Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`)
    return true
  }

  /** Notes which Jobs have ended, and Jobs that somebody else made. */
  private followJobs(jobs: readonly Job[]): void {
    for (const job of jobs) {
      const end = endOf(job)
      if (end === undefined) {
        if (!this.isActive(job)) this.tell('Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${job.metadata.name}`)
        continue
      }
      if (this.isActive(job)) {
        this.forget(job.metadata.uid)
        this.tell('Normal', 'SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end}`)
      }
      if (end === 'Complete') this.noteSuccess(job.status?.completionTime)
    }
  }

  private noteSuccess(completionTime: string | undefined): void {
    if (completionTime === undefined || (this.lastSuccessfulTime !== undefined && compareText(completionTime, this.lastSuccessfulTime) <= 0)) return
    this.lastSuccessfulTime = completionTime
    this.isChanged = true
  }

  private dropMissing(known: ReadonlySet<string | undefined>): void {
    for (const { uid, namespace, name } of this.active) {
      if (known.has(uid) || this.context.api.find('jobs.batch', objectKey(namespace, name!)) !== undefined) continue
      this.tell('Normal', 'MissingJob', `Active job went missing: ${name}`)
      this.forget(uid)
    }
  }

  /** Starts the Job that is due, if one is. */
  private start(): ReconcileResult {
    const { spec } = this.cronJob
    if (spec.timeZone !== undefined && spec.timeZone !== '' && findTimeZone(spec.timeZone) === undefined) {
      this.tell('Warning', 'UnknownTimeZone', `invalid timeZone: ${goQuote(spec.timeZone)}: unknown time zone ${spec.timeZone}`)
      return done
    }
    if (spec.suspend === true) return done
    if (spec.schedule.includes('TZ')) {
      this.tell('Warning', 'UnsupportedSchedule', `CRON_TZ or TZ used in schedule ${goQuote(spec.schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`)
    }
    const schedule = parseCron(zonedSchedule(this.cronJob))
    if ('error' in schedule) {
      this.tell('Warning', 'UnparseableSchedule', `unparseable schedule: ${goQuote(spec.schedule)} : ${schedule.error}`)
      return done
    }
    const { mostRecentMs, missed, error } = mostRecentStart(timesOf(this.cronJob, this.context), this.nowMs, schedule, true)
    if (error !== undefined) {
      this.tell('Warning', 'InvalidSchedule', `invalid schedule: ${spec.schedule} : ${error}`)
      return done
    }
    if (mostRecentMs === undefined) return this.lookAgain(schedule)
    if (missed === 'many') this.tell('Warning', 'TooManyMissedTimes', 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew')
    return this.startAt(mostRecentMs, schedule)
  }

  private lookAgain(schedule: CronSchedule): ReconcileResult {
    const afterMs = nextLookMs(this.timesNow(), this.nowMs, schedule)
    return afterMs === undefined ? done : { requeueAfterMs: afterMs }
  }

  private timesNow(): CronJobTimes {
    return timesOf({ ...this.cronJob, status: { ...this.cronJob.status, lastScheduleTime: this.lastScheduleTime } }, this.context)
  }

  private startAt(startMs: number, schedule: CronSchedule): ReconcileResult {
    const { spec, metadata } = this.cronJob
    if (spec.startingDeadlineSeconds !== undefined && startMs + spec.startingDeadlineSeconds * 1000 < this.nowMs) {
      this.tell('Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(startMs)}`)
      return this.lookAgain(schedule)
    }
    const name = startName(metadata.name!, startMs)
    const isStarted = this.active.some((reference) => reference.name === name) || timesOf(this.cronJob, this.context).lastScheduleMs === startMs
    if (isStarted) return this.lookAgain(schedule)
    if (spec.concurrencyPolicy === 'Forbid' && this.active.length > 0) {
      this.tell('Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid')
      return this.lookAgain(schedule)
    }
    if (spec.concurrencyPolicy === 'Replace' && !this.deleteActive()) return failed
    return this.createJob(startMs, schedule)
  }

  private deleteActive(): boolean {
    for (const { namespace, name } of this.active) {
      const job = this.context.api.find<Job>('jobs.batch', objectKey(namespace, name!))
      if (job === undefined) {
        this.tell('Warning', 'FailedGet', `Get job: jobs.batch ${goQuote(name!)} not found`)
        return false
      }
      if (!this.deleteJob(job)) return false
    }
    return true
  }

  private createJob(startMs: number, schedule: CronSchedule): ReconcileResult {
    const wanted = jobOfStart(this.cronJob, startMs)
    const result = this.context.api.create('jobs.batch', wanted)
    const job = result.ok ? result.object : this.createdBefore(wanted, result.status.reason)
    if (!result.ok && result.status.reason !== 'AlreadyExists') {
      if (!isNamespaceTerminating(result.status)) this.tell('Warning', 'FailedCreate', `Error creating job: ${result.status.message ?? ''}`)
      return failed
    }
    if (job === undefined) return done
    if (result.ok) this.tell('Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`)
    this.active = [...this.active, referenceTo(job)]
    this.lastScheduleTime = this.context.clock.timestamp(startMs - this.context.clock.epochMs)
    this.isChanged = true
    return this.lookAgain(schedule)
  }

  /** Our own Job of that name that the status does not know yet. */
  private createdBefore(wanted: Job, reason: string | undefined): Job | undefined {
    const job = reason === 'AlreadyExists' ? this.context.api.find<Job>('jobs.batch', keyOf(wanted)) : undefined
    return job === undefined || controllerOf(job)?.uid !== this.cronJob.metadata.uid || this.isActive(job) ? undefined : job
  }
}
