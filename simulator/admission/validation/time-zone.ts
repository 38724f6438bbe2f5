/** Names of time zones. Models pkg/apis/batch/validation validateTimeZone (v1.35). */

import { findTimeZone } from '../../api/cron/zones.ts'

/** What is wrong with the name of a time zone. */
export function timeZoneError(name: string): string[] {
  if (name === '') return ['timeZone must be nil or non-empty string']
  const unknown = `unknown time zone ${name}`
  const errors = name.split('/').filter((part) => part === '.' || part === '..' || part.startsWith('-') || !/^[A-Za-z._0-9+-]{1,14}$/.test(part)).map(() => unknown)
  if (name.toLowerCase() === 'local') errors.push('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  if (name !== 'Local' && findTimeZone(name) === undefined) errors.push(unknown)
  return errors
}
