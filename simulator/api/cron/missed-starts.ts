/** Which start of a CronJob is due. Models pkg/controller/cronjob/utils.go (v1.35). */

import { nextCronTime } from './schedule.ts'
import type { CronSchedule } from './schedule.ts'

const secondMs = 1000
/** The controller looks again a little after the schedule. */
const nextScheduleDeltaMs = 100
/** More missed starts than this are warned of. */
const missedMany = 100

/** What of a CronJob its starts depend on. Times are Unix ms. */
export interface CronJobTimes {
  readonly createdMs: number
  readonly lastScheduleMs?: number
  readonly startingDeadlineSeconds?: number
}

export interface MissedStarts {
  readonly earliestMs: number
  /** The latest start that is due. */
  readonly mostRecentMs?: number
  readonly missed: 'none' | 'few' | 'many'
  readonly error?: string
}

/** The latest start that is due now. @param hasDeadline whether starts that are past the starting deadline are left out */
export function mostRecentStart(times: CronJobTimes, nowMs: number, schedule: CronSchedule, hasDeadline: boolean): MissedStarts {
  const { createdMs, lastScheduleMs, startingDeadlineSeconds } = times
  let earliestMs = lastScheduleMs ?? createdMs
  if (hasDeadline && startingDeadlineSeconds !== undefined) earliestMs = Math.max(earliestMs, nowMs - startingDeadlineSeconds * secondMs)
  const first = nextCronTime(schedule, earliestMs)
  const second = first === undefined ? undefined : nextCronTime(schedule, first)
  if (first === undefined || second === undefined) return { earliestMs, missed: 'none', error: 'time difference between two schedules is less than 1 second' }
  if (nowMs < first) return { earliestMs, missed: 'none' }
  if (nowMs < second) return { earliestMs, mostRecentMs: first, missed: 'none' }
  const betweenSeconds = Math.round((second - first) / secondMs)
  if (betweenSeconds < 1) return { earliestMs, missed: 'none', error: 'time difference between two schedules is less than 1 second' }
  const count = Math.floor((nowMs - first) / secondMs / betweenSeconds) + 1
  let mostRecentMs: number | undefined
  let at = nextCronTime(schedule, first + (count - 2) * betweenSeconds * secondMs)
  while (at !== undefined && at <= nowMs) {
    mostRecentMs = at
    at = nextCronTime(schedule, at)
  }
  const missed = count > missedMany ? 'many' : count > 0 ? 'few' : 'none'
  return { earliestMs, missed, ...(mostRecentMs === undefined ? {} : { mostRecentMs }) }
}

/** How long the controller waits before it looks at a CronJob again; undefined when it is never due. */
export function nextLookMs(times: CronJobTimes, nowMs: number, schedule: CronSchedule): number | undefined {
  const { earliestMs, mostRecentMs, missed, error } = mostRecentStart(times, nowMs, schedule, false)
  const from = error !== undefined ? nowMs : (mostRecentMs ?? (missed === 'none' ? earliestMs : nowMs))
  const next = nextCronTime(schedule, from)
  return next === undefined ? undefined : next + nextScheduleDeltaMs - nowMs
}

/** The name of the Job of a start. */
export function startName(cronJobName: string, startMs: number): string {
  return `${cronJobName}-${Math.floor(startMs / 60_000)}`
}
