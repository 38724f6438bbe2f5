/** Figures and times as the app writes them. Kubernetes' own texts are never made here. */

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** `T+03:42`, `T+06:12:40` from one hour on, with `.150` when asked for. */
export function clockText(ms: number, withMs = false): string {
  const hours = Math.floor(ms / hourMs)
  const minutes = Math.floor(ms / minuteMs) % 60
  const seconds = Math.floor(ms / secondMs) % 60
  const rest = withMs && hours === 0 ? `.${String(ms % 1000).padStart(3, '0')}` : ''
  return hours > 0 ? `T+${two(hours)}:${two(minutes)}:${two(seconds)}` : `T+${two(minutes)}:${two(seconds)}${rest}`
}

/** Axis label: `0:54`, `1:02:03`. */
export function axisText(ms: number): string {
  const hours = Math.floor(ms / hourMs)
  const minutes = Math.floor(ms / minuteMs) % 60
  const seconds = Math.floor(ms / secondMs) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

/** The clock of a person: `18:42`, `1:02:03`; never below zero. */
export function countdownText(ms: number): string {
  const left = Math.max(0, Math.ceil(ms / 1000))
  const hours = Math.floor(left / 3600)
  const minutes = Math.floor(left / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${two(minutes)}:${two(left % 60)}`
}

/** A length of time in words: `1.3 s`, `26 s`, `4 min`, `2 h`, `3 d`. */
export function spanText(ms: number): string {
  if (ms < 10 * secondMs) return `${trimZero((Math.max(0, ms) / 1000).toFixed(1))} s`
  if (ms < 2 * minuteMs) return `${Math.round(ms / secondMs)} s`
  if (ms < 2 * hourMs) return `${Math.floor(ms / minuteMs)} min`
  if (ms < 48 * hourMs) return `${Math.floor(ms / hourMs)} h`
  return `${Math.floor(ms / (24 * hourMs))} d`
}

/** Cores: `0.3`, `4`, `22`. */
export function coresText(millis: number): string {
  const cores = millis / 1000
  return cores >= 10 ? String(Math.round(cores)) : trimZero(cores.toFixed(1))
}

/** Gibibytes without the unit: `0.5`, `731`, `1,133`. */
export function gibText(bytes: number): string {
  const gib = bytes / 2 ** 30
  return gib >= 10 ? thousands(Math.round(gib)) : trimZero(gib.toFixed(1))
}

/** `5,000`. */
export function thousands(value: number): string {
  const digits = String(Math.trunc(value))
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1 Pod`, `3 Pods`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`
}

/** `$32.77`. */
export function moneyText(cents: number): string { return `$${(cents / 100).toFixed(2)}` }

function two(value: number): string { return String(value).padStart(2, '0') }
function trimZero(text: string): string { return text.replace(/\.0$/, '') }

/** Order of code units, as the cluster sorts names. */
export function compareText(a: string, b: string): number { return a < b ? -1 : a > b ? 1 : 0 }
