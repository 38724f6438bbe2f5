/**
 * CronJobs: Jobs at given times.
 * Models kubernetes/pkg/controller/cronjob/cronjob_controllerv2.go (v1.35).
 */

import type { ApiClient } from '../../api/client.ts'
import { nextLookMs } from '../../api/cron/missed-starts.ts'
import { parseCron } from '../../api/cron/schedule.ts'
import { done } from '../../store/component.ts'
import type { ComponentContext, Controller, ReconcileResult, StoreChange } from '../../store/component.ts'
import { controllerOf, ownerKey } from '../owners.ts'
import { zonedSchedule } from './cron-jobs.ts'
import type { CronJob } from './cron-jobs.ts'
import { CronJobSync, timesOf } from './sync.ts'

/** Marks the key of a CronJob whose schedule was changed: it is looked at when the new one is due next, not before. */
const rescheduledMark = '|rescheduled'

function keysOfCronJob({ before, after, key }: StoreChange): readonly string[] {
  if (before === undefined || after === undefined) return [key]
  const [old, now] = [(before as CronJob).spec, (after as CronJob).spec]
  return [old.schedule === now.schedule && old.timeZone === now.timeZone ? key : key + rescheduledMark]
}

function keysOfJob({ before, after }: StoreChange, api: ApiClient): readonly string[] {
  const keys = new Set<string>()
  for (const job of [before, after]) {
    const key = ownerKey(job, 'CronJob')
    if (key !== undefined && api.find('cronjobs.batch', key)?.metadata.uid === controllerOf(job!)?.uid) keys.add(key)
  }
  return [...keys]
}

/** Waits until the new schedule is due. The table keeps when that is. */
function awaitSchedule(key: string, context: ComponentContext): ReconcileResult {
  const { api, clock, recorder } = context
  const due = context.table<number>('rescheduled')
  const cronJob = api.find<CronJob>('cronjobs.batch', key)
  const dueMs = due.get(key)
  if (cronJob === undefined || dueMs === clock.nowMs) {
    due.delete(key)
    return { enqueue: [key] }
  }
  const schedule = parseCron(zonedSchedule(cronJob))
  if ('error' in schedule) {
    recorder.record(cronJob, 'Warning', 'UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${cronJob.spec.schedule}`)
    return done
  }
  const afterMs = nextLookMs(timesOf(cronJob, context), clock.epochMs + clock.nowMs, schedule)
  if (afterMs === undefined || afterMs <= 0) return { enqueue: [key] }
  due.set(key, clock.nowMs + afterMs)
  return { requeueAfterMs: afterMs }
}

/** The CronJob controller. */
export const cronJobController: Controller = {
  name: 'cronjob-controller',
  watches: [
    { resource: 'cronjobs.batch', keysOf: keysOfCronJob },
    { resource: 'jobs.batch', keysOf: keysOfJob },
  ],
  reconcile(key, context): ReconcileResult {
    if (key.endsWith(rescheduledMark)) return awaitSchedule(key.slice(0, -rescheduledMark.length), context)
    const cronJob = context.api.find<CronJob>('cronjobs.batch', key)
    return cronJob === undefined ? done : new CronJobSync(cronJob, context).run()
  },
}
