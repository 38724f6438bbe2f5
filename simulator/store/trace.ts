/** What a commit adds to the trace hash: time, verb, key and the changed values near the top of the object. */

import type { KubeObject } from '../api/types.ts'
import { equalJson } from '../kernel/equal.ts'
import { fnv32a, mix32 } from '../kernel/hash.ts'
import type { RollingHash } from '../kernel/hash.ts'
import type { Commit } from './store.ts'

/** Levels of an object that are hashed value by value, such as status.conditions[0].status; deeper changes count as one. */
const depthMax = 4
const rootSeed = 0x811c9dc5
/** New objects of this resource are made from templates, and share what is theirs; others share nothing. */
const sharingResource = 'pods'

/** The digest of a list that was made last under a name. */
interface KnownList {
  before: unknown
  after: unknown
  depth: number
  digest: number
}

/** Digests of parts that many objects share, so that each is made once: what pods of one template have in common. Derived. */
export class KnownParts {
  /** Members of new objects, and members of their metadata. */
  readonly ofNew = new WeakMap<object, number>()
  /** By what stands for the list's name. */
  readonly lists = new Map<number, KnownList>()
}

/** Adds one commit to the trace. Independent of how the store represents the object. @param known is filled as it goes */
export function traceCommit(trace: RollingHash, atMs: number, commit: Commit, known: KnownParts): RollingHash {
  let high = fnv32a(commit.key, mix32(trace.high ^ atMs))
  let low = fnv32a(commit.resource, mix32(trace.low ^ commit.resourceVersion))
  const { before, after } = commit
  const values = before === undefined && after !== undefined ? digestNew(after, commit.resource === sharingResource ? known.ofNew : undefined, known) : digest(before, after, depthMax, rootSeed, known)
  high = mix32(high ^ values)
  low = mix32(low + values)
  return { high, low }
}

/** Hash of a new object by its members; each, and each of its metadata, may be shared with others. */
function digestNew(object: KubeObject, shared: WeakMap<object, number> | undefined, known: KnownParts): number {
  const { metadata } = object
  return mix32(digestMembers(object as unknown as Members, metadata, shared, known) + mix32(digestMembers(metadata as unknown as Members, undefined, shared, known)))
}

type Members = { readonly [key: string]: unknown }

/** @param apart a member that is not counted here */
function digestMembers(object: Members, apart: unknown, shared: WeakMap<object, number> | undefined, known: KnownParts): number {
  let sum = rootSeed
  for (const name in object) {
    const value = object[name]
    if (value === undefined || value === apart) continue
    sum = (sum + mix32(seedOf(name) ^ (shared === undefined ? digest(undefined, value, depthMax - 1, rootSeed, known) : digestShared(value, shared, known)))) | 0
  }
  return sum
}

/** Independent of where the value stands: one part may have several places. */
function digestShared(value: unknown, shared: WeakMap<object, number>, known: KnownParts): number {
  if (typeof value !== 'object' || value === null) return digest(undefined, value, depthMax - 1, rootSeed, known)
  let hash = shared.get(value)
  if (hash === undefined) {
    hash = digest(undefined, value, depthMax - 1, rootSeed, known)
    shared.set(value, hash)
  }
  return hash
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
function digest(before: unknown, after: unknown, depth: number, seed: number, known: KnownParts): number {
  if (before === after) return 0
  if (typeof after === 'string') return fnv32a(after, seed)
  if (typeof after === 'number') return mix32(seed ^ (after | 0) ^ mix32((after * 1000) | 0))
  if (typeof after === 'boolean') return mix32(seed + (after ? 3 : 5))
  if (after === null || after === undefined) return mix32(seed + 7)
  if (depth === 0) return equalJson(before, after) ? 0 : mix32(seed + 13)
  if (Array.isArray(after)) return knownList(before, after, depth, seed, known)
  return digestObject(before, after as { [key: string]: unknown }, depth, seed, known)
}

/** Pods that begin or become ready together go from one shared list of conditions to another. */
function knownList(before: unknown, after: readonly unknown[], depth: number, seed: number, known: KnownParts): number {
  let last = known.lists.get(seed)
  if (last === undefined) {
    last = { before: undefined, after: undefined, depth: 0, digest: 0 }
    known.lists.set(seed, last)
  }
  if (last.after === after && last.before === before && last.depth === depth) return last.digest
  const made = digestList(before, after, depth, seed, known)
  last.before = before
  last.after = after
  last.depth = depth
  last.digest = made
  return made
}

function digestList(before: unknown, after: readonly unknown[], depth: number, seed: number, known: KnownParts): number {
  const old: readonly unknown[] | undefined = Array.isArray(before) ? before : undefined
  let sum = 0
  for (let i = 0; i < after.length; i++) sum = (sum + digest(old?.[i], after[i], depth - 1, mix32(i + 1), known)) | 0
  return sum === 0 && old?.length === after.length ? 0 : mix32(seed ^ sum ^ (after.length + 11))
}

function digestObject(before: unknown, after: { readonly [key: string]: unknown }, depth: number, seed: number, known: KnownParts): number {
  let sum = 0
  if (typeof before !== 'object' || before === null) {
    for (const name in after) if (after[name] !== undefined) sum = (sum + digest(undefined, after[name], depth - 1, seedOf(name), known)) | 0
    return mix32(seed ^ sum)
  }
  const old = before as { readonly [key: string]: unknown }
  for (const name in after) {
    const value = after[name]
    if (value === undefined || value === old[name]) continue
    sum = (sum + digest(old[name], value, depth - 1, seedOf(name), known)) | 0
  }
  for (const name in old) if (old[name] !== undefined && after[name] === undefined) sum = (sum + fnv32a(name, 0x2545f491)) | 0
  return sum === 0 ? 0 : mix32(seed ^ sum)
}
