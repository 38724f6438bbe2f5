/** What a commit adds to the trace hash: time, verb, key and the changed values near the top of the object. */

import { fnv32a, mix32 } from '../kernel/hash.ts'
import type { RollingHash } from '../kernel/hash.ts'
import type { Commit } from './store.ts'

/** Adds one commit to the trace. Independent of how the store represents the object. */
export function traceCommit(trace: RollingHash, atMs: number, commit: Commit): RollingHash {
  let high = fnv32a(commit.key, mix32(trace.high ^ atMs))
  let low = fnv32a(commit.resource, mix32(trace.low ^ commit.resourceVersion))
  const values = digest(commit.before, commit.after, 3, 0x811c9dc5)
  high = mix32(high ^ values)
  low = mix32(low + values)
  return { high, low }
}

/** A number that tells the names of one object apart in most cases, at less than the cost of hashing them. */
function seedOf(name: string): number {
  const { length } = name
  return Math.imul(name.charCodeAt(0) + (name.charCodeAt(length >> 1) << 8) + (name.charCodeAt(length - 1) << 16) + (length << 24), 0x9e3779b1)
}

/** Hash of what differs between two values, down to a depth; shared parts are skipped by identity. */
function digest(before: unknown, after: unknown, depth: number, seed: number): number {
  if (before === after) return seed
  if (typeof after === 'string') return fnv32a(after, seed)
  if (typeof after === 'number') return mix32(seed ^ (after | 0) ^ mix32((after * 1000) | 0))
  if (typeof after === 'boolean') return mix32(seed + (after ? 3 : 5))
  if (after === null || after === undefined) return mix32(seed + 7)
  if (Array.isArray(after)) return mix32(seed ^ (after.length + 11))
  if (depth === 0) return mix32(seed + 13)
  const old = (typeof before === 'object' && before !== null ? before : {}) as { [key: string]: unknown }
  const now = after as { [key: string]: unknown }
  let sum = 0
  for (const name in now) {
    const value = now[name]
    if (value === undefined || value === old[name]) continue
    sum = (sum + digest(old[name], value, depth - 1, seedOf(name))) | 0
  }
  return mix32(seed ^ sum)
}
