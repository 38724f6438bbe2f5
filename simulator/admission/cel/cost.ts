/** What a call costs when it runs. Models cel-go/interpreter/runtimecost.go, cel-go/ext and apiserver/pkg/cel/library/cost.go (v1.35). */

import { utf8Length } from '../../api/go-text.ts'
import type { CelValue } from './values.ts'
import { CelMap, CelOptional, isList, isOpaque, sizeOf } from './values.ts'

export const listCost = 10
export const mapCost = 30
export const structCost = 40
const charFactor = 0.1
const regexFactor = 0.25

function actualSize(value: CelValue): number {
  return value instanceof CelOptional && value.value !== undefined ? actualSize(value.value) : (sizeOf(value) ?? 1)
}

/** The cost of going through a value once. */
function traversal(value: CelValue): number {
  if (typeof value === 'string') return Math.floor(utf8Length(value) * charFactor)
  if (value instanceof Uint8Array) return Math.floor(value.length * charFactor)
  if (isList(value)) return value.reduce<number>((sum, each) => sum + traversal(each), 0)
  if (value instanceof CelMap) return [...value.entries.values()].reduce((sum, [key, each]) => sum + traversal(key) + traversal(each), 0)
  return 1
}

function chars(value: CelValue | undefined, factor = 1): number {
  return Math.ceil((value === undefined ? 0 : actualSize(value)) * factor * charFactor)
}

function regex(text: CelValue, patternSize: number): number {
  return Math.ceil((1 + actualSize(text)) * charFactor) * Math.ceil(patternSize * regexFactor)
}

function allocated(size: number, factor = 1): number {
  return Math.floor(size * factor) + 1 + listCost
}

function compared(list: CelValue): number {
  const first = isList(list) ? list[0] : undefined
  const size = actualSize(list)
  return allocated(size * size, typeof first === 'string' || first instanceof Uint8Array ? 2 + charFactor : 2)
}

function selector(text: CelValue): number {
  return listCost + chars(text) + Math.ceil(Math.ceil(actualSize(text) * 0.5) * (listCost + structCost))
}

type Cost = (args: readonly CelValue[], result: CelValue) => number

const one: Cost = () => 1
const perCharacter: Cost = ([text]) => chars(text)
const perTwo: Cost = ([text]) => chars(text, 2)
const perElement: Cost = ([list]) => (list === undefined ? 0 : traversal(list))

function sets(factor: number): Cost {
  return ([a, b]) => 1 + Math.floor(actualSize(a!) * actualSize(b!) * factor)
}

const prefixCost: Cost = ([cidr]) => Math.ceil(actualSize(cidr!) * 2 * charFactor)

/** By overload: these come first. */
const byOverload: { readonly [id: string]: Cost } = {
  list_sets_contains_list: sets(1),
  list_sets_intersects_list: sets(1),
  list_sets_equivalent_list: sets(2),
  list_slice: (_args, result) => allocated(actualSize(result)),
  lists_range: (_args, result) => allocated(actualSize(result)),
  list_reverse: (_args, result) => allocated(actualSize(result)),
  list_flatten: ([list]) => allocated(actualSize(list!)),
  list_flatten_int: ([list, depth]) => allocated(actualSize(list!), Number(depth)),
  list_distinct: ([list]) => compared(list!),
}

/** By function. */
const byFunction: { readonly [name: string]: Cost } = {
  check: () => 350000,
  ...Object.fromEntries(['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error', 'errored', 'masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast', 'format.named', 'sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub', 'major', 'minor', 'patch', 'getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery'].map((name) => [name, one])),
  ...Object.fromEntries(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name) => [name, perElement])),
  ...Object.fromEntries(['url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey', 'cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'].map((name) => [name, perCharacter])),
  ...Object.fromEntries(['replace', 'split', 'ip.isCanonical'].map((name) => [name, perTwo])),
  fieldSelector: ([, text]) => selector(text!),
  labelSelector: ([, text]) => selector(text!),
  join: (_args, result) => chars(result, 2),
  find: ([text, pattern]) => regex(text!, actualSize(pattern!)),
  findAll: ([text, pattern]) => regex(text!, actualSize(pattern!)),
  ip: ([value]) => (isOpaque(value!) ? 1 : chars(value)),
  containsIP: (args, result) => prefixCost(args, result) + (typeof args[1] === 'string' ? chars(args[1]) : 0),
  containsCIDR: (args, result) => prefixCost(args, result) + chars(args[0]) + 1 + (typeof args[1] === 'string' ? chars(args[1]) : 0),
}

const longerText: Cost = ([a, b]) => Math.ceil(Math.min(actualSize(a!), actualSize(b!)) * charFactor)

/** By overload, in the standard library. */
const standard: { readonly [id: string]: Cost } = {
  ...Object.fromEntries(['starts_with_string', 'ends_with_string', 'string_to_bytes', 'bytes_to_string', 'strings_quote', 'string_format'].map((id) => [id, perCharacter])),
  ...Object.fromEntries(['less', 'greater', 'less_equals', 'greater_equals'].flatMap((id) => [`${id}_string`, `${id}_bytes`]).map((id) => [id, longerText])),
  equals: longerText,
  not_equals: longerText,
  in_list: ([, list]) => actualSize(list!),
  add_string: ([a, b]) => Math.ceil((actualSize(a!) + actualSize(b!)) * charFactor),
  add_bytes: ([a, b]) => Math.ceil((actualSize(a!) + actualSize(b!)) * charFactor),
  matches_string: ([text, pattern]) => regex(text!, actualSize(pattern!)),
  contains_string: ([text, part]) => chars(text) * chars(part),
}

/** What `format.X().validate()` counts as the size of its regular expression. */
export interface RegexSized { readonly regexSize: number }

/** The cost of a call with these values. @param overload '' when several may be meant */
export function callCost(name: string, overload: string, args: readonly CelValue[], result: CelValue): number {
  const special = byOverload[overload] ?? (/^list_\w+_sort$/.test(overload) ? compared1 : overload.endsWith('_sortByAssociatedKeys') ? compared2 : undefined)
  if (special !== undefined) return special(args, result)
  if (name === 'validate' && args[0] !== undefined && isOpaque(args[0]) && 'regexSize' in args[0]) return regex(args[1]!, (args[0] as unknown as RegexSized).regexSize)
  const known = byFunction[name]
  if (known !== undefined) return known(args, result)
  if (name === '_==_' && isOpaque(args[0]!)) return 1
  return standard[overload]?.(args, result) ?? 1
}

const compared1: Cost = ([list]) => compared(list!)
const compared2: Cost = ([, keys]) => compared(keys!)
