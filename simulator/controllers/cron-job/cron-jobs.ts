/** CronJobs and the Jobs of their starts. Models kubernetes/pkg/controller/cronjob/utils.go (v1.35). */

import { startName } from '../../api/cron/missed-starts.ts'
import { findTimeZone, toWallMs, utc } from '../../api/cron/zones.ts'
import { secondsText, toCalendar } from '../../api/time.ts'
import type { Job, JobSpec, KubeObject, ObjectReference } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { controllerReference } from '../owners.ts'

/** A CronJob, as far as its controller reads it. */
export interface CronJob extends KubeObject {
  spec: {
    schedule: string
    timeZone?: string
    startingDeadlineSeconds?: number
    concurrencyPolicy?: 'Allow' | 'Forbid' | 'Replace'
    suspend?: boolean
    jobTemplate: { metadata?: { labels?: { [key: string]: string }; annotations?: { [key: string]: string } }; spec: JobSpec }
    successfulJobsHistoryLimit?: number
    failedJobsHistoryLimit?: number
  }
  status?: { active?: ObjectReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string }
}

/** When a Job was due, in the CronJob's time zone. */
const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** The schedule with its time zone in front, as the parser of schedules takes it. */
export function zonedSchedule({ spec }: CronJob): string {
  if (spec.schedule.includes('TZ') || spec.timeZone === undefined || findTimeZone(spec.timeZone) === undefined) return spec.schedule
  return `TZ=${spec.timeZone} ${spec.schedule}`
}

/** RFC 3339 with the offset of a zone. @param unixMs Unix ms */
function zonedTimestamp(timeZone: string | undefined, unixMs: number): string {
  const zone = timeZone === undefined || timeZone === '' ? utc : (findTimeZone(timeZone) ?? utc)
  const wallMs = toWallMs(zone, unixMs)
  const minutes = Math.round((wallMs - unixMs) / 60_000)
  if (minutes === 0) return `${secondsText(wallMs)}Z`
  const size = Math.abs(minutes)
  return `${secondsText(wallMs)}${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 60))}:${twoDigits(size % 60)}`
}

/** An instant in UTC as Go's time.RFC1123Z writes it. @param unixMs Unix ms */
export function rfc1123(unixMs: number): string {
  const { year, month, day, hour, minute, second, weekday } = toCalendar(unixMs)
  return `${weekdays[weekday]}, ${twoDigits(day)} ${months[month - 1]} ${year} ${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)} +0000`
}

/** The Job of a start. @param startMs Unix ms */
export function jobOfStart(cronJob: CronJob, startMs: number): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate
  const { labels, annotations } = metadata ?? {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: startName(cronJob.metadata.name!, startMs),
      namespace: cronJob.metadata.namespace,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [scheduledAnnotation]: zonedTimestamp(cronJob.spec.timeZone, startMs) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  }
}

/** How a status names an active Job. */
export function referenceTo(job: Job): ObjectReference {
  const { namespace, name, uid, resourceVersion } = job.metadata
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion }
}

/** The condition type with which a Job has ended. */
export function endOf(job: Job): 'Complete' | 'Failed' | undefined {
  const end = job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
  return end?.type as 'Complete' | 'Failed' | undefined
}

/** First started first; those that never started come last. */
export function byStartTime(a: Job, b: Job): number {
  const [left, right] = [a.status?.startTime ?? '', b.status?.startTime ?? '']
  if ((left === '') !== (right === '')) return left === '' ? 1 : -1
  return compareText(left, right) || compareText(a.metadata.name!, b.metadata.name!)
}
