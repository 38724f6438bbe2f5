/** Seeded random streams, one per component, forked by name, so that a draw in one place moves nothing else. */

import { fnv32a, mix32 } from './hash.ts'
import type { Table } from './table.ts'

/** A stream of numbers. Its position lives in cluster state. */
export interface RandomStream {
  /** An integer from 0 to `bound` - 1. `bound` is 1 or more. */
  nextInt(bound: number): number
  /** A number in [0, 1). */
  nextUnit(): number
}

/**
 * Opens the stream of a component.
 * @param positions table of stream name to count of draws, part of cluster state
 * @param seed the cluster's seed
 * @param name the component's name
 */
export function openStream(positions: Table<number>, seed: number, name: string): RandomStream {
  const base = fnv32a(name, mix32(seed) ^ 0x811c9dc5)
  const next = (): number => {
    const position = positions.get(name) ?? 0
    positions.set(name, position + 1)
    return mix32(base + Math.imul(position + 1, 0x9e3779b9))
  }
  return {
    nextInt: (bound) => next() % bound,
    nextUnit: () => next() / 4294967296,
  }
}
