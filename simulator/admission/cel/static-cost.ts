/** What an expression may cost before it runs, from its types and the sizes of what it reads. Models cel-go/checker/cost.go (v0.26). */

import type { CallExpr, Expr, FoldExpr } from './ast.ts'
import { estimateCall, estimateStandard } from './call-estimates.ts'
import type { CallEstimate, Operand } from './call-estimates.ts'
import { add, fixed, multiply, nothing, union, unknownSize } from './estimates.ts'
import type { Estimate } from './estimates.ts'
import type { CelType } from './types.ts'
import { dynType } from './types.ts'
import { CelDuration, CelTimestamp, CelUint } from './values.ts'

/** The size of the value at a path, whose first part is a variable; undefined where nothing is declared. */
export type SizeLookup = (path: readonly string[]) => Estimate | undefined

interface EntrySize { readonly container: 'list' | 'map'; readonly key: Estimate; readonly value: Estimate }
interface LocalVariable { readonly path: readonly string[]; readonly size: Estimate | undefined; readonly entry: EntrySize | undefined }

const accumulatorNames = ['__result__', '@result']
const selectCost = fixed(1)
const listCost = fixed(10)
const mapCost = fixed(30)
const structCost = fixed(40)
const noItems: Estimate = { min: 2 ** 64, max: 0 }
const scalarNames = ['bool', 'double', 'int', 'uint', 'google.protobuf.Duration', 'google.protobuf.Timestamp']

function isScalar({ name, params }: CelType): boolean {
  return scalarNames.includes(name) || (name === 'optional_type' && params[0] !== undefined && isScalar(params[0]))
}

function typeOf(expr: Expr): CelType {
  return expr.type ?? dynType
}

/** The size that an expression has by its form. */
function literalSize(expr: Expr): Estimate | undefined {
  if (expr.kind === 'list') return fixed(expr.elements.length)
  if (expr.kind === 'map') return fixed(expr.entries.length)
  if (expr.kind !== 'const') return undefined
  const { value } = expr
  if (typeof value === 'string') return fixed(Array.from(value).length)
  if (value instanceof Uint8Array) return fixed(value.length)
  const isSimple = value === null || ['boolean', 'number', 'bigint'].includes(typeof value) || value instanceof CelUint || value instanceof CelDuration || value instanceof CelTimestamp
  return isSimple ? fixed(1) : undefined
}

class Coster {
  readonly #lookup: SizeLookup
  readonly #paths = new Map<Expr, readonly string[]>()
  readonly #sizes = new Map<Expr, Estimate>()
  readonly #entries = new Map<Expr, EntrySize>()
  readonly #locals = new Map<string, LocalVariable[]>()

  constructor(lookup: SizeLookup) {
    this.#lookup = lookup
  }

  cost(expr: Expr): Estimate {
    switch (expr.kind) {
      case 'const': return nothing
      case 'ident': return this.#ident(expr, expr.name)
      case 'select': return this.#select(expr)
      case 'call': return this.#call(expr)
      case 'list': return this.#list(expr)
      case 'map': return this.#map(expr)
      case 'struct': return add(...expr.fields.map(({ value }) => this.cost(value)), structCost)
      case 'fold': return isBind(expr) ? this.#bind(expr) : this.#fold(expr)
    }
  }

  #local(name: string): LocalVariable | undefined {
    return this.#locals.get(name)?.at(-1)
  }

  #push(name: string, variable: LocalVariable): void {
    this.#locals.set(name, [...(this.#locals.get(name) ?? []), variable])
  }

  #pop(name: string): void {
    this.#locals.get(name)?.pop()
  }

  #ident(expr: Expr, name: string): Estimate {
    this.#paths.set(expr, this.#local(name)?.path ?? [name])
    return selectCost
  }

  #select(expr: Extract<Expr, { kind: 'select' }>): Estimate {
    if (expr.resolved !== undefined) return this.#ident(expr, expr.resolved)
    // Asking whether a field is there costs nothing itself.
    if (expr.test) return this.cost(expr.operand)
    const below = this.cost(expr.operand)
    const hasFields = ['map', 'object', 'param'].includes(typeOf(expr.operand).kind)
    this.#paths.set(expr, [...this.#pathOf(expr.operand), expr.field])
    return hasFields ? add(below, selectCost) : below
  }

  #pathOf(expr: Expr): readonly string[] {
    const local = expr.kind === 'ident' ? this.#local(expr.name) : undefined
    return local?.path ?? this.#paths.get(expr) ?? []
  }

  #sizeOf(expr: Expr): Estimate | undefined {
    const known = this.#sizes.get(expr) ?? literalSize(expr)
    if (known !== undefined) return known
    const path = this.#pathOf(expr)
    const declared = path.length === 0 ? undefined : this.#lookup(path)
    if (declared !== undefined) {
      this.#sizes.set(expr, declared)
      return declared
    }
    if (isScalar(typeOf(expr))) return fixed(1)
    return expr.kind === 'ident' ? this.#local(expr.name)?.size : undefined
  }

  #entryOf(expr: Expr): EntrySize | undefined {
    return this.#entries.get(expr) ?? (expr.kind === 'ident' ? this.#local(expr.name)?.entry : undefined)
  }

  #setSize(expr: Expr, size: Estimate | undefined): void {
    if (size !== undefined) this.#sizes.set(expr, size)
  }

  #setEntry(expr: Expr, entry: EntrySize | undefined): void {
    if (entry !== undefined) this.#entries.set(expr, entry)
  }

  #operand(expr: Expr): Operand {
    const own = this.#pathOf(expr)
    const path = accumulatorNames.includes(own[0] ?? '') ? [] : own
    return { expr, type: typeOf(expr), size: this.#sizeOf(expr), elementSize: path.length === 0 ? undefined : this.#lookup([...path, '@items']) }
  }

  #call(expr: CallExpr): Estimate {
    if (expr.name === 'dyn' && expr.args[0] !== undefined) return this.#dyn(expr, expr.args[0])
    const costs = expr.args.map((arg) => this.cost(arg))
    const args = expr.args.map((arg) => this.#operand(arg))
    const overloads = expr.overloads ?? []
    if (overloads.length === 0) return nothing
    const target = expr.qualified === undefined ? expr.target : undefined
    const below = target === undefined ? nothing : this.cost(target)
    const operand = target === undefined ? undefined : this.#operand(target)
    let total: Estimate = noItems
    let size: Estimate | undefined
    for (const overload of overloads) {
      const estimate = this.#overload(expr, overload, operand, args, costs)
      total = union(total, estimate.cost)
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size)
      size = this.#indexed(expr, overload, size) ?? this.#sizeOf(expr)
    }
    this.#setSize(expr, size)
    return add(below, total)
  }

  /** The value of dyn() is its argument. */
  #dyn(expr: CallExpr, argument: Expr): Estimate {
    const cost = this.cost(argument)
    this.#setSize(expr, this.#sizeOf(argument))
    this.#setEntry(expr, this.#entryOf(argument))
    return add(fixed(1), cost)
  }

  #indexed(expr: CallExpr, overload: string, size: Estimate | undefined): Estimate | undefined {
    const [container] = expr.args
    if (container === undefined || (overload !== 'index_list' && overload !== 'index_map')) return size
    this.#paths.set(expr, [...this.#pathOf(container), overload === 'index_list' ? '@items' : '@values'])
    return this.#entryOf(container)?.value
  }

  #overload(expr: CallExpr, overload: string, target: Operand | undefined, args: readonly Operand[], costs: readonly Estimate[]): CallEstimate {
    const name = expr.qualified ?? expr.name
    const sum = add(...costs)
    const estimate = estimateCall(name, overload, target, args)
    if (estimate !== undefined) return { ...estimate, cost: add(estimate.cost, sum) }
    if (overload === '_||_' || overload === '_&&_') return { cost: { min: costs[0]!.min, max: sum.max } }
    if (name === '_?_:_') return this.#conditional(expr, args, costs)
    const standard = estimateStandard(overload, target, args)
    if (overload.startsWith('add_')) this.#setEntry(expr, joinEntries(expr.args.map((arg) => this.#entryOf(arg))))
    return { ...standard, cost: add(standard.cost, sum) }
  }

  #conditional(expr: CallExpr, [, yes, no]: readonly Operand[], costs: readonly Estimate[]): CallEstimate {
    this.#setEntry(expr, joinEntries(expr.args.slice(1).map((arg) => this.#entryOf(arg))))
    return { cost: add(costs[0]!, union(costs[1]!, costs[2]!)), size: union(yes?.size ?? unknownSize, no?.size ?? unknownSize) }
  }

  #sizesOf(items: readonly Expr[]): Estimate {
    return items.reduce((all, item) => union(all, this.#sizeOf(item) ?? unknownSize), items.length === 0 ? nothing : noItems)
  }

  #list(expr: Extract<Expr, { kind: 'list' }>): Estimate {
    const below = add(...expr.elements.map((element) => this.cost(element)))
    this.#setEntry(expr, { container: 'list', key: fixed(1), value: this.#sizesOf(expr.elements) })
    return add(below, listCost)
  }

  #map(expr: Extract<Expr, { kind: 'map' }>): Estimate {
    const below = add(...expr.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]))
    this.#setEntry(expr, { container: 'map', key: this.#sizesOf(expr.entries.map(({ key }) => key)), value: this.#sizesOf(expr.entries.map(({ value }) => value)) })
    return add(below, mapCost)
  }

  /** Variables of a loop over keys, items, or both. */
  #pushIteration({ range, variable, second }: FoldExpr): void {
    const entry = this.#entryOf(range)
    const isList = (entry?.container ?? typeOf(range).kind) === 'list'
    const path = this.#pathOf(range)
    const keys: LocalVariable = { path: [...path, isList ? '@indices' : '@keys'], size: entry?.key, entry: undefined }
    const values: LocalVariable = { path: [...path, isList ? '@items' : '@values'], size: entry?.value, entry: undefined }
    this.#push(variable, second === undefined && isList ? values : keys)
    if (second !== undefined) this.#push(second, values)
  }

  #fold(expr: FoldExpr): Estimate {
    const { range, variable, second, accumulator, init, condition, step, result } = expr
    const before = add(this.cost(range), this.cost(init))
    this.#push(accumulator, { path: this.#pathOf(init), size: this.#sizeOf(init), entry: this.#entryOf(init) })
    this.#pushIteration(expr)
    const loop = add(this.cost(condition), this.cost(step))
    this.#pop(variable)
    if (second !== undefined) this.#pop(second)
    const after = this.cost(result)
    this.#pop(accumulator)
    const rounds = this.#sizeOf(range) ?? unknownSize
    if (init.kind === 'const') this.#setSize(expr, this.#sizeOf(init))
    else if (init.kind === 'list' || init.kind === 'map') {
      this.#setSize(expr, rounds)
      this.#setEntry(expr, this.#entryOf(step))
    }
    return add(before, after, multiply(rounds, loop))
  }

  #bind(expr: FoldExpr): Estimate {
    const { range, accumulator, init, result } = expr
    const before = add(this.cost(range), this.cost(init))
    this.#push(accumulator, { path: this.#pathOf(init), size: this.#sizeOf(init), entry: this.#entryOf(init) })
    const after = this.cost(result)
    this.#pop(accumulator)
    this.#setSize(expr, this.#sizeOf(result))
    this.#setEntry(expr, this.#entryOf(result))
    return add(before, after)
  }
}

function joinEntries(entries: readonly (EntrySize | undefined)[]): EntrySize | undefined {
  const [first, second] = entries
  if (first === undefined || second === undefined) return undefined
  return { container: first.container, key: union(first.key, second.key), value: union(first.value, second.value) }
}

/** A loop that only names a value. */
function isBind({ range, condition, accumulator }: FoldExpr): boolean {
  return range.kind === 'list' && range.elements.length === 0 && condition.kind === 'const' && condition.value === false && !accumulatorNames.includes(accumulator)
}

/** What an expression that was checked may cost. @param lookup sizes of what it may read */
export function estimateCost(expr: Expr, lookup: SizeLookup): Estimate {
  return new Coster(lookup).cost(expr)
}
