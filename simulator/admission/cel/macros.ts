/** Macros of CEL: calls that stand for loops and tests. Models cel-go/parser/macro.go, ext/comprehensions.go and cel/library.go (v0.26). */

import type { Expr, Issue } from './ast.ts'
import type { CelValue } from './values.ts'

/** Cannot be written by anybody. */
const accumulator = '@result'

type Expander = (target: Expr, args: readonly Expr[], pos: number) => Expr | Issue
interface Loop { readonly init: Expr; readonly condition: Expr; readonly step: Expr; readonly result: Expr }

function constant(pos: number, value: CelValue): Expr {
  return { kind: 'const', pos, value }
}

function call(pos: number, name: string, ...args: Expr[]): Expr {
  return { kind: 'call', pos, name, args }
}

function carried(pos: number): Expr {
  return { kind: 'ident', pos, name: accumulator }
}

function isIssue(value: Expr | Issue): value is Issue {
  return 'message' in value
}

/** A loop of one or two variables, which the first arguments name. */
function loop(count: 1 | 2, body: (rest: readonly Expr[], pos: number, args: readonly Expr[]) => Loop): Expander {
  return (target, args, pos) => {
    const names: string[] = []
    for (const arg of args.slice(0, count)) {
      if (arg.kind !== 'ident') return { pos: arg.pos, message: 'argument must be a simple name' }
      if (arg.name === accumulator || arg.name === '__result__') return { pos: arg.pos, message: 'iteration variable overwrites accumulator variable' }
      if (names.includes(arg.name)) return { pos: arg.pos, message: `duplicate variable name: ${arg.name}` }
      names.push(arg.name)
    }
    return { kind: 'fold', pos, range: target, variable: names[0]!, ...(count === 2 ? { second: names[1]! } : {}), accumulator, ...body(args.slice(count), pos, args) }
  }
}

function all([predicate]: readonly Expr[], pos: number): Loop {
  return { init: constant(pos, true), condition: call(pos, '@not_strictly_false', carried(pos)), step: call(pos, '_&&_', carried(pos), predicate!), result: carried(pos) }
}

function exists([predicate]: readonly Expr[], pos: number): Loop {
  return { init: constant(pos, false), condition: call(pos, '@not_strictly_false', call(pos, '!_', carried(pos))), step: call(pos, '_||_', carried(pos), predicate!), result: carried(pos) }
}

function existsOne([predicate]: readonly Expr[], pos: number): Loop {
  const step = call(pos, '_?_:_', predicate!, call(pos, '_+_', carried(pos), constant(pos, 1n)), carried(pos))
  return { init: constant(pos, 0n), condition: constant(pos, true), step, result: call(pos, '_==_', carried(pos), constant(pos, 1n)) }
}

function collect(pos: number, init: Expr, step: Expr, filter: Expr | undefined): Loop {
  return { init, condition: constant(pos, true), step: filter === undefined ? step : call(pos, '_?_:_', filter, step, carried(pos)), result: carried(pos) }
}

function list(pos: number, ...elements: Expr[]): Expr {
  return { kind: 'list', pos, elements, optional: elements.map(() => false) }
}

function map(rest: readonly Expr[], pos: number): Loop {
  return collect(pos, list(pos), call(pos, '_+_', carried(pos), list(pos, rest.at(-1)!)), rest.length === 2 ? rest[0] : undefined)
}

function filter([predicate]: readonly Expr[], pos: number, args: readonly Expr[]): Loop {
  return collect(pos, list(pos), call(pos, '_+_', carried(pos), list(pos, args[0]!)), predicate)
}

function insert(rest: readonly Expr[], pos: number, ...key: Expr[]): Loop {
  const empty: Expr = { kind: 'map', pos, entries: [] }
  return collect(pos, empty, call(pos, 'cel.@mapInsert', carried(pos), ...key, rest.at(-1)!), rest.length === 2 ? rest[0] : undefined)
}

/** `optional.of` the value of a target that has one, seen through a variable. */
function optional(wrapped: boolean): Expander {
  return (target, [name, body], pos) => {
    if (name!.kind !== 'ident') return { pos: name!.pos, message: 'argument must be a simple name' }
    const value: Expr = { kind: 'call', pos, name: 'value', target, args: [] }
    const bound: Expr = { kind: 'fold', pos, range: list(pos), variable: '#unused', accumulator: name!.name, init: value, condition: constant(pos, false), step: { kind: 'ident', pos, name: name!.name }, result: body! }
    const present: Expr = { kind: 'call', pos, name: 'hasValue', target, args: [] }
    return call(pos, '_?_:_', present, wrapped ? call(pos, 'optional.of', bound) : bound, call(pos, 'optional.none'))
  }
}

/** `list.sortBy(e, key)`: the list is bound to a name, its keys are computed first. */
function sortBy(target: Expr, args: readonly Expr[], pos: number): Expr | Issue {
  const name = '@__sortBy_input__'
  const input = (): Expr => ({ kind: 'ident', pos, name })
  const keys = loop(1, map)(input(), args, pos)
  if (isIssue(keys)) return keys
  const sorted: Expr = { kind: 'call', pos, name: '@sortByAssociatedKeys', target: input(), args: [keys] }
  return { kind: 'fold', pos, range: list(pos), variable: '#unused', accumulator: name, init: target, condition: constant(pos, false), step: input(), result: sorted }
}

const macros: { readonly [signature: string]: Expander } = {
  'all:2': loop(1, all),
  'exists:2': loop(1, exists),
  'exists_one:2': loop(1, existsOne),
  'map:2': loop(1, map),
  'map:3': loop(1, map),
  'filter:2': loop(1, filter),
  'all:3': loop(2, all),
  'exists:3': loop(2, exists),
  'exists_one:3': loop(2, existsOne),
  'existsOne:3': loop(2, existsOne),
  'transformList:3': loop(2, map),
  'transformList:4': loop(2, map),
  'transformMap:3': loop(2, (rest, pos, args) => insert(rest, pos, args[0]!)),
  'transformMap:4': loop(2, (rest, pos, args) => insert(rest, pos, args[0]!)),
  'transformMapEntry:3': loop(2, (rest, pos) => insert(rest, pos)),
  'transformMapEntry:4': loop(2, (rest, pos) => insert(rest, pos)),
  'optMap:2': optional(true),
  'optFlatMap:2': optional(false),
  'sortBy:2': sortBy,
}

/** `cel.bind(name, value, expression)`, which only some environments have. */
export function expandBind([name, value, body]: readonly Expr[], pos: number): Expr | Issue {
  if (name!.kind !== 'ident') return { pos: name!.pos, message: 'cel.bind() variable names must be simple identifiers' }
  return { kind: 'fold', pos, range: list(pos), variable: '#unused', accumulator: name!.name, init: value!, condition: constant(pos, false), step: { kind: 'ident', pos, name: name!.name }, result: body! }
}

function has(argument: Expr): Expr | Issue {
  if (argument.kind !== 'select') return { pos: argument.pos, message: 'invalid argument to has() macro' }
  return { ...argument, test: true }
}

/** What a call stands for, what is wrong with it, or undefined if it is no macro. */
export function expandMacro(name: string, pos: number, args: readonly Expr[], target: Expr | undefined): Expr | Issue | undefined {
  if (target === undefined) return name === 'has' && args.length === 1 ? has(args[0]!) : undefined
  return macros[`${name}:${args.length}`]?.(target, args, pos)
}
