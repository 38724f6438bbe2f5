/** Durations of sleep, watch and timeout. */

const units: { readonly [unit: string]: number } = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds of `5`, `0.5`, `2m`, `infinity`; undefined when it is none. */
export function sleepSeconds(text: string): number | undefined {
  if (text === 'infinity' || text === 'inf') return 1e12
  const match = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text)
  return match === null ? undefined : Number(match[1]) * units[match[2]]
}

/** A plain number of seconds. */
export function cleanNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d*\.?\d+$/.test(text) ? Number(text) : undefined
}
