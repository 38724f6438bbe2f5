/** What calls of the functions of Kubernetes may cost. Models apiserver/pkg/cel/library/cost.go EstimateCallCost (v1.35) and the estimators of cel-go/ext (v0.26). */

import type { Expr } from './ast.ts'
import { add, countMax, fixed, multiply, scale, unknownSize } from './estimates.ts'
import type { Estimate } from './estimates.ts'
import type { CelType } from './types.ts'
import { typeText } from './types.ts'

/** A cost, and how large the result may be where that is known. */
export interface CallEstimate { readonly cost: Estimate; readonly size?: Estimate }

/** An argument or a target: its size is undefined when nothing is known of it. */
export interface Operand {
  readonly expr: Expr
  readonly type: CelType
  readonly size: Estimate | undefined
  /** The size of an element, where it is a list. */
  readonly elementSize: Estimate | undefined
}

type Estimator = (target: Operand | undefined, args: readonly Operand[], overload: string) => CallEstimate | undefined

const perCharacter = 0.1
const perPatternCharacter = 0.25
const once = fixed(1)
const address: Estimate = { min: 4, max: 16 }

function sizeOf(operand: Operand): Estimate {
  return operand.size ?? unknownSize
}

function read(operand: Operand, factor = perCharacter): Estimate {
  return scale(sizeOf(operand), factor)
}

const one: Estimator = () => ({ cost: once })
const ofArgument: Estimator = (_target, [first]) => (first === undefined ? undefined : { cost: read(first) })
const ofTarget: Estimator = (target) => (target === undefined ? undefined : { cost: read(target), size: sizeOf(target) })
const copied: Estimator = (_target, args) => (args.length !== 1 ? undefined : { cost: read(args[0]!), size: sizeOf(args[0]!) })

const overElements: Estimator = (target) => {
  if (target === undefined) return undefined
  const [element] = target.type.params
  if (element === undefined) return { cost: read(target) }
  const isText = element.name === 'string' || element.name === 'bytes'
  return { cost: multiply(sizeOf(target), isText ? add(once, scale(target.elementSize ?? unknownSize, perCharacter)) : once) }
}

const replace: Estimator = (target, [from, to]) => {
  if (target === undefined || from === undefined || to === undefined) return undefined
  const [text, old, fresh] = [sizeOf(target), sizeOf(from), sizeOf(to)]
  const most = old.min === 0 ? { count: Math.min(text.max + 1, countMax), kept: text.max } : fresh.max <= old.min ? { count: 0, kept: text.max } : { count: Math.ceil(text.max / old.min), kept: 0 }
  const least = old.max === 0 ? { count: Math.min(text.min + 1, countMax), kept: text.min } : old.max <= fresh.min ? { count: 0, kept: text.min } : { count: Math.ceil(text.min / old.max), kept: 0 }
  const size = add(multiply({ min: least.count, max: most.count }, fresh), { min: least.kept, max: most.kept })
  return { cost: read(target, 2 * perCharacter), size }
}

const split: Estimator = (target, args) => {
  if (target === undefined) return undefined
  const limit = args[1]?.expr
  const max = limit?.kind === 'const' && typeof limit.value === 'bigint' ? Number(BigInt.asUintN(64, limit.value)) : sizeOf(target).max
  return { cost: read(target, 2 * perCharacter), size: { min: 0, max } }
}

const join: Estimator = (target, [separator]) => {
  if (target === undefined) return undefined
  const count = sizeOf(target)
  const texts = target.type.params.length === 0 ? fixed(0) : multiply(count, target.elementSize ?? unknownSize)
  const gaps = { min: Math.max(count.min - 1, 0), max: Math.max(count.max - 1, 0) }
  const size = separator === undefined ? texts : add(texts, multiply(sizeOf(separator), gaps))
  return { cost: scale(size, perCharacter), size }
}

const find: Estimator = (target, [pattern]) => {
  if (target === undefined || pattern === undefined) return undefined
  const cost = multiply(scale(add(sizeOf(target), once), perCharacter), read(pattern, perPatternCharacter))
  return { cost, size: { min: 0, max: sizeOf(target).max } }
}

const selector: Estimator = (_target, args) => {
  if (args.length !== 1) return undefined
  return { cost: add(fixed(10), read(args[0]!), scale(read(args[0]!, 0.5), 50)) }
}

/** @param extra what reading the text of another overload takes */
function containsCost(args: readonly Operand[], isText: boolean, extra: Estimate): CallEstimate | undefined {
  if (args[0] === undefined) return undefined
  return { cost: add(scale(add(address, address), perCharacter), extra, isText ? read(args[0]) : fixed(0)) }
}

const cheapToCompare = ['IP', 'CIDR', 'Quantity', 'Authorizer', 'PathCheck', 'GroupCheck', 'ResourceCheck', 'Decision', 'Semver']

const equals: Estimator = (_target, [left, right]) => {
  if (left === undefined || right === undefined || typeText(left.type) !== typeText(right.type)) return undefined
  const name = left.type.name
  if (cheapToCompare.includes(name)) return { cost: once }
  if (name === 'Format') return { cost: scale({ min: 1, max: 64 }, perCharacter) }
  return name === 'URL' ? { cost: scale({ min: 1, max: right.size?.max ?? 1 }, perCharacter) } : undefined
}

const byFunction: { readonly [name: string]: Estimator } = {
  ...Object.fromEntries(['serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error', 'errored'].map((name) => [name, one])),
  ...Object.fromEntries(['masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast', 'format.named'].map((name) => [name, one])),
  ...Object.fromEntries(['sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub', 'major', 'minor', 'patch'].map((name) => [name, one])),
  ...Object.fromEntries(['getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery'].map((name) => [name, one])),
  ...Object.fromEntries(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name) => [name, overElements])),
  ...Object.fromEntries(['lowerAscii', 'upperAscii', 'substring', 'trim'].map((name) => [name, ofTarget])),
  ...Object.fromEntries(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity', 'semver', 'isSemver'].map((name) => [name, ofArgument])),
  check: () => ({ cost: fixed(350_000) }),
  fieldSelector: selector,
  labelSelector: selector,
  url: copied,
  'jsonpatch.escapeKey': copied,
  replace,
  split,
  join,
  find,
  findAll: find,
  ip: (target, args, overload) => (overload === 'cidr_ip' ? { cost: once } : ofArgument(target, args, overload)),
  'ip.isCanonical': (_target, [text]) => (text === undefined ? undefined : { cost: read(text, 2 * perCharacter) }),
  containsIP: (_target, args, overload) => containsCost(args, overload === 'cidr_contains_ip_string', fixed(0)),
  containsCIDR: (_target, args, overload) => containsCost(args, overload === 'cidr_contains_cidr_string', add(scale(address, perCharacter), once)),
  validate: (_target, [text]) => (text === undefined ? undefined : { cost: scale(read(text), 128 * perPatternCharacter) }),
  '_==_': equals,
}

/** A call that copies a list. */
function allocating(factor: number, size: Estimate): CallEstimate {
  return { cost: add(scale(size, factor), fixed(10), once), size }
}

function sets(factor: number): Estimator {
  return (_target, [left, right]) => (left === undefined || right === undefined ? undefined : { cost: add(scale(multiply(sizeOf(left), sizeOf(right)), factor), once) })
}

const byOverload: { readonly [overload: string]: Estimator } = {
  list_sets_contains_list: sets(1),
  list_sets_intersects_list: sets(1),
  list_sets_equivalent_list: sets(2),
  list_reverse: (target) => (target === undefined ? undefined : allocating(1, sizeOf(target))),
  list_flatten: (target) => (target === undefined ? undefined : allocating(1, sizeOf(target))),
}

/** What a call of a function of a library may cost; undefined for those of the language. */
export function estimateCall(name: string, overload: string, target: Operand | undefined, args: readonly Operand[]): CallEstimate | undefined {
  const estimator = Object.hasOwn(byOverload, overload) ? byOverload[overload] : Object.hasOwn(byFunction, name) ? byFunction[name] : undefined
  return estimator?.(target, args, overload)
}

function text(operand: Operand | undefined, factor = perCharacter): Estimate {
  return operand === undefined ? fixed(1) : read(operand, factor)
}

const comparing = /^(?:less|greater|less_equals|greater_equals)_(?:string|bytes)$|^(?:equals|not_equals)$/

/** What an operator or function of the language may cost, without what its arguments cost. */
export function estimateStandard(overload: string, target: Operand | undefined, args: readonly Operand[]): CallEstimate {
  const [first, second] = args
  const size = first === undefined ? unknownSize : sizeOf(first)
  if (comparing.test(overload)) {
    const max = Math.min(size.max, second === undefined ? countMax : sizeOf(second).max)
    return { cost: scale({ min: max > 0 ? 1 : 0, max }, perCharacter) }
  }
  switch (overload) {
    case 'string_format': return { cost: text(target) }
    case 'string_to_bytes': return { cost: text(first), size: { min: size.min, max: Math.min(size.max * 4, countMax) } }
    case 'bytes_to_string': return { cost: text(first), size: { min: Math.floor(size.min / 4), max: size.max } }
    case 'strings_quote': return { cost: text(first), size: { min: size.min + 2, max: Math.min(size.max * 2 + 2, countMax) } }
    case 'starts_with_string': case 'ends_with_string': return { cost: text(first) }
    case 'in_list': return { cost: second === undefined ? once : sizeOf(second) }
    case 'matches_string': return { cost: target === undefined ? once : multiply(scale(add(sizeOf(target), once), perCharacter), text(first, perPatternCharacter)) }
    case 'contains_string': return { cost: target === undefined ? once : multiply(read(target), text(first)) }
    case 'add_list': return { cost: once, size: add(size, second === undefined ? unknownSize : sizeOf(second)) }
    case 'add_string': case 'add_bytes': {
      const sum = add(size, second === undefined ? unknownSize : sizeOf(second))
      return { cost: scale(sum, perCharacter), size: sum }
    }
    default: return { cost: once }
  }
}

