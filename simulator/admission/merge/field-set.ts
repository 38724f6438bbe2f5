/**
 * Sets of fields in the form in which managedFields shows them (FieldsV1): a tree of path elements `f:NAME`, `k:{KEYS}`
 * and `v:VALUE`. An element without children belongs to the set; one with children does when it has the child `.`.
 * Models structured-merge-diff/fieldpath (v6).
 */

import { isJsonObject } from '../../kernel/json.ts'
import type { Json } from '../../kernel/json.ts'
import { compareText } from '../../kernel/text.ts'

export interface FieldSet { readonly [element: string]: FieldSet }

export const noFields: FieldSet = {}
const self = '.'

/** Whether nothing is in the set. For the root of a set only: below it, an empty node is a field. */
export function isEmptySet(set: FieldSet): boolean {
  for (const _element in set) return false
  return true
}

function isMember(node: FieldSet | undefined): boolean {
  return node !== undefined && (isEmptySet(node) || node[self] !== undefined)
}

/** The part of a set below an element, as a set of its own. */
export function below(node: FieldSet | undefined): FieldSet {
  if (node === undefined) return noFields
  if (node[self] === undefined) return node
  const { [self]: _self, ...children } = node
  return children
}

/** Whether an element of the top level belongs to the set, whatever is below it. */
export function hasElement(set: FieldSet, element: string): boolean {
  return isMember(set[element])
}

/** A set while it is made: nobody else has it or a part of it. */
export interface GrowingSet { [element: string]: GrowingSet }

/** What is left of a node: undefined when it is no member and nothing is below it. */
function settled(children: FieldSet): FieldSet | undefined {
  for (const element in children) return element === self && isOnlySelf(children) ? noFields : children
  return undefined
}

function isOnlySelf(node: FieldSet): boolean {
  for (const element in node) if (element !== self) return false
  return true
}

/** Fields that are in one of both sets. What is in one alone is shared with it. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || a === b) return b
  if (isEmptySet(b)) return a
  const out: { [element: string]: FieldSet } = {}
  for (const element in a) {
    const other = b[element]
    out[element] = other === undefined ? a[element] : unionNode(a[element], other)
  }
  for (const element in b) if (a[element] === undefined) out[element] = b[element]
  return out
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a
  if (isEmptySet(a)) return isMember(b) ? b : { [self]: noFields, ...b }
  if (isEmptySet(b)) return isMember(a) ? a : { [self]: noFields, ...a }
  const out: { [element: string]: FieldSet } = isMember(a) || isMember(b) ? { [self]: noFields } : {}
  for (const element in a) {
    if (element === self) continue
    const other = b[element]
    out[element] = other === undefined ? a[element] : unionNode(a[element], other)
  }
  for (const element in b) if (element !== self && a[element] === undefined) out[element] = b[element]
  return out
}

/** Fields that are in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const out: { [element: string]: FieldSet } = {}
  for (const element in a) {
    const other = b[element]
    if (element === self || other === undefined) continue
    const node = intersectionNode(a[element], other)
    if (node !== undefined) out[element] = node
  }
  return out
}

function intersectionNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const out: { [element: string]: FieldSet } = isMember(a) && isMember(b) ? { [self]: noFields } : {}
  return settled(Object.assign(out, intersection(a, b)))
}

/** Fields of `a` that are not in `b`; `a` itself where there is none in both. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  let out: { [element: string]: FieldSet } | undefined
  for (const element in a) {
    const other = b[element]
    if (element === self || other === undefined) continue
    const node = differenceNode(a[element], other)
    if (node === a[element]) continue
    out ??= { ...a }
    if (node === undefined) delete out[element]
    else out[element] = node
  }
  return out ?? a
}

function differenceNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const isLost = isMember(a) && isMember(b)
  if (isEmptySet(a)) return isLost ? undefined : a
  const left = difference(a, b)
  if (!isLost) return left === a ? a : settled(left)
  const { [self]: _self, ...children } = left
  return settled(children)
}

/** Whether every field of `b` is in `a`. */
export function includesAll(a: FieldSet, b: FieldSet): boolean {
  for (const element in b) {
    if (element === self) continue
    const node = a[element]
    if (node === undefined || (isMember(b[element]) && !isMember(node)) || !includesAll(node, b[element])) return false
  }
  return true
}

/** Fields of `a` that are neither in `b` nor below a field of `b`; `a` itself where that is all of them. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  let out: { [element: string]: FieldSet } | undefined
  for (const element in a) {
    const other = b[element]
    if (element === self || other === undefined) continue
    const node = isMember(other) ? undefined : withoutNode(a[element], other)
    if (node === a[element]) continue
    out ??= { ...a }
    if (node === undefined) delete out[element]
    else out[element] = node
  }
  return out ?? a
}

function withoutNode(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (isEmptySet(a)) return a
  const left = without(a, b)
  return left === a ? a : settled(left)
}

/** Puts one path into a set. The empty path is no field. */
export function addPath(set: GrowingSet, path: readonly string[]): void {
  let node = set
  for (const [depth, element] of path.entries()) {
    const inner = node[element]
    if (inner === undefined) node[element] = {}
    // A field that gets something below it says that it is one itself.
    else if (depth < path.length - 1 ? isEmptySet(inner) : !isEmptySet(inner)) inner[self] = {}
    node = node[element]!
  }
}

/** A set of one path. */
export function pathSet(...elements: readonly string[]): FieldSet {
  return elements.reduceRight<FieldSet>((inner, element) => ({ [element]: inner }), noFields)
}

const elementKinds = 'fkvi'

function compareElements(a: string, b: string): number {
  return a[0] === b[0] ? compareText(a, b) : elementKinds.indexOf(a[0]) - elementKinds.indexOf(b[0])
}

/** All paths of a set as texts such as `.spec.containers[name="app"].image`: those of a level, then those below it. */
export function pathTexts(set: FieldSet, prefix = ''): string[] {
  const elements = Object.keys(set).filter((element) => element !== self).sort(compareElements)
  return [
    ...elements.filter((element) => isMember(set[element])).map((element) => prefix + elementText(element)),
    ...elements.flatMap((element) => pathTexts(below(set[element]), prefix + elementText(element))),
  ]
}

/** A path element as messages show it. */
export function elementText(element: string): string {
  const text = element.slice(2)
  if (element.startsWith('f:')) return `.${text}`
  if (element.startsWith('v:')) return `[=${text}]`
  const keys = JSON.parse(text) as { readonly [name: string]: Json }
  return `[${Object.keys(keys).map((name) => `${name}=${JSON.stringify(keys[name])}`).join(',')}]`
}

/** Reads a FieldsV1 value; undefined when it is none. */
export function readFieldSet(value: Json | undefined): FieldSet | undefined {
  if (!isJsonObject(value)) return undefined
  for (const [element, child] of Object.entries(value)) {
    if (!/^(?:\.$|[fkvi]:)/.test(element) || readFieldSet(child) === undefined) return undefined
  }
  return value as unknown as FieldSet
}
