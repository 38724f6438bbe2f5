/** Cron schedules, as far as they are right or wrong. */

import { parseCron } from '../../api/cron/schedule.ts'

/** What is wrong with a schedule; undefined when it is right. */
export function cronScheduleError(schedule: string): string | undefined {
  const parsed = parseCron(schedule)
  return 'error' in parsed ? parsed.error : undefined
}
