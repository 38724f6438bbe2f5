/** Cron schedules, as far as they are right or wrong. Models robfig/cron v3 ParseStandard. */

interface Bounds { readonly min: number; readonly max: number; readonly names?: readonly string[] }

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const fieldBounds: readonly Bounds[] = [{ min: 0, max: 59 }, { min: 0, max: 23 }, { min: 1, max: 31 }, { min: 1, max: 12, names: months }, { min: 0, max: 6, names: weekdays }]
const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** A number or name of a field; a text is what is wrong. */
function parseNumber(text: string, { names, min }: Bounds): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + min
  if (/^-[0-9]+$/.test(text)) return `negative number (${Number(text)}) not allowed: ${text}`
  if (!/^\+?[0-9]+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`
  return Number(text)
}

function rangeError(expression: string, bounds: Bounds): string | undefined {
  const steps = expression.split('/')
  const [low = '', ...rest] = steps[0]!.split('-')
  const isAny = low === '*' || low === '?'
  let start: number | string = bounds.min
  let end: number | string = bounds.max
  if (!isAny) {
    start = parseNumber(low, bounds)
    if (typeof start === 'string') return start
    if (rest.length > 1) return `too many hyphens: ${expression}`
    end = rest.length === 0 ? start : parseNumber(rest[0]!, bounds)
    if (typeof end === 'string') return end
  }
  if (steps.length > 2) return `too many slashes: ${expression}`
  const step = steps.length === 2 ? parseNumber(steps[1]!, { min: 0, max: 0 }) : 1
  if (typeof step === 'string') return step
  if (steps.length === 2 && !isAny && rest.length === 0) end = bounds.max
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`
  return step === 0 ? `step of range should be a positive number: ${expression}` : undefined
}

function descriptorError(text: string): string | undefined {
  if (descriptors.includes(text)) return undefined
  const every = '@every '
  if (!text.startsWith(every)) return `unrecognized descriptor: ${text}`
  const duration = text.slice(every.length)
  const isDuration = /^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h)(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))*$/.test(duration)
  return isDuration || duration === '0' ? undefined : `failed to parse duration ${text}: time: invalid duration "${duration}"`
}

/** What is wrong with a schedule; undefined when it is right. */
export function cronScheduleError(schedule: string): string | undefined {
  if (schedule === '') return 'empty spec string'
  const zoned = /^(?:CRON_)?TZ=\S+ (.*)$/s.exec(schedule)
  const body = (zoned === null ? schedule : zoned[1]!).trim()
  if (/^(?:CRON_)?TZ=/.test(schedule) && zoned === null) return 'runtime error: slice bounds out of range [:-1]'
  if (body.startsWith('@')) return descriptorError(body)
  const fields = body.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`
  for (const [index, field] of fields.entries()) {
    for (const expression of field.split(',').filter((each) => each !== '')) {
      const error = rangeError(expression, fieldBounds[index]!)
      if (error !== undefined) return error
    }
  }
  return undefined
}
