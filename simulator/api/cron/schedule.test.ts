import { describe, expect, it } from 'vitest'
import { secondsText, timestampMs } from '../time.ts'
import { nextCronTime, parseCron } from './schedule.ts'
import { mostRecentStart, nextLookMs } from './missed-starts.ts'

function following(schedule: string, from: string, count: number): string[] {
  const parsed = parseCron(schedule)
  if ('error' in parsed) return [parsed.error]
  const times: string[] = []
  let at: number | undefined = timestampMs(from, 0)
  while (times.length < count) {
    at = nextCronTime(parsed, at)
    if (at === undefined) return [...times, 'never']
    times.push(secondsText(at))
  }
  return times
}

describe('schedules', () => {
  it.each([
    ['either day field counts when both are given', '0 0 13 * 5', '2026-01-10T00:00:00Z', ['2026-01-13T00:00:00', '2026-01-16T00:00:00']],
    ['a day that a month lacks is skipped', '0 0 31 * *', '2026-03-31T00:00:00Z', ['2026-05-31T00:00:00', '2026-07-31T00:00:00']],
    ['February 29 waits for a leap year', '0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00', '2032-02-29T00:00:00']],
    ['February 31 never comes', '0 0 31 2 *', '2026-01-01T00:00:00Z', ['never']],
    ['a time that summer skips is not due that day', 'TZ=Europe/Berlin 30 2 * * *', '2026-03-28T00:00:00Z', ['2026-03-28T01:30:00', '2026-03-30T00:30:00']],
    ['a time that winter shows twice is due at its first', 'TZ=America/New_York 30 1 * * *', '2026-10-31T12:00:00Z', ['2026-11-01T05:30:00', '2026-11-01T06:30:00']],
    ['@every counts from the last', '@every 90s', '2026-01-01T00:00:10Z', ['2026-01-01T00:01:40', '2026-01-01T00:03:10']],
    ['what is wrong is told', '0 25 * * *', '2026-01-01T00:00:00Z', ['end of range (25) above maximum (23): 25']],
  ])('%s', (_name, schedule, from, times) => {
    expect(following(schedule, from, times.length)).toEqual(times)
  })
})

describe('starts of a CronJob', () => {
  it('runs the latest of several missed ones and looks again after the next', () => {
    const schedule = parseCron('*/5 * * * *')
    if ('error' in schedule) throw new Error(schedule.error)
    const times = { createdMs: 0, lastScheduleMs: 300_000 }
    expect(mostRecentStart(times, 1_250_000, schedule, true)).toMatchObject({ mostRecentMs: 1_200_000, missed: 'few' })
    expect(nextLookMs(times, 1_250_000, schedule)).toBe(250_100)
  })
})
