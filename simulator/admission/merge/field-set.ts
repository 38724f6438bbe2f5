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
  const { [self]: _self, ...children } = node
  return children
}

function nodeOf(isIn: boolean, children: FieldSet): FieldSet | undefined {
  if (isEmptySet(children)) return isIn ? noFields : undefined
  return isIn ? { [self]: noFields, ...children } : children
}

/** Whether an element of the top level belongs to the set, whatever is below it. */
export function hasElement(set: FieldSet, element: string): boolean {
  return isMember(set[element])
}

type Rule = (a: FieldSet | undefined, b: FieldSet | undefined) => FieldSet | undefined

function combine(a: FieldSet, b: FieldSet, elements: readonly string[], rule: Rule): FieldSet {
  const out: { [element: string]: FieldSet } = {}
  for (const element of elements) {
    const node = rule(a[element], b[element])
    if (node !== undefined) out[element] = node
  }
  return out
}

/** Fields that are in one of both sets. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a)) return b
  if (isEmptySet(b)) return a
  const elements = [...Object.keys(a), ...Object.keys(b).filter((element) => a[element] === undefined)]
  return combine(a, b, elements, (left, right) => nodeOf(isMember(left) || isMember(right), union(below(left), below(right))))
}

/** Fields that are in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, Object.keys(a).filter((element) => b[element] !== undefined), (left, right) => nodeOf(isMember(left) && isMember(right), intersection(below(left), below(right))))
}

/** Fields of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, Object.keys(a), (left, right) => (right === undefined ? left : nodeOf(isMember(left) && !isMember(right), difference(below(left), below(right)))))
}

/** Fields of `a` that are neither in `b` nor below a field of `b`. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, Object.keys(a), (left, right) => {
    if (right === undefined) return left
    return isMember(right) ? undefined : nodeOf(isMember(left), without(below(left), below(right)))
  })
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
