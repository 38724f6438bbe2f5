/**
 * Who manages which fields: what a write does to the entries, and server-side apply.
 * Models apimachinery/pkg/util/managedfields and structured-merge-diff/merge (v6).
 */

import { fieldsOf } from '../../admission/schema/schema.ts'
import type { FieldType } from '../../admission/schema/schema.ts'
import { equalJson } from '../../kernel/equal.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { difference, includesAll, intersection, isEmptySet, noFields, pathSet, pathTexts, union, without } from '../../admission/merge/field-set.ts'
import type { FieldSet } from '../../admission/merge/field-set.ts'
import type { MergeType } from '../../admission/merge/merge-types.ts'
import { compareValues, fieldSetOf, mergeValues, removeFields, withNamedFields } from '../../admission/merge/typed-values.ts'

/** One entry of managedFields. Plain data. */
export interface ManagedEntry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  /** Absent for an apply that changed nothing. */
  readonly time?: string
  readonly fields: FieldSet
}

/** Who writes, and when. */
export interface Writer {
  readonly manager: string
  readonly apiVersion: string
  readonly subresource?: string
  readonly time: string
}

/** A field that another manager has with another value. */
export interface FieldConflict { readonly manager: string; readonly field: string }

export type ApplyOutcome =
  | { readonly object: JsonObject; readonly entries: readonly ManagedEntry[] }
  | { readonly conflicts: readonly FieldConflict[] }

/** Managers by Update beside which older ones are put together. */
const updateManagersMax = 10
const ancientManager = 'ancient-changes'
const firstApplyManager = 'before-first-apply'

/** Fields that nobody manages. */
const neverManaged: FieldSet = [
  pathSet('f:apiVersion'), pathSet('f:kind'), pathSet('f:metadata'),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((name) => pathSet('f:metadata', `f:${name}`)),
].reduce(union)

const statusFields = pathSet('f:status')

/** Fields that a request cannot change: the status by the main resource, all else by the status. */
function resetFields(kind: string, subresource: string | undefined): FieldSet {
  if (subresource === undefined) return statusFields
  if (subresource !== 'status') return noFields
  const spec = pathSet('f:spec')
  if (kind === 'Deployment') return union(spec, pathSet('f:metadata', 'f:labels'))
  return kind === 'Pod' ? union(union(spec, pathSet('f:metadata', 'f:deletionTimestamp')), pathSet('f:metadata', 'f:ownerReferences')) : spec
}

type ManagerEntry = Omit<ManagedEntry, 'fields'>

function isSameManager(a: ManagerEntry, b: ManagerEntry): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource && (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
}

/** An object of Go with nothing in it, as the server compares a new object with. */
export function emptyObject(type: MergeType): JsonObject {
  if (type.kind !== 'struct') return {}
  const out: { [name: string]: Json } = {}
  for (const field of fieldsOf(type.typeKey)) {
    const isStruct = field.type.kind === 'struct' && !field.type.isPointer
    if (field.omitZero || (field.omitEmpty && !isStruct)) continue
    out[field.name] = zeroOf(field.type)
  }
  return out
}

function zeroOf(type: FieldType): Json {
  if (type.isPointer || type.kind === 'list' || type.kind === 'map') return null
  if (type.kind === 'struct') return emptyObject({ kind: 'struct', isAtomic: false, typeKey: type.typeKey }) as Json
  if (type.scalar === 'string') return ''
  if (type.scalar === 'bool') return false
  return type.scalar === 'int32' || type.scalar === 'int64' || type.scalar === 'float64' ? 0 : null
}

/** What a write changes, and what other managers lose by it. Fields that the request cannot change are left out. */
function changesOf(before: JsonObject, after: JsonObject, type: MergeType, reset: FieldSet): { readonly changed: FieldSet; readonly lost: FieldSet; readonly gone: FieldSet } {
  const { added, modified, removed } = compareValues(before, after, type)
  const changed = without(union(modified, added), reset)
  const gone = without(removed, reset)
  return { changed, lost: union(changed, gone), gone }
}

/** The entries after a create, an update or a patch. @param before undefined for a create */
export function afterUpdate(entries: readonly ManagedEntry[], before: JsonObject | undefined, after: JsonObject, type: MergeType, writer: Writer): readonly ManagedEntry[] {
  const { changed, lost, gone } = changesOf(before ?? emptyObject(type), after, type, resetFields(String(after['kind']), writer.subresource))
  const own = difference(changed, neverManaged)
  const self = entryOf(writer, 'Update')
  const kept: ManagedEntry[] = []
  let fields = own
  for (const entry of entries) {
    const isOwn = !isEmptySet(own) && isSameManager(entry, self)
    // What its writer has changed stays with it: only what is gone is taken away.
    const left = difference(entry.fields, isOwn ? gone : lost)
    if (isOwn) fields = includesAll(left, own) ? left : union(own, left)
    else if (!isEmptySet(left)) kept.push(withFields(entry, left))
  }
  if (!isEmptySet(own)) kept.push({ ...self, fields })
  return capped(kept)
}

function withFields(entry: ManagedEntry, fields: FieldSet): ManagedEntry {
  return fields === entry.fields ? entry : { ...entry, fields }
}

function entryOf({ manager, apiVersion, subresource, time }: Writer, operation: ManagedEntry['operation']): ManagerEntry {
  return { manager, operation, apiVersion, time, ...(subresource === undefined ? {} : { subresource }) }
}

/** Puts the oldest managers by Update together when there are too many. */
function capped(entries: readonly ManagedEntry[]): readonly ManagedEntry[] {
  if (entries.length < updateManagersMax) return entries
  const updaters = entries.filter(({ operation }) => operation === 'Update').sort(compareAge)
  const tooMany = updaters.slice(0, Math.max(0, updaters.length - updateManagersMax + 1))
  if (tooMany.length < 2) return [...entries]
  const last = tooMany[tooMany.length - 1]
  const bucket: ManagedEntry = { manager: ancientManager, operation: 'Update', apiVersion: last.apiVersion, ...(last.time === undefined ? {} : { time: last.time }), fields: tooMany.map(({ fields }) => fields).reduce(union) }
  return [...entries.filter((entry) => !tooMany.includes(entry)), bucket]
}

function compareAge(a: ManagedEntry, b: ManagedEntry): number {
  return compareText(a.time ?? '', b.time ?? '') || compareText(a.manager, b.manager)
}

/** Entries in the order in which objects show them. */
export function sortedEntries(entries: readonly ManagedEntry[]): ManagedEntry[] {
  return [...entries].sort((a, b) =>
    compareText(a.operation, b.operation) || compareText(a.time ?? '', b.time ?? '') || compareText(a.manager, b.manager)
    || compareText(a.apiVersion, b.apiVersion) || compareText(a.subresource ?? '', b.subresource ?? ''))
}

/**
 * Lays an applied configuration over the live object: fields that the manager had applied before and leaves out now go,
 * unless another one has them. @param live undefined for a create
 */
export function applyConfiguration(entries: readonly ManagedEntry[], live: JsonObject | undefined, config: JsonObject, type: MergeType, writer: Writer, isForced: boolean): ApplyOutcome {
  const base = live ?? emptyObject(type)
  const known = entries.length > 0 || live === undefined ? entries : afterUpdate([], undefined, live, type, { ...writer, manager: firstApplyManager })
  const self = entryOf(writer, 'Apply')
  const last = known.find((entry) => isSameManager(entry, self))
  const reset = resetFields(String(config['kind']), writer.subresource)
  const own = without(fieldSetOf(config, type), reset)
  const others = known.filter((entry) => entry !== last)
  const merged = mergeValues(base, config, type) as JsonObject
  const object = last === undefined ? merged : pruned(merged, last.fields, [...others.map(({ fields }) => fields), own].reduce(union, noFields), type)
  const { changed, lost } = changesOf(base, object, type, reset)
  const conflicts = others.flatMap((entry) => pathTexts(intersection(entry.fields, changed)).map((field) => ({ manager: managerText(entry), field })))
  if (!isForced && conflicts.length > 0) return { conflicts: conflicts.sort((a, b) => compareText(a.manager, b.manager)) }
  const kept = others.map((entry) => ({ ...entry, fields: difference(entry.fields, lost) })).filter(({ fields }) => !isEmptySet(fields))
  const fields = difference(own, neverManaged)
  const isSame = live !== undefined && equalJson(live, object)
  const { time: _time, ...timeless } = self
  const stamped = isSame ? { ...timeless, ...(last?.time === undefined ? {} : { time: last.time }) } : self
  return { object, entries: isEmptySet(fields) ? kept : [...kept, { ...stamped, fields }] }
}

/** The merged object without what its manager applied before and nobody has now. */
function pruned(merged: JsonObject, last: FieldSet, owned: FieldSet, type: MergeType): JsonObject {
  const named = (set: FieldSet): FieldSet => withNamedFields(set, type)
  const all = named(fieldSetOf(merged, type))
  const bare = removeFields(merged, named(last), type)
  const withOwned = removeFields(merged, difference(all, union(named(fieldSetOf(bare, type)), named(owned))), type)
  const gone = intersection(difference(all, named(fieldSetOf(withOwned, type))), named(last))
  return (removeFields(merged, gone, type) ?? {}) as JsonObject
}

/** A manager as conflicts name it. */
export function managerText({ manager, subresource, operation, apiVersion }: ManagedEntry): string {
  const name = JSON.stringify(manager) + (subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`)
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}

/** What a refused apply says. */
export function conflictMessage(conflicts: readonly FieldConflict[]): string {
  if (conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${conflicts[0].manager}: ${conflicts[0].field}`
  const managers = [...new Set(conflicts.map(({ manager }) => manager))]
  const lines = managers.flatMap((manager) => [`conflicts with ${manager}:`, ...conflicts.filter((conflict) => conflict.manager === manager).map(({ field }) => `- ${field}`)])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}
