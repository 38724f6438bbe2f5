/** Functions of numbers and of times. Models prometheus/promql/functions.go (v3.7). */

import { exp, log, pow } from '../../kernel/math.ts'
import { acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh } from '../../kernel/trigonometry.ts'

const ln2 = 0.6931471805599453
const ln10 = 2.302585092994046

function ln(value: number): number {
  return value === Infinity ? Infinity : log(value)
}

/** A logarithm that is whole where the value is a power of the base. */
function logarithm(value: number, base: number, lnBase: number): number {
  const result = ln(value) / lnBase
  const whole = Math.round(result)
  return Math.abs(result - whole) < 1e-9 && pow(base, whole) === value ? whole : result
}

/** e to the power x. */
function exponential(value: number): number {
  if (Number.isNaN(value)) return NaN
  return exp(value)
}

/** a to the power b, as Go's math.Pow. */
export function power(a: number, b: number): number {
  if (b === 0 || a === 1) return 1
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN
  const isOdd = Number.isInteger(b) && Math.abs(b % 2) === 1
  if (!Number.isFinite(b)) return Math.abs(a) === 1 ? 1 : Math.abs(a) > 1 === b > 0 ? Infinity : 0
  if (a === 0 || !Number.isFinite(a)) {
    const size = (a === 0) === b < 0 ? Infinity : 0
    return isOdd && (a < 0 || Object.is(a, -0)) ? -size : size
  }
  if (a < 0 && !Number.isInteger(b)) return NaN
  if (b === 0.5) return Math.sqrt(a)
  const size = pow(Math.abs(a), b)
  return a < 0 && isOdd ? -size : size
}

/** Rounded to a multiple of `nearest`; halves go up. */
export function roundTo(value: number, nearest: number): number {
  const inverse = 1 / nearest
  return Math.floor(value * inverse + 0.5) / inverse
}

/** Functions of each value of a vector, by name. */
export const valueFunctions: { readonly [name: string]: (value: number) => number } = {
  abs: Math.abs, ceil: Math.ceil, floor: Math.floor, sqrt: Math.sqrt, exp: exponential, ln,
  log2: (value) => logarithm(value, 2, ln2),
  log10: (value) => logarithm(value, 10, ln10),
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
  acos, acosh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan, tanh,
  deg: (value) => (value * 180) / Math.PI,
  rad: (value) => (value * Math.PI) / 180,
}

export interface CivilDate { readonly year: number; readonly month: number; readonly day: number }

/** The day of the calendar, from days since 1970-01-01. */
export function civilDate(days: number): CivilDate {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1 }
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function daysInMonth({ year, month }: CivilDate): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

function dayOfYear(date: CivilDate): number {
  let days = date.day
  for (let month = 1; month < date.month; month++) days += daysInMonth({ ...date, month })
  return days
}

function ofDay(part: (date: CivilDate, days: number) => number): (seconds: number) => number {
  return (seconds) => {
    const days = Math.floor(seconds / 86_400)
    return part(civilDate(days), days)
  }
}

/** Parts of a time in UTC, from whole seconds since 1970. */
export const timeFunctions: { readonly [name: string]: (seconds: number) => number } = {
  minute: (seconds) => Math.floor((((seconds % 3600) + 3600) % 3600) / 60),
  hour: (seconds) => Math.floor((((seconds % 86_400) + 86_400) % 86_400) / 3600),
  day_of_week: ofDay((_date, days) => (((days + 4) % 7) + 7) % 7),
  day_of_month: ofDay(({ day }) => day),
  day_of_year: ofDay(dayOfYear),
  days_in_month: ofDay(daysInMonth),
  month: ofDay(({ month }) => month),
  year: ofDay(({ year }) => year),
}
