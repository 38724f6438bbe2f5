/** Names of time zones. Differs: upstream looks the name up in its zone database; here a known area and a well-formed place are enough. */

const areas = ['Africa', 'America', 'Antarctica', 'Arctic', 'Asia', 'Atlantic', 'Australia', 'Brazil', 'Canada', 'Chile', 'Etc', 'Europe', 'Indian', 'Mexico', 'Pacific', 'US']
const alone = [
  'CET', 'CST6CDT', 'Cuba', 'EET', 'EST', 'EST5EDT', 'Egypt', 'Eire', 'GB', 'GB-Eire', 'GMT', 'GMT+0', 'GMT-0', 'GMT0', 'Greenwich', 'HST', 'Hongkong', 'Iceland', 'Iran', 'Israel', 'Jamaica', 'Japan', 'Kwajalein',
  'Libya', 'MET', 'MST', 'MST7MDT', 'NZ', 'NZ-CHAT', 'Navajo', 'PRC', 'PST8PDT', 'Poland', 'Portugal', 'ROC', 'ROK', 'Singapore', 'Turkey', 'UCT', 'UTC', 'Universal', 'W-SU', 'WET', 'Zulu',
]

/** What is wrong with the name of a time zone. */
export function timeZoneError(name: string): string[] {
  if (name === '') return ['timeZone must be nil or non-empty string']
  const unknown = `unknown time zone ${name}`
  const errors = name.split('/').filter((part) => part === '.' || part === '..' || part.startsWith('-') || !/^[A-Za-z._0-9+-]{1,14}$/.test(part)).map(() => unknown)
  if (name.toLowerCase() === 'local') return [...errors, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones']
  const slash = name.indexOf('/')
  const isKnown = slash < 0 ? alone.includes(name) : areas.includes(name.slice(0, slash)) && /^[A-Z][A-Za-z_+-]*[a-z0-9]*(?:\/[A-Z][A-Za-z_-]*)?$/.test(name.slice(slash + 1))
  return isKnown ? errors : [...errors, unknown]
}
