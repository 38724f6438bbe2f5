/** How often properties are tried: the same cases on every build; more of them, and others each time, at night. */

import type { Parameters } from 'fast-check'

export function runsOf<T>(count: number): Parameters<T> {
  const wanted = Number(process.env['PODFLIGHT_RUNS'] ?? 0)
  const seed = Number(process.env['PODFLIGHT_SEED'] ?? 20260105)
  return { numRuns: wanted > 0 ? Math.round((count / 1000) * wanted) : count, seed }
}
