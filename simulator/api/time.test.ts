import { describe, expect, it } from 'vitest'
import { ageOf, defaultEpochMs, fromCalendar, goDuration, humanDuration, parseGoDuration, parseTimestamp, toCalendar, toMicroTime, toTimestamp } from './time.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('simulated time', () => {
  it('begins on a Monday at nine', () => {
    expect(toTimestamp(0)).toBe('2026-01-05T09:00:00Z')
    expect(toTimestamp(999)).toBe('2026-01-05T09:00:00Z')
    expect(toMicroTime(1)).toBe('2026-01-05T09:00:00.001000Z')
  })
  it('is read back', () => {
    expect(parseTimestamp('2026-01-05T10:00:00+01:00')).toBe(0)
    expect(parseTimestamp('2026-01-05')).toBeUndefined()
    expect(parseTimestamp('2026-02-29T00:00:00Z')).toBeUndefined()
  })
  it('knows leap years', () => {
    const leapDay = fromCalendar({ year: 2028, month: 2, day: 29 })
    expect(toCalendar(leapDay + day)).toMatchObject({ year: 2028, month: 3, day: 1 })
    expect(toTimestamp(0, leapDay)).toBe('2028-02-29T00:00:00Z')
    expect(fromCalendar({ year: 2026, month: 1, day: 5, hour: 9 })).toBe(defaultEpochMs)
  })
})

describe('an age', () => {
  const cases: [ms: number, text: string][] = [
    [-second * 0.5, '0s'], [-5 * second, '<invalid>'], [119 * second, '119s'], [2 * minute, '2m'], [2 * minute + 5 * second, '2m5s'], [10 * minute, '10m'], [179 * minute, '179m'],
    [3 * hour, '3h'], [3 * hour + minute, '3h1m'], [8 * hour + minute, '8h'], [47 * hour, '47h'], [2 * day, '2d'], [2 * day + hour, '2d1h'],
    [8 * day + hour, '8d'], [729 * day, '729d'], [730 * day, '2y'], [3 * 365 * day + 5 * day, '3y5d'], [9 * 365 * day, '9y'],
  ]
  it.each(cases)('of %i ms is %s', (ms, text) => expect(humanDuration(ms)).toBe(text))
  it('of something without a time is unknown', () => expect(ageOf(undefined, 0)).toBe('<unknown>'))
})

describe('a duration of Go', () => {
  const cases: [text: string, ms: number][] = [['1h0m0s', hour], ['1m30s', 90 * second], ['250ms', 250], ['0s', 0]]
  it.each(cases)('%s is %i ms and back', (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms)
    expect(goDuration(ms)).toBe(text)
  })
  it('needs a unit', () => expect(parseGoDuration('10')).toEqual({ error: 'time: missing unit in duration "10"' }))
})
