/**
 * Values with a merge type: which fields they have, how two of them differ, what they become together.
 * Models structured-merge-diff/typed (v6).
 */

import { goMapText, goQuote } from '../../api/go-text.ts'
import { equalJson } from '../../kernel/equal.ts'
import { isJsonObject } from '../../kernel/json.ts'
import type { Json, JsonObject } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'
import { addPath, below, elementText, hasElement, isEmptySet, noFields } from './field-set.ts'
import type { FieldSet, GrowingSet } from './field-set.ts'
import { fieldType, isStructField } from './merge-types.ts'
import type { MergeType } from './merge-types.ts'

type ListType = Extract<MergeType, { kind: 'list' }>
const anyType: MergeType = { kind: 'any' }

/** What `any` is for a value, and how a value is walked: as a list, as a map, or as one. */
function shapeOf(type: MergeType, value: Json | undefined): 'list' | 'map' | 'scalar' {
  if (type.kind === 'list') return 'list'
  if (type.kind === 'map' || type.kind === 'struct' || type.kind === 'custom') return 'map'
  if (type.kind === 'scalar') return 'scalar'
  return Array.isArray(value) ? 'list' : isJsonObject(value) ? 'map' : 'scalar'
}

function isAtomic(type: MergeType): boolean {
  if (type.kind === 'list') return type.relation === 'atomic'
  return type.kind === 'map' || type.kind === 'struct' || type.kind === 'custom' ? type.isAtomic : false
}

function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true
  if (Array.isArray(value)) return value.length === 0
  return isJsonObject(value) && Object.keys(value).length === 0
}

/** The path element of an item; a text with a blank in front says what is wrong with it. */
function itemElement(type: ListType, item: Json): { readonly element: string } | { readonly error: string } {
  if (type.relation === 'set') {
    if (isJsonObject(item)) return { error: "associative list without keys has an element that's a map type" }
    if (Array.isArray(item)) return { error: 'not supported: associative list with lists as elements' }
    return item === null ? { error: "associative list without keys has an element that's an explicit null" } : { element: `v:${JSON.stringify(item)}` }
  }
  if (item === null) return { error: 'associative list with keys may not have a null element' }
  if (!isJsonObject(item)) return { error: 'associative list with keys may not have non-map elements' }
  const given = type.keys.flatMap(({ name, default: preset }) => {
    const value = item[name] ?? preset
    return value === undefined ? [] : [{ name, value }]
  })
  if (given.length === 0) {
    return { error: `associative list with keys has an element that omits all key fields [${type.keys.map(({ name }) => JSON.stringify(name)).join(' ')}] (and doesn't have default values for any key fields)` }
  }
  const sorted = given.sort((a, b) => compareText(a.name, b.name))
  return { element: `k:${JSON.stringify(Object.fromEntries(sorted.map(({ name, value }) => [name, value])))}` }
}

function elementOf(type: ListType, item: Json): string {
  const found = itemElement(type, item)
  return 'element' in found ? found.element : `v:${JSON.stringify(item)}`
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

function mapOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

function keysOfBoth(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
}

// ---- validation ----------------------------------------------------------------------------------------------------

/** What in a value does not fit its type, as `PATH: what`. */
export function typeErrors(value: Json | undefined, type: MergeType, path = ''): string[] {
  const told = (message: string): string[] => [path === '' ? message : `${path}: ${message}`]
  if (value === undefined || value === null || type.kind === 'any') return []
  if (type.kind === 'scalar') return scalarFits(value, type.expects) ? [] : told(`expected ${type.expects === 'untyped' ? 'any scalar' : type.expects === 'numeric' ? 'numeric (int or float)' : type.expects}, got ${goValue(value, type.expects)}`)
  if (type.kind === 'list') return Array.isArray(value) ? listErrors(value as readonly Json[], type, path) : told(`expected list, got ${goValue(value)}`)
  if (!isJsonObject(value)) return told(`expected map, got ${goValue(value)}`)
  const errors: string[] = []
  for (const name of Object.keys(value)) {
    const inner = fieldType(type, name)
    if (inner !== undefined) errors.push(...typeErrors(value[name], inner, `${path}.${name}`))
    else {
      // The real one stops here, wherever its walk of the map happens to be.
      errors.push(`${path}.${name}: field not declared in schema`)
      break
    }
  }
  return errors
}

function listErrors(items: readonly Json[], type: ListType, path: string): string[] {
  const errors: string[] = []
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    if (type.relation === 'atomic') {
      errors.push(...typeErrors(item, type.of, `${path}[${index}]`))
      continue
    }
    const found = itemElement(type, item)
    if ('error' in found) return [...errors, `${path}: element ${index}: ${found.error}`]
    if (seen.has(found.element)) errors.push(`${path}: duplicate entries for key ${elementText(found.element)}`)
    seen.add(found.element)
    errors.push(...typeErrors(item, type.of, path + elementText(found.element)))
  }
  return errors
}

function scalarFits(value: Json, expects: string): boolean {
  if (expects === 'numeric') return typeof value === 'number'
  if (expects === 'untyped') return typeof value !== 'object'
  return typeof value === expects
}

/** A value as Go's %#v prints it. */
function goSyntax(value: Json): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (isJsonObject(value)) return `map[string]interface {}{${Object.keys(value).sort(compareText).map((key) => `${goQuote(key)}:${goSyntax(value[key]!)}`).join(', ')}}`
  return value === null ? 'interface {}(nil)' : typeof value === 'string' ? goQuote(value) : String(value)
}

/** A value as Go prints it in these messages. */
function goValue(value: Json, expects = ''): string {
  if (expects === 'numeric') return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
  if (expects === 'string') return `&value.valueUnstructured{Value:${goSyntax(value)}}`
  return `&{${goMapText(value)}}`
}

// ---- sets of fields ------------------------------------------------------------------------------------------------

/** Every leaf, and every item of a keyed list or set, that a value names. */
export function fieldSetOf(value: Json | undefined, type: MergeType): FieldSet {
  const shape = shapeOf(type, value)
  const out: { [element: string]: FieldSet } = {}
  if (shape === 'list' && type.kind === 'list') {
    for (const item of listOf(value)) {
      const children = isAtomic(type.of) ? noFields : below(childSet(item, type.of))
      out[elementOf(type, item)] = isEmptySet(children) ? noFields : { '.': noFields, ...children }
    }
    return out
  }
  const map = mapOf(value)
  for (const name of Object.keys(map)) {
    const inner = fieldType(type, name) ?? anyType
    const child = childSet(map[name], inner)
    const isNamed = isEmpty(map[name]) && !Array.isArray(map[name])
    const isIn = isNamed || !isStructField(type, name)
    if (child === undefined) {
      if (isIn) out[`f:${name}`] = noFields
    } else out[`f:${name}`] = isIn && !isEmptySet(child) ? { '.': noFields, ...child } : child
  }
  return out
}

/** The node of a value in its parent's set: an empty one for a leaf, undefined for an empty list or map. */
function childSet(value: Json | undefined, type: MergeType): FieldSet | undefined {
  const shape = shapeOf(type, value)
  if (shape === 'scalar' || isAtomic(type) || (shape === 'list' && type.kind === 'any')) return noFields
  const set = fieldSetOf(value, type)
  return isEmptySet(set) ? undefined : set
}

// ---- comparing -----------------------------------------------------------------------------------------------------

export interface Comparison { readonly added: FieldSet; readonly removed: FieldSet; readonly modified: FieldSet }

/** Which fields a value gained, lost and changed. */
export function compareValues(before: Json | undefined, after: Json | undefined, type: MergeType): Comparison {
  const walk = new CompareWalk()
  walk.compare(before, after, type)
  return { added: walk.added, removed: walk.removed, modified: walk.modified }
}

/** Compares two values level by level; a path is put into a set only where they differ. */
class CompareWalk {
  readonly added: GrowingSet = {}
  readonly removed: GrowingSet = {}
  readonly modified: GrowingSet = {}
  private readonly path: string[] = []

  compare(before: Json | undefined, after: Json | undefined, type: MergeType): void {
    const shape = shapeOf(type, after ?? before)
    const isLeaf = shape === 'scalar' || isAtomic(type) || (shape === 'list' && type.kind === 'any') || (isEmpty(before) && isEmpty(after))
    if (isLeaf && before !== undefined && after !== undefined) {
      if (!equalJson(before, after)) addPath(this.modified, this.path)
      return
    }
    if (before === undefined) addPath(this.added, this.path)
    else if (after === undefined) addPath(this.removed, this.path)
    if (isLeaf) return
    if (shape === 'list') this.compareItems(listOf(before), listOf(after), type as ListType)
    else this.compareEntries(mapOf(before), mapOf(after), type)
  }

  private compareEntries(before: JsonObject, after: JsonObject, type: MergeType): void {
    for (const name of Object.keys(before)) this.compareEntry(name, before[name], after[name], type)
    for (const name of Object.keys(after)) if (!Object.hasOwn(before, name)) this.compareEntry(name, undefined, after[name], type)
  }

  private compareEntry(name: string, before: Json | undefined, after: Json | undefined, type: MergeType): void {
    if (before === after) return
    this.path.push(`f:${name}`)
    this.compare(before, after, fieldType(type, name) ?? anyType)
    this.path.pop()
  }

  private compareItems(before: readonly Json[], after: readonly Json[], type: ListType): void {
    const left = groupItems(before, type)
    const right = groupItems(after, type)
    for (const element of new Set([...left.keys(), ...right.keys()])) {
      this.path.push(element)
      this.compareGroups(left.get(element) ?? [], right.get(element) ?? [], type)
      this.path.pop()
    }
  }

  private compareGroups(old: readonly Json[], fresh: readonly Json[], type: ListType): void {
    if (old.length <= 1 && fresh.length <= 1) this.compare(old[0], fresh[0], type.of)
    else if (old.length >= 2 && fresh.length >= 2) {
      if (!equalJson(old, fresh)) addPath(this.modified, this.path)
    } else if (old.length >= 2) {
      if (fresh.length > 0) this.compare(undefined, fresh[0], type.of)
      addPath(this.removed, this.path)
    } else {
      if (old.length > 0) this.compare(old[0], undefined, type.of)
      addPath(this.added, this.path)
    }
  }
}

function groupItems(items: readonly Json[], type: ListType): Map<string, Json[]> {
  const groups = new Map<string, Json[]>()
  for (const item of items) {
    const element = elementOf(type, item)
    const group = groups.get(element)
    if (group === undefined) groups.set(element, [item])
    else group.push(item)
  }
  return groups
}

// ---- merging -------------------------------------------------------------------------------------------------------

/** The live value with what is applied laid over it. Nothing is removed; a list takes the order of what is applied. */
export function mergeValues(live: Json | undefined, applied: Json | undefined, type: MergeType): Json | undefined {
  if (applied === undefined) return live
  if (live === undefined && type.kind === 'scalar') return applied
  const shape = shapeOf(type, applied)
  if (shape === 'scalar' || isAtomic(type) || (shape === 'list' && type.kind === 'any') || (isEmpty(live) && isEmpty(applied))) return applied
  if (shape === 'list') return mergeItems(listOf(live), listOf(applied), type as ListType)
  const left = mapOf(live)
  const right = mapOf(applied)
  const out: { [name: string]: Json | undefined } = {}
  for (const name of keysOfBoth(left, right)) out[name] = mergeValues(left[name], right[name], fieldType(type, name) ?? anyType)
  return out
}

/** Applied items in their order; those that are only live keep their places before the next shared one. */
function mergeItems(live: readonly Json[], applied: readonly Json[], type: ListType): Json[] {
  const liveElements = live.map((item) => elementOf(type, item))
  const appliedElements = applied.map((item) => elementOf(type, item))
  const byElement = new Map(liveElements.map((element, i) => [element, live[i]]))
  const isApplied = new Set(appliedElements)
  const shared = appliedElements.filter((element) => byElement.has(element))
  const out: Json[] = []
  const merged = new Set<string>()
  let next = 0
  let l = 0
  let r = 0
  const take = (): void => {
    const element = appliedElements[r]
    merged.add(element)
    out.push(mergeValues(byElement.get(element), applied[r], type.of) ?? null)
    r += 1
    if (shared[next] === element) next += 1
  }
  while (l < live.length || r < applied.length) {
    if (l < live.length && r < applied.length) {
      if (liveElements[l] === appliedElements[r]) {
        l += 1
        take()
        continue
      }
      if (isApplied.has(liveElements[l]) && shared[next] !== undefined && shared[next] !== liveElements[l]) {
        l += 1
        continue
      }
    }
    if (l < live.length) {
      if (!isApplied.has(liveElements[l])) {
        out.push(live[l])
        l += 1
        continue
      }
      if (merged.has(liveElements[l])) l += 1
    }
    if (r < applied.length) take()
  }
  return out
}

/** The value without these fields and items. */
export function removeFields(value: Json | undefined, fields: FieldSet, type: MergeType): Json | undefined {
  const shape = shapeOf(type, value)
  if (shape === 'scalar' || value === null || value === undefined) return value
  if (isAtomic(type) || isEmpty(value)) return undefined
  if (shape === 'list') {
    if (type.kind !== 'list') return undefined
    const kept = listOf(value).flatMap((item) => {
      const element = elementOf(type, item)
      if (hasElement(fields, element)) return []
      const inner = below(fields[element])
      return [isEmptySet(inner) ? item : (removeFields(item, inner, type.of) ?? null)]
    })
    return kept.length === 0 ? undefined : kept
  }
  const map = mapOf(value)
  const out: { [name: string]: Json | undefined } = {}
  for (const name of Object.keys(map)) {
    const element = `f:${name}`
    if (hasElement(fields, element)) continue
    const inner = below(fields[element])
    const left = isEmptySet(inner) ? map[name] : removeFields(map[name], inner, fieldType(type, name) ?? anyType)
    if (left !== undefined) out[name] = left
  }
  return Object.keys(out).length === 0 ? undefined : out
}

/** The set, with every declared field that has something below it as a member too. */
export function withNamedFields(set: FieldSet, type: MergeType): FieldSet {
  const out: { [element: string]: FieldSet } = {}
  for (const [element, node] of Object.entries(set)) {
    if (element === '.') {
      out[element] = node
      continue
    }
    const name = element.slice(2)
    const isField = element.startsWith('f:')
    const inner = isField ? (fieldType(type, name) ?? anyType) : type.kind === 'list' ? type.of : anyType
    const children = withNamedFields(node, inner)
    out[element] = isField && isStructField(type, name) && !isEmptySet(children) ? { '.': noFields, ...children } : children
  }
  return out
}
