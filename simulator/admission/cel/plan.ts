/** Turns a checked tree into steps that run it and count its cost. Models cel-go/interpreter/planner.go, interpretable.go and decorators.go (v0.26), with constants folded. */

import type { CallExpr, Expr, FoldExpr, ListExpr, MapExpr, SelectExpr, StructExpr } from './ast.ts'
import type { Attribute, Frame, Run, Step } from './attribute.ts'
import { addQualifier, attributeKey, charge, CostExceeded, resolve } from './attribute.ts'
import { callCost, listCost, mapCost, structCost } from './cost.ts'
import { callFunction, compileRegexes } from './functions/registry.ts'
import { valueText } from './text.ts'
import type { CelValue } from './values.ts'
import { CarriedList, CarriedMap, CelError, CelMap, CelOptional, CelTypeValue, CelUint, equalValues, isList, keyOf, noSuchOverload } from './values.ts'

/** What runs an expression. `constant` is known without running; `attribute` can be led further. */
export interface Plan { readonly run: Step; readonly constant?: CelValue; readonly attribute?: Attribute }

/** An expression that cannot be made to run. */
export class PlanError {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

/** Turns of loops in one run: bounds those that cost nothing. */
const maxTurns = 1_000_000
/** Functions whose work goes with the square of their lists: too dear ones are not begun. */
const squares: ReadonlySet<string> = new Set(['distinct', 'sort', '@sortByAssociatedKeys', 'sets.contains', 'sets.intersects', 'sets.equivalent'])
const conversions: ReadonlySet<string> = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'])

function constant(value: CelValue): Plan {
  return { run: () => value, constant: value }
}

function isConstant(plan: Plan): boolean {
  return plan.constant !== undefined
}

function fromAttribute(attribute: Attribute): Plan {
  const cost = attribute.branches === undefined ? 1 : 0
  return {
    attribute,
    run(run, frame) {
      const value = resolve(attribute, run, frame)
      if (cost > 0) charge(run, cost)
      return value
    },
  }
}

/** The attribute of a plan, or one that starts at its value. */
function asAttribute(plan: Plan): Attribute {
  return plan.attribute ?? { base: plan.run, qualifiers: [] }
}

function variable(name: string): Attribute {
  const base: Step = (run, frame) => {
    for (let each = frame; each !== undefined; each = each.parent) {
      const value = each.get(name)
      if (value !== undefined) return value
    }
    const value = run.variable(name)
    return value === undefined ? new CelError(`no such attribute(s): ${name}`) : value
  }
  return { base, qualifiers: [] }
}

function named(name: string, expr: Expr, isVariable: (name: string) => boolean): Plan {
  const plain = name.replace(/^\./, '')
  if (expr.type?.kind === 'type' && !isVariable(plain)) return constant(new CelTypeValue(plain))
  return fromAttribute(variable(plain))
}

class Planner {
  readonly isVariable: (name: string) => boolean
  constructor(isVariable: (name: string) => boolean) {
    this.isVariable = isVariable
  }

  plan(expr: Expr): Plan {
    switch (expr.kind) {
      case 'const': return constant(expr.value)
      case 'ident': return named(expr.name, expr, this.isVariable)
      case 'select': return this.select(expr)
      case 'call': return this.call(expr)
      case 'list': return this.list(expr)
      case 'map': return this.map(expr)
      case 'struct': return this.struct(expr)
      case 'fold': return this.fold(expr)
    }
  }

  select(expr: SelectExpr): Plan {
    if (expr.resolved !== undefined) return named(expr.resolved, expr, this.isVariable)
    const attribute = asAttribute(this.plan(expr.operand))
    addQualifier(attribute, { key: () => expr.field, optional: false, test: expr.test })
    if (!expr.test) return fromAttribute(attribute)
    return {
      run(run, frame) {
        const value = resolve(attribute, run, frame)
        return value instanceof CelOptional ? value.value === true : value
      },
    }
  }

  index(operand: Plan, key: Plan, optional: boolean): Plan {
    const attribute = asAttribute(operand)
    const step = isConstant(key) ? key.run : attributeKey(asAttribute(key))
    addQualifier(attribute, { key: step, optional, test: false })
    return fromAttribute(attribute)
  }

  call(expr: CallExpr): Plan {
    const name = expr.qualified ?? expr.name.replace(/^\./, '')
    const target = expr.qualified === undefined ? expr.target : undefined
    const args = (target === undefined ? expr.args : [target, ...expr.args]).map((arg) => this.plan(arg))
    const [first, second, third] = args
    switch (name) {
      case '_&&_': return logical(first!.run, second!.run, false)
      case '_||_': return logical(first!.run, second!.run, true)
      case '_?_:_': return fromAttribute({ base: () => null, qualifiers: [], branches: [first!.run, asAttribute(second!), asAttribute(third!)] })
      case '_[_]': return this.index(first!, second!, false)
      case '_[?_]': return this.index(first!, second!, true)
      case '_?._': return this.index(first!, second!, true)
      case 'or':
      case 'orValue': return alternative(name, first!.run, second!.run)
      default: return this.plainCall(name, expr.overloads?.length === 1 ? expr.overloads[0]! : '', args)
    }
  }

  plainCall(name: string, overload: string, args: readonly Plan[]): Plan {
    if (conversions.has(name) && args.length === 1 && isConstant(args[0]!)) {
      const value = callFunction(name, [args[0]!.constant!])
      if (value instanceof CelError) throw new PlanError(value.message)
      return constant(value)
    }
    if (overload === 'in_list') {
      const member = membership(args[0]!, args[1]!)
      if (member !== undefined) return member
    }
    const pattern = compileRegexes(name, args.map((arg) => arg.constant))
    if (pattern !== undefined) throw new PlanError(pattern)
    const steps = args.map((arg) => arg.run)
    return { run: (run, frame) => strictCall(name, overload, steps, run, frame) }
  }

  list(expr: ListExpr): Plan {
    const elements = expr.elements.map((element) => this.plan(element))
    const run: Step = (state, frame) => {
      const values: CelValue[] = []
      for (const [index, element] of elements.entries()) {
        const value = element.run(state, frame)
        if (value instanceof CelError) return charged(state, listCost, value)
        if (!expr.optional[index]) values.push(value)
        else if (!(value instanceof CelOptional)) return charged(state, listCost, new CelError(`cannot initialize optional list element from non-optional value ${valueText(value)}`))
        else if (value.value !== undefined) values.push(value.value)
      }
      return charged(state, listCost, values)
    }
    return elements.every(isConstant) && !expr.optional.includes(true) ? constant(elements.map((element) => element.constant!)) : { run }
  }

  map(expr: MapExpr): Plan {
    const entries = expr.entries.map(({ key, value, optional }) => ({ key: this.plan(key), value: this.plan(value), optional }))
    const run: Step = (state, frame) => charged(state, mapCost, buildMap(entries, state, frame))
    const known = entries.every(({ key, value, optional }) => isConstant(key) && isConstant(value) && !optional)
    return known ? constant(buildMap(entries, undefined, undefined)) : { run }
  }

  struct(expr: StructExpr): Plan {
    const name = expr.name.replace(/^\./, '')
    const entries = expr.fields.map((field) => ({ key: constant(field.name), value: this.plan(field.value), optional: field.optional }))
    return {
      run(state, frame) {
        const map = buildMap(entries, state, frame)
        return charged(state, structCost, map instanceof CelMap ? new CelMap(map.entries, name) : map)
      },
    }
  }

  fold(expr: FoldExpr): Plan {
    const [range, init, condition, step, result] = [expr.range, expr.init, expr.condition, expr.step, expr.result].map((each) => this.plan(each).run)
    return { run: (run, frame) => fold({ expr, init: init!, condition: condition!, step: step!, result: result! }, range!(run, frame), run, frame) }
  }
}

function charged(run: Run, cost: number, value: CelValue): CelValue {
  charge(run, cost)
  return value
}

/** Every argument is run; the first error of them is the result. */
function strictCall(name: string, overload: string, steps: readonly Step[], run: Run, frame: Frame | undefined): CelValue {
  const values: CelValue[] = []
  for (const step of steps) {
    const value = step(run, frame)
    values.push(value)
    if (value instanceof CelError && steps.length > 2) return value
  }
  const failed = values.find((value) => value instanceof CelError && name !== '@not_strictly_false')
  if (squares.has(name) && run.cost + callCost(name, overload, values, null) > run.limit) throw new CostExceeded()
  const result = failed === undefined ? callFunction(name, values) : failed
  charge(run, callCost(name, overload, values, result))
  return result
}

/** `||` and `&&`: the deciding value wins over errors of the other side. */
function logical(left: Step, right: Step, decides: boolean): Plan {
  return {
    run(run, frame) {
      const a = left(run, frame)
      if (a === decides) return decides
      const b = right(run, frame)
      if (b === decides) return decides
      for (const value of [a, b]) if (typeof value !== 'boolean') return value instanceof CelError ? value : noSuchOverload
      return !decides
    },
  }
}

function alternative(name: string, target: Step, other: Step): Plan {
  return {
    run(run, frame) {
      const value = target(run, frame)
      if (value instanceof CelError) return value
      if (!(value instanceof CelOptional)) return value
      if (value.value === undefined) return other(run, frame)
      return name === 'or' ? value : value.value
    },
  }
}

/** `x in [1, 2]` of constants looks up a set, which costs nothing. */
function membership(value: Plan, list: Plan): Plan | undefined {
  const items = list.constant
  if (items === undefined || !isList(items)) return undefined
  if (items.length === 0) return constant(false)
  const isPlain = items.every((item) => ['string', 'bigint', 'number', 'boolean'].includes(typeof item) || item === null || item instanceof CelUint)
  if (!isPlain) return undefined
  return {
    run(run, frame) {
      const wanted = value.run(run, frame)
      return wanted instanceof CelError ? wanted : items.some((item) => equalValues(item, wanted))
    },
  }
}

interface PlannedEntry { readonly key: Plan; readonly value: Plan; readonly optional: boolean }

function valueOf(plan: Plan, run: Run | undefined, frame: Frame | undefined): CelValue {
  return plan.constant !== undefined || run === undefined ? plan.constant! : plan.run(run, frame)
}

function buildMap(entries: readonly PlannedEntry[], run: Run | undefined, frame: Frame | undefined): CelMap | CelError {
  const built = new Map<string, readonly [CelValue, CelValue]>()
  for (const { key, value, optional } of entries) {
    const name = valueOf(key, run, frame)
    if (name instanceof CelError) return name
    const member = valueOf(value, run, frame)
    if (member instanceof CelError) return member
    const text = keyOf(name) ?? `o${built.size}`
    if (!optional) built.set(text, [name, member])
    else if (!(member instanceof CelOptional)) return new CelError(`cannot initialize optional entry '${valueText(name)}' from non-optional value ${valueText(member)}`)
    else if (member.value !== undefined) built.set(text, [name, member.value])
  }
  return new CelMap(built)
}

interface Folding { readonly expr: FoldExpr; readonly init: Step; readonly condition: Step; readonly step: Step; readonly result: Step }

const goTypes: { readonly [type: string]: string } = { bigint: 'types.Int', number: 'types.Double', string: 'types.String', boolean: 'types.Bool' }

function notIterable(range: CelValue): CelError {
  const name = range === null ? 'types.Null' : (goTypes[typeof range] ?? `types.${range.constructor.name.replace(/^Cel/, '')}`)
  return new CelError(`got '${name}', expected iterable type`)
}

/** What a loop goes through: one or two values a turn. */
function turnsOf(range: CelValue, isPair: boolean): readonly (readonly [CelValue, CelValue])[] | undefined {
  if (isList(range)) return range.map((item, index): readonly [CelValue, CelValue] => (isPair ? [BigInt(index), item] : [item, item]))
  return range instanceof CelMap ? [...range.entries.values()] : undefined
}

/** An empty list or map as one that the loop may grow. */
function growing(value: CelValue): CelValue {
  if (isList(value) && value.length === 0) return new CarriedList()
  return value instanceof CelMap && value.entries.size === 0 && value.typeName === 'map' ? new CarriedMap() : value
}

function settled(value: CelValue): CelValue {
  if (value instanceof CarriedList) return Array.from<CelValue>(value)
  return value instanceof CarriedMap ? new CelMap(value.entries) : value
}

function fold({ expr, init, condition, step, result }: Folding, range: CelValue, run: Run, outer: Frame | undefined): CelValue {
  if (range instanceof CelError) return range
  const turns = turnsOf(range, expr.second !== undefined)
  if (turns === undefined) return notIterable(range)
  let carried: CelValue | undefined
  let turn: readonly [CelValue, CelValue] | undefined
  const get = (name: string): CelValue | undefined => {
    if (name === expr.accumulator) return (carried = carried === undefined ? growing(init(run, outer)) : carried)
    if (turn === undefined) return undefined
    return name === expr.variable ? turn[0] : name === expr.second ? turn[1] : undefined
  }
  const frame: Frame = { get, parent: outer }
  for (const each of turns) {
    turn = each
    if (++run.steps > maxTurns) throw new CostExceeded()
    if (condition(run, frame) === false) break
    carried = step(run, frame)
  }
  turn = undefined
  return settled(result(run, frame))
}

/** The steps of a checked expression. @throws PlanError when a constant part of it fails */
export function planCel(expr: Expr, isVariable: (name: string) => boolean): Step {
  return new Planner(isVariable).plan(expr).run
}
