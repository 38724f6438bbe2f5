/** Cron schedules: what is wrong with one, and when it is due next. Models robfig/cron v3 ParseStandard and SpecSchedule. */

import { fromCalendar, parseGoDuration, toCalendar } from '../time.ts'
import { findTimeZone, fromWallMs, toWallMs, utc } from './zones.ts'
import type { TimeZone } from './zones.ts'

const secondMs = 1000
const minuteMs = 60_000
const hourMs = 3_600_000

/** Which values of a field are due. `isAny`: it was `*`, so the other of the two day fields decides. */
interface CronField { readonly values: ReadonlySet<number>; readonly isAny: boolean }

export type CronSchedule =
  | { readonly kind: 'fields'; readonly zone: TimeZone; readonly minute: CronField; readonly hour: CronField; readonly day: CronField; readonly month: CronField; readonly weekday: CronField }
  | { readonly kind: 'every'; readonly periodMs: number }

interface Bounds { readonly min: number; readonly max: number; readonly names?: readonly string[] }

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const fieldBounds: readonly Bounds[] = [{ min: 0, max: 59 }, { min: 0, max: 23 }, { min: 1, max: 31 }, { min: 1, max: 12, names: months }, { min: 0, max: 6, names: weekdays }]
const descriptors: { readonly [text: string]: string | undefined } = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
}

interface CronError { readonly error: string }

/** A number or name of a field; a text is what is wrong. */
function parseNumber(text: string, { names, min }: Bounds): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + min
  if (/^-[0-9]+$/.test(text)) return `negative number (${Number(text)}) not allowed: ${text}`
  if (!/^\+?[0-9]+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`
  return Number(text)
}

function parseRange(expression: string, bounds: Bounds): CronField | CronError {
  const steps = expression.split('/')
  const [low = '', ...rest] = steps[0].split('-')
  const isAny = low === '*' || low === '?'
  let start: number | string = bounds.min
  let end: number | string = bounds.max
  if (!isAny) {
    start = parseNumber(low, bounds)
    if (typeof start === 'string') return { error: start }
    if (rest.length > 1) return { error: `too many hyphens: ${expression}` }
    end = rest.length === 0 ? start : parseNumber(rest[0], bounds)
    if (typeof end === 'string') return { error: end }
  }
  if (steps.length > 2) return { error: `too many slashes: ${expression}` }
  const step = steps.length === 2 ? parseNumber(steps[1], { min: 0, max: 0 }) : 1
  if (typeof step === 'string') return { error: step }
  if (steps.length === 2 && !isAny && rest.length === 0) end = bounds.max
  if (start < bounds.min) return { error: `beginning of range (${start}) below minimum (${bounds.min}): ${expression}` }
  if (end > bounds.max) return { error: `end of range (${end}) above maximum (${bounds.max}): ${expression}` }
  if (start > end) return { error: `beginning of range (${start}) beyond end of range (${end}): ${expression}` }
  if (step === 0) return { error: `step of range should be a positive number: ${expression}` }
  const values = new Set<number>()
  for (let value = start; value <= end; value += step) values.add(value)
  return { values, isAny: isAny && step === 1 }
}

function parseField(field: string, bounds: Bounds): CronField | CronError {
  const values = new Set<number>()
  let isAny = false
  for (const expression of field.split(',').filter((each) => each !== '')) {
    const range = parseRange(expression, bounds)
    if ('error' in range) return range
    for (const value of range.values) values.add(value)
    isAny ||= range.isAny
  }
  return { values, isAny }
}

function parseEvery(text: string): CronSchedule | CronError {
  const every = '@every '
  if (!text.startsWith(every)) return { error: `unrecognized descriptor: ${text}` }
  const periodMs = parseGoDuration(text.slice(every.length))
  if (typeof periodMs !== 'number') return { error: `failed to parse duration ${text}: time: invalid duration "${text.slice(every.length)}"` }
  return { kind: 'every', periodMs: Math.max(secondMs, Math.floor(periodMs / secondMs) * secondMs) }
}

/** Reads a schedule, which may name its zone in front (`TZ=Europe/Berlin 0 9 * * *`). */
export function parseCron(schedule: string): CronSchedule | CronError {
  if (schedule === '') return { error: 'empty spec string' }
  const zoned = /^(?:CRON_)?TZ=(\S*) (.*)$/s.exec(schedule)
  if (/^(?:CRON_)?TZ=/.test(schedule) && zoned === null) return { error: 'runtime error: slice bounds out of range [:-1]' }
  const zone = zoned === null || zoned[1] === '' ? utc : findTimeZone(zoned[1])
  if (zone === undefined) return { error: `provided bad location ${zoned?.[1] ?? ''}: unknown time zone ${zoned?.[1] ?? ''}` }
  const given = (zoned === null ? schedule : zoned[2]).trim()
  const body = descriptors[given] ?? given
  if (body.startsWith('@')) return parseEvery(body)
  const texts = body.split(/\s+/).filter((field) => field !== '')
  if (texts.length !== fieldBounds.length) return { error: `expected exactly 5 fields, found ${texts.length}: [${texts.join(' ')}]` }
  const fields: CronField[] = []
  for (const [index, text] of texts.entries()) {
    const field = parseField(text, fieldBounds[index])
    if ('error' in field) return field
    fields.push(field)
  }
  const [minute, hour, day, month, weekday] = fields
  return { kind: 'fields', zone, minute, hour, day, month, weekday }
}

/** A wall clock in ms, in calendar terms. */
interface Wall { readonly year: number; readonly month: number; readonly day: number; readonly hour: number; readonly minute: number; readonly weekday: number }

/** Years within which a schedule must be due. */
const yearsMax = 5

/** Looks for the next due time of one schedule, as upstream does: field by field, from the month to the minute. */
class Search {
  private readonly schedule: Extract<CronSchedule, { kind: 'fields' }>
  private atMs: number
  /** Whether a field was passed over, so that smaller ones begin anew. */
  private isMoved = false

  constructor(schedule: Extract<CronSchedule, { kind: 'fields' }>, afterMs: number) {
    this.schedule = schedule
    this.atMs = Math.floor(afterMs / secondMs) * secondMs + secondMs
  }

  run(): number | undefined {
    const lastYear = this.wall.year + yearsMax
    while (this.wall.year <= lastYear) {
      if (this.passMonths() && this.passDays() && this.passHours() && this.passMinutes() && this.passSeconds()) return this.atMs
    }
    return undefined
  }

  private get wall(): Wall {
    return toCalendar(toWallMs(this.schedule.zone, this.atMs))
  }

  private at(parts: { readonly year: number; readonly month: number; readonly day: number; readonly hour?: number }): number {
    return fromWallMs(this.schedule.zone, fromCalendar(parts))
  }

  /** @returns false when the year is over: all begins anew */
  private passMonths(): boolean {
    while (!this.schedule.month.values.has(this.wall.month)) {
      const { year, month } = this.wall
      if (!this.isMoved) this.atMs = this.at({ year, month, day: 1 })
      this.isMoved = true
      this.atMs = this.at({ year: month === 12 ? year + 1 : year, month: month === 12 ? 1 : month + 1, day: 1 })
      if (this.wall.month === 1) return false
    }
    return true
  }

  private isDay({ day, weekday }: Wall): boolean {
    const { schedule } = this
    const isDay = schedule.day.values.has(day)
    const isWeekday = schedule.weekday.values.has(weekday)
    return schedule.day.isAny || schedule.weekday.isAny ? isDay && isWeekday : isDay || isWeekday
  }

  private passDays(): boolean {
    while (!this.isDay(this.wall)) {
      const { year, month, day } = this.wall
      if (!this.isMoved) this.atMs = this.at({ year, month, day })
      this.isMoved = true
      const { zone } = this.schedule
      this.atMs = fromWallMs(zone, toWallMs(zone, this.atMs) + 24 * hourMs)
      const { hour } = this.wall
      // A clock that was put forward or back shows no midnight.
      if (hour !== 0) this.atMs += (hour > 12 ? 24 - hour : -hour) * hourMs
      if (this.wall.day === 1) return false
    }
    return true
  }

  private passHours(): boolean {
    while (!this.schedule.hour.values.has(this.wall.hour)) {
      if (!this.isMoved) {
        const { year, month, day, hour } = this.wall
        this.atMs = this.at({ year, month, day, hour })
      }
      this.isMoved = true
      this.atMs += hourMs
      if (this.wall.hour === 0) return false
    }
    return true
  }

  private passMinutes(): boolean {
    while (!this.schedule.minute.values.has(this.wall.minute)) {
      if (!this.isMoved) this.atMs = Math.floor(this.atMs / minuteMs) * minuteMs
      this.isMoved = true
      this.atMs += minuteMs
      if (this.wall.minute === 0) return false
    }
    return true
  }

  /** Schedules are due in the first second of a minute. */
  private passSeconds(): boolean {
    while (this.atMs % minuteMs !== 0) {
      this.isMoved = true
      this.atMs += secondMs
      if (this.atMs % minuteMs === 0) return false
    }
    return true
  }
}

/** The first due time after a moment, both Unix ms; undefined when there is none within five years. */
export function nextCronTime(schedule: CronSchedule, afterMs: number): number | undefined {
  if (schedule.kind === 'every') return Math.floor(afterMs / secondMs) * secondMs + schedule.periodMs
  return new Search(schedule, afterMs).run()
}
