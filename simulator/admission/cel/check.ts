/** The type checker of CEL. Models cel-go/checker (v0.26) with homogeneous literals, as apiserver/pkg/cel/environment sets it up. */

import type { CallExpr, Expr, FoldExpr, Issue, ListExpr, MapExpr, SelectExpr, StructExpr } from './ast.ts'
import { qualifiedName } from './ast.ts'
import type { Overload } from './declarations.ts'
import type { CelType } from './types.ts'
import { boolType, dynType, errorType, formatType, intType, listType, mapType, optionalType, sameType, typeParam, typeType } from './types.ts'
import { isAssignable, isAssignableList, mostGeneral, substitute } from './unify.ts'
import type { Mapping } from './unify.ts'
import { typeOfConstant } from './constant-type.ts'
import { validateLiterals } from './literals.ts'

/** What an expression may name. `structs` are objects that may be written (`Object.spec{...}`): the type of such a name, if it is one. */
export interface CelScope {
  readonly variables: ReadonlyMap<string, CelType>
  readonly functions: ReadonlyMap<string, readonly Overload[]>
  readonly types: ReadonlyMap<string, CelType>
  /** `cel.bind` is known. */
  readonly hasBind?: boolean
  readonly structs?: (name: string) => CelType | undefined
}

interface Scope { readonly names: ReadonlyMap<string, CelType>; readonly parent: Scope | undefined }

function unwrapOptional(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.params[0] : undefined
}

function isDynOrError(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error'
}

/** False where two types surely do not go together: spares most of the work. */
function mayFit(a: CelType, b: CelType): boolean {
  if (a.kind === b.kind && a.name === b.name) return true
  return [a, b].some((type) => type.kind === 'param' || isDynOrError(type) || type.name === 'null_type')
}

class Checker {
  readonly environment: CelScope
  readonly issues: Issue[] = []
  mapping: Mapping = new Map()
  scope: Scope
  freeParams = 0

  constructor(environment: CelScope) {
    this.environment = environment
    this.scope = { names: environment.variables, parent: undefined }
  }

  report(expr: { readonly pos: number }, message: string): void {
    this.issues.push({ pos: expr.pos, message })
  }

  lookup(name: string): CelType | undefined {
    if (name.startsWith('.')) return this.environment.variables.get(name.slice(1)) ?? this.environment.types.get(name.slice(1))
    for (let scope: Scope | undefined = this.scope; scope !== undefined; scope = scope.parent) {
      const type = scope.names.get(name)
      if (type !== undefined) return type
    }
    const struct = this.environment.types.get(name) ?? this.environment.structs?.(name)
    return struct === undefined ? undefined : typeType(struct)
  }

  assignable(a: CelType, b: CelType): boolean {
    const mapping = isAssignable(this.mapping, a, b)
    if (mapping !== undefined) this.mapping = mapping
    return mapping !== undefined
  }

  newParam(): CelType {
    return typeParam(`_var${this.freeParams++}`)
  }

  check(expr: Expr): CelType {
    const type = this.typeOf(expr)
    expr.type = type
    return type
  }

  typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'const': return typeOfConstant(expr.value)
      case 'ident': return this.identifier(expr.name, expr)
      case 'select': return this.select(expr)
      case 'call': return this.call(expr)
      case 'list': return this.list(expr)
      case 'map': return this.map(expr)
      case 'struct': return this.struct(expr)
      case 'fold': return this.fold(expr)
    }
  }

  identifier(name: string, expr: Expr): CelType {
    const type = this.lookup(name)
    if (type !== undefined) return type
    this.report(expr, `undeclared reference to '${name}' (in container '')`)
    return errorType
  }

  select(expr: SelectExpr): CelType {
    const name = qualifiedName(expr)
    const known = name === undefined ? undefined : this.lookup(name)
    if (known !== undefined) {
      expr.resolved = name!
      return known
    }
    const type = this.field(expr, expr.operand, expr.field, false)
    return expr.test ? boolType : substitute(this.mapping, type, false)
  }

  field(expr: Expr, operand: Expr, field: string, optional: boolean): CelType {
    const operandType = substitute(this.mapping, this.check(operand), false)
    const inner = unwrapOptional(operandType)
    const target = inner ?? operandType
    const result = this.fieldOf(expr, target, field)
    return inner !== undefined || optional ? optionalType(result) : result
  }

  fieldOf(expr: Expr, target: CelType, field: string): CelType {
    if (target.kind === 'map') return target.params[1]!
    if (target.kind === 'object') {
      if (target.fields === undefined) return dynType
      const type = target.fields.get(field)
      if (type === undefined) this.report(expr, `undefined field '${field}'`)
      return type?.name === '' ? dynType : (type ?? errorType)
    }
    if (target.kind === 'opaque' && target.name.startsWith('kubernetes.')) {
      this.report(expr, `unexpected failed resolution of '${target.name}'`)
      return errorType
    }
    if (target.kind === 'param') this.assignable(dynType, target)
    else if (!isDynOrError(target)) this.report(expr, `type '${formatType(target)}' does not support field selection`)
    return dynType
  }

  call(expr: CallExpr): CelType {
    if (expr.name === '_?._') {
      expr.overloads = ['select_optional_field']
      const field = expr.args[1]!
      return substitute(this.mapping, this.field(expr, expr.args[0]!, field.kind === 'const' ? String(field.value) : '', true), false)
    }
    for (const arg of expr.args) this.check(arg)
    const { functions } = this.environment
    if (expr.target === undefined) {
      const name = expr.name.replace(/^\./, '')
      return this.resolve(expr, name, functions.get(name), expr.args, false)
    }
    const prefix = qualifiedName(expr.target)
    const qualified = prefix === undefined ? undefined : `${prefix}.${expr.name}`
    if (qualified !== undefined && functions.has(qualified)) {
      expr.qualified = qualified
      return this.resolve(expr, qualified, functions.get(qualified), expr.args, false)
    }
    this.check(expr.target)
    return this.resolve(expr, expr.name, functions.get(expr.name), [expr.target, ...expr.args], true)
  }

  resolve(expr: CallExpr, name: string, overloads: readonly Overload[] | undefined, args: readonly Expr[], member: boolean): CelType {
    if (overloads === undefined) {
      this.report(expr, `undeclared reference to '${expr.name}' (in container '')`)
      return errorType
    }
    if (name === '_&&_' || name === '_||_') return this.logical(expr, args)
    const types = args.map((arg) => arg.type!)
    const ids: string[] = []
    let result: CelType | undefined
    for (const overload of overloads) {
      if (overload.member !== member || overload.args.length !== types.length || !types.every((type, index) => mayFit(type, overload.args[index]!))) continue
      const fresh: Mapping = new Map(overload.params.map((param) => [param, this.newParam()]))
      const mapping = isAssignableList(this.mapping, types, overload.args.map((arg) => substitute(fresh, arg, false)))
      if (mapping === undefined) continue
      this.mapping = mapping
      ids.push(overload.id)
      const type = substitute(mapping, substitute(fresh, overload.result, false), false)
      if (result === undefined) result = type
      else if (result.kind !== 'dyn' && !sameType(type, result)) result = dynType
    }
    expr.overloads = ids
    return result ?? this.noOverload(expr, name, types, member)
  }

  noOverload(expr: Expr, name: string, types: readonly CelType[], member: boolean): CelType {
    const shown = types.map((type) => formatType(substitute(this.mapping, type, true)))
    const signature = member ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`
    this.report(expr, `found no matching overload for '${name}' applied to '${signature}'`)
    return errorType
  }

  logical(expr: CallExpr, args: readonly Expr[]): CelType {
    expr.overloads = [expr.name]
    let isBool = true
    for (const arg of args) {
      if (this.assignable(arg.type!, boolType)) continue
      this.report(arg, `expected type 'bool' but found '${formatType(arg.type!)}'`)
      isBool = false
    }
    return isBool ? boolType : errorType
  }

  /** Elements of different types make a list of `dyn`; of literals the validators complain. */
  join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current
    return this.assignable(previous, current) ? mostGeneral(previous, current) : dynType
  }

  mismatch(expr: Expr, expected: CelType, found: CelType): void {
    this.report(expr, `expected type '${formatType(expected)}' but found '${formatType(found)}'`)
  }

  /** The type of an element, which an optional one must wrap. */
  element(expr: Expr, optional: boolean): CelType {
    const type = this.check(expr)
    if (!optional) return type
    const inner = unwrapOptional(type)
    if (inner === undefined && type.kind !== 'dyn') this.mismatch(expr, optionalType(type), type)
    return inner ?? type
  }

  list(expr: ListExpr): CelType {
    let type: CelType | undefined
    expr.elements.forEach((element, index) => {
      const current = this.element(element, expr.optional[index]!)
      type = this.join(type, current)
    })
    return listType(type ?? this.newParam())
  }

  map(expr: MapExpr): CelType {
    let keys: CelType | undefined
    let values: CelType | undefined
    for (const { key, value, optional } of expr.entries) {
      const keyType = this.check(key)
      keys = this.join(keys, keyType)
      const valueType = this.element(value, optional)
      values = this.join(values, valueType)
    }
    return mapType(keys ?? this.newParam(), values ?? this.newParam())
  }

  struct(expr: StructExpr): CelType {
    const type = this.environment.structs?.(expr.name.replace(/^\./, ''))
    if (type === undefined) {
      this.report(expr, `undeclared reference to '${expr.name}' (in container '')`)
      return errorType
    }
    for (const field of expr.fields) {
      const valueType = this.element(field.value, field.optional)
      const fieldType = type.fields?.get(field.name)
      if (fieldType === undefined && type.fields !== undefined) this.report(field, `undefined field '${field.name}'`)
      else if (fieldType !== undefined && !this.assignable(fieldType, valueType)) this.report(field, `expected type of field '${field.name}' is '${formatType(fieldType)}' but provided type is '${formatType(valueType)}'`)
    }
    return type
  }

  loopTypes(expr: FoldExpr): [first: CelType, second: CelType] {
    const range = substitute(this.mapping, expr.range.type!, false)
    if (range.kind === 'list') return expr.second === undefined ? [range.params[0]!, dynType] : [intType, range.params[0]!]
    if (range.kind === 'map') return [range.params[0]!, range.params[1]!]
    if (isDynOrError(range) || range.kind === 'param') {
      this.assignable(dynType, range)
      return [dynType, dynType]
    }
    this.report(expr.range, `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`)
    return [errorType, errorType]
  }

  fold(expr: FoldExpr): CelType {
    this.check(expr.range)
    const accumulated = this.check(expr.init)
    const [first, second] = this.loopTypes(expr)
    const outer = this.scope
    const around: Scope = { names: new Map([[expr.accumulator, accumulated]]), parent: outer }
    const names = new Map([[expr.variable, first]])
    if (expr.second !== undefined) names.set(expr.second, second)
    this.scope = { names, parent: around }
    this.assertType(expr.condition, boolType)
    this.assertType(expr.step, accumulated)
    this.scope = around
    const result = this.check(expr.result)
    this.scope = outer
    return substitute(this.mapping, result, false)
  }

  assertType(expr: Expr, type: CelType): void {
    const found = this.check(expr)
    if (!this.assignable(type, found)) this.mismatch(expr, type, found)
  }
}

/** Checks an expression and writes the types and overloads into its tree. @returns the type of its value, or what is wrong */
export function checkCel(expr: Expr, environment: CelScope): { readonly type: CelType } | { readonly issues: readonly Issue[] } {
  const checker = new Checker(environment)
  const type = checker.check(expr)
  if (checker.issues.length > 0) return { issues: checker.issues }
  const issues = validateLiterals(expr, (each) => substitute(checker.mapping, each, true))
  if (issues.length > 0) return { issues }
  return { type: substitute(checker.mapping, type, true) }
}
