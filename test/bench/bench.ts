/** Figures by name, with units in their names. */
export interface Figures { readonly [figure: string]: number | string }

/** One measured workload. `run` returns figures with units in their names. */
export interface Bench {
  readonly name: string
  run(): Figures | Promise<Figures>
}

/** Milliseconds of wall-clock that a function takes. */
export function timeMs(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

/** Milliseconds of processor time, of all threads of this process, that a function takes: steadier than wall-clock on a busy machine. */
export function cpuMs(run: () => void): number {
  const start = process.cpuUsage()
  run()
  const used = process.cpuUsage(start)
  return (used.user + used.system) / 1000
}

/** Median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/** A figure with few digits. */
export function round(value: number, digits = 1): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}
