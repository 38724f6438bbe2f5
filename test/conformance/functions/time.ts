import { mostRecentStart, nextLookMs, startName } from '../../../simulator/api/cron/missed-starts.ts'
import type { CronJobTimes } from '../../../simulator/api/cron/missed-starts.ts'
import { nextCronTime, parseCron } from '../../../simulator/api/cron/schedule.ts'
import { timeZoneError } from '../../../simulator/admission/validation/time-zone.ts'
import { validateSchedule } from '../../../simulator/admission/kinds/cronjobs.ts'
import { ErrorList } from '../../../simulator/admission/validation/error-list.ts'
import { fieldErrorText } from '../../../simulator/api/field-error.ts'
import { goDuration, humanDuration, secondsText, shortHumanDuration, timestampMs } from '../../../simulator/api/time.ts'
import { objectOf, verdict } from '../compare.ts'
import type { RowRunner } from '../runner.ts'

interface Input {
  fn: string
  seconds?: number
  schedule?: string
  timeZone?: string
  from?: string
  count?: number
  created?: string
  now?: string
  lastSchedule?: string
  startingDeadlineSeconds?: number
}

function unixMs(text: string): number {
  return timestampMs(text, 0)
}

function timeText(atMs: number): string {
  return `${secondsText(atMs)}Z`
}

function zoned({ schedule = '', timeZone }: Input): string {
  return timeZone === undefined ? schedule : `TZ=${timeZone} ${schedule}`
}

function ages({ seconds = 0 }: Input): unknown {
  return { human: humanDuration(seconds * 1000), short: shortHumanDuration(seconds * 1000) }
}

function next(input: Input): unknown {
  const schedule = parseCron(zoned(input))
  if ('error' in schedule) return schedule
  const times: string[] = []
  let at: number | undefined = unixMs(input.from ?? '')
  for (let i = 0; i < (input.count ?? 1); i++) {
    at = nextCronTime(schedule, at)
    if (at === undefined) break
    times.push(timeText(at))
  }
  return { next: times }
}

function missed(input: Input): unknown {
  const schedule = parseCron(zoned(input))
  if ('error' in schedule) return schedule
  const nowMs = unixMs(input.now ?? '')
  const times: CronJobTimes = {
    createdMs: unixMs(input.created ?? ''),
    ...(input.lastSchedule === undefined ? {} : { lastScheduleMs: unixMs(input.lastSchedule) }),
    ...(input.startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds: input.startingDeadlineSeconds }),
  }
  const { mostRecentMs, missed: count, error = '' } = mostRecentStart(times, nowMs, schedule, true)
  const start = mostRecentMs === undefined ? {} : { jobName: startName('tick', mostRecentMs), mostRecent: timeText(mostRecentMs) }
  return { error, missed: count, requeueAfter: goDuration(nextLookMs(times, nowMs, schedule) ?? 0), ...start }
}

function validate({ schedule = '', timeZone }: Input): unknown {
  const errors = new ErrorList()
  validateSchedule({ schedule, ...(timeZone === undefined ? {} : { timeZone }) }, false, errors)
  if (timeZone !== undefined) for (const text of timeZoneError(timeZone)) errors.invalid('spec.timeZone', timeZone, text)
  return { errors: errors.list.map((error) => fieldErrorText(error)) }
}

const functions: { readonly [fn: string]: (input: Input) => unknown } = { humanDuration: ages, next, missed, validate }

/** Rows of functions/time.jsonl: ages, schedules, missed starts. */
export const runTime: RowRunner = (row) => {
  const input = objectOf(row['input']) as unknown as Input
  return verdict(row, functions[input.fn](input))
}
