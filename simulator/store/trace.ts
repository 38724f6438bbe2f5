/** What a commit adds to the trace hash: time, verb, key and the changed values near the top of the object. */

import type { KubeObject } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import { fnv32a, mix32 } from '../kernel/hash.ts'
import type { RollingHash } from '../kernel/hash.ts'
import type { Commit } from './store.ts'

/** Levels of an object that are hashed value by value, such as status.conditions[0].status; deeper changes count as one. */
const depthMax = 4

/** Hashes of specs that new objects came with: pods of one template share theirs. */
export type KnownSpecs = WeakMap<object, number>

/** Adds one commit to the trace. Independent of how the store represents the object. @param specs is filled as it goes */
export function traceCommit(trace: RollingHash, atMs: number, commit: Commit, specs: KnownSpecs): RollingHash {
  let high = fnv32a(commit.key, mix32(trace.high ^ atMs))
  let low = fnv32a(commit.resource, mix32(trace.low ^ commit.resourceVersion))
  const { before, after } = commit
  const values = before === undefined && after !== undefined ? digestNew(after, specs) : digest(before, after, depthMax, 0x811c9dc5)
  high = mix32(high ^ values)
  low = mix32(low + values)
  return { high, low }
}

/** Hash of a new object: its spec, which it may share, and the rest. */
function digestNew(object: KubeObject, specs: KnownSpecs): number {
  const { spec, ...rest } = object
  const others = digest(undefined, rest, depthMax, 0x811c9dc5)
  if (typeof spec !== 'object' || spec === null) return mix32(others ^ digest(undefined, spec, depthMax - 1, seedOf('spec')))
  let known = specs.get(spec)
  if (known === undefined) {
    known = digest(undefined, spec, depthMax - 1, seedOf('spec'))
    specs.set(spec, known)
  }
  return mix32(others ^ known)
}

/** A number that tells the names of one object's members apart in most cases, at less than the cost of hashing them. */
function seedOf(name: string): number {
  const { length } = name
  return Math.imul(name.charCodeAt(0) + (name.charCodeAt(length >> 1) << 8) + (name.charCodeAt(length - 1) << 16) + (length << 24), 0x9e3779b1)
}

/**
 * Hash of what differs between two values, down to a depth; 0 when nothing does. Shared parts are skipped by identity.
 * An equal copy counts as shared: after a restore from JSON nothing is shared any more.
 */
function digest(before: unknown, after: unknown, depth: number, seed: number): number {
  if (before === after) return 0
  if (typeof after === 'string') return fnv32a(after, seed)
  if (typeof after === 'number') return mix32(seed ^ (after | 0) ^ mix32((after * 1000) | 0))
  if (typeof after === 'boolean') return mix32(seed + (after ? 3 : 5))
  if (after === null || after === undefined) return mix32(seed + 7)
  if (depth === 0) return equalJson(before, after) ? 0 : mix32(seed + 13)
  if (Array.isArray(after)) return digestList(before, after, depth, seed)
  return digestObject(before, after as { [key: string]: unknown }, depth, seed)
}

function digestList(before: unknown, after: readonly unknown[], depth: number, seed: number): number {
  const old: readonly unknown[] | undefined = Array.isArray(before) ? before : undefined
  let sum = 0
  for (let i = 0; i < after.length; i++) sum = (sum + digest(old?.[i], after[i], depth - 1, mix32(i + 1))) | 0
  return sum === 0 && old?.length === after.length ? 0 : mix32(seed ^ sum ^ (after.length + 11))
}

function digestObject(before: unknown, after: { readonly [key: string]: unknown }, depth: number, seed: number): number {
  const isNew = typeof before !== 'object' || before === null
  const old = (isNew ? {} : before) as { [key: string]: unknown }
  let sum = 0
  for (const name in after) {
    const value = after[name]
    if (value === undefined || value === old[name]) continue
    sum = (sum + digest(old[name], value, depth - 1, seedOf(name))) | 0
  }
  for (const name in old) if (old[name] !== undefined && after[name] === undefined) sum = (sum + fnv32a(name, 0x2545f491)) | 0
  return sum === 0 && !isNew ? 0 : mix32(seed ^ sum)
}
